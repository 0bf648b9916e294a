--- Runs the unit tests: `nvim --clean -l tests/run.lua` in the plugin's folder.
--- A test file returns a table of functions; each fails by an error.
local root = vim.fs.dirname(vim.fs.dirname(vim.fs.normalize(vim.uv.fs_realpath(arg[0]))))
vim.opt.rtp:prepend(root)

--- Fails with both values unless they are deeply equal.
function _G.eq(got, wanted, what)
  if not vim.deep_equal(got, wanted) then
    error(
      ("%s\n  got    %s\n  wanted %s"):format(what or "not equal", vim.inspect(got), vim.inspect(wanted)),
      2
    )
  end
end

local failed, ran = 0, 0
local files = vim.fn.glob(root .. "/tests/unit/*.lua", true, true)
for _, file in ipairs(files) do
  local tests = dofile(file)
  local names = vim.tbl_keys(tests)
  table.sort(names)
  for _, name in ipairs(names) do
    ran = ran + 1
    local ok, why = xpcall(tests[name], debug.traceback)
    if not ok then
      failed = failed + 1
      io.stderr:write(("FAILED %s: %s\n%s\n"):format(vim.fs.basename(file), name, why))
    end
  end
end
io.stdout:write(("%d tests, %d failed\n"):format(ran, failed))
os.exit(failed == 0 and ran > 0 and 0 or 1)
