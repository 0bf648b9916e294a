--- Makes actions operators, so that motions, counts and `.` work as with any other operator.
local M = {}

--- For an expression mapping: `<Plug>(TierwiseDocumentOperator)ip` documents a paragraph.
---@param action string
---@return string
function M.start(action)
  M.action = action
  vim.o.operatorfunc = "v:lua.require'tierwise.operator'.run"
  return "g@"
end

---@param kind "char"|"line"|"block"
function M.run(kind)
  local modes = { char = "v", line = "V", block = "\22" }
  require("tierwise.ask").start(M.action, {
    buf = vim.api.nvim_get_current_buf(),
    marks = { "[", "]", modes[kind] },
    instruction = "",
  })
end

--- For an expression mapping: runs a subcommand with its count, so that `.` repeats it.
---@param subcommand string
---@return string
function M.repeatable(subcommand)
  M.subcommand = subcommand
  vim.o.operatorfunc = "v:lua.require'tierwise.operator'.again"
  return "g@l"
end

function M.again()
  local words = vim.split(M.subcommand, " ")
  require("tierwise.command").call(table.remove(words, 1), words, { count = vim.v.count1 })
end

return M
