--- `:checkhealth tierwise`, and the server's log.
local M = {}

local health = vim.health

--- What `tierwise doctor` finds; nil and why where it cannot be asked.
---@return table? facts
---@return string? why
function M.doctor()
  local cmd = require("tierwise.server").find()
  if not cmd then
    return nil, require("tierwise.server").MISSING
  end
  local env = require("tierwise.config").get().server.env
  local ok, out = pcall(function()
    local args = vim.list_extend(vim.deepcopy(cmd), { "doctor", "--json" })
    return vim.system(args, { text = true, env = env }):wait(45000)
  end)
  if not ok then
    return nil, tostring(out)
  end
  local decoded, facts = pcall(vim.json.decode, out.stdout or "")
  if not decoded then
    local lines = vim.split(vim.trim(out.stderr or ""), "\n")
    return nil, "`tierwise doctor` failed: " .. lines[#lines]
  end
  return facts, nil
end

local function check_neovim()
  health.start("Tierwise: Neovim")
  local v = vim.version()
  local shown = ("Neovim %d.%d.%d"):format(v.major, v.minor, v.patch)
  if vim.fn.has("nvim-0.11") == 0 then
    return health.error(shown .. ": the plugin needs 0.11 or newer")
  end
  health.ok(shown .. (vim.lsp.codelens.enable and "" or ": code lenses are refreshed by the plugin"))
  require("tierwise.config").get()
  local problems = require("tierwise.config").problems or {}
  if #problems == 0 then
    health.ok("vim.g.tierwise holds nothing that does not fit")
  end
  for _, problem in ipairs(problems) do
    health.warn(problem)
  end
  if not vim.tbl_get(vim.lsp, "_enabled_configs", "tierwise") then
    health.info('vim.lsp.enable("tierwise") was not called; :Tierwise starts the server on first use')
  end
end

local function check_server()
  health.start("Tierwise: server")
  local cmd, where = require("tierwise.server").find()
  if not cmd then
    return health.error(require("tierwise.server").MISSING)
  end
  health.ok(("%s (%s)"):format(table.concat(cmd, " "), where))
  local facts, why = M.doctor()
  if not facts then
    return health.error(why or "it cannot be asked")
  end
  health.ok(("Tierwise %s on Python %s"):format(facts.tierwise, facts.python))
  local keys = {}
  for tier, present in vim.spairs(facts.keys or {}) do
    keys[#keys + 1] = tier .. (present and " yes" or " no")
  end
  if facts.rehearsal then
    health.ok("rehearsal: answers come from the built-in model")
  elseif facts.ready then
    health.ok("keys: " .. table.concat(keys, ", "))
  else
    health.warn("keys: " .. table.concat(keys, ", "), "Set ANTHROPIC_API_KEY, or rehearsal = true")
  end
  health.info("state folder: " .. facts.state)
  health.info(("configuration: %s%s"):format(facts.config, facts.configExists and "" or " (not there)"))
  if facts.ledger ~= "ok" then
    health.error("ledger: " .. tostring(facts.ledger))
  end
  for _, notice in ipairs(facts.notices or {}) do
    health.warn(notice)
  end
end

local function check_connection()
  health.start("Tierwise: connection")
  local client = require("tierwise.client").get()
  if not client then
    return health.info("no server runs; open a file, or run :Tierwise chat")
  end
  local info = client.server_info or {}
  health.ok(
    ("connected to %s %s, positions in %s"):format(
      info.name or "tierwise",
      info.version or "",
      client.offset_encoding
    )
  )
  health.info("tiers: " .. table.concat(require("tierwise.client").tiers(), ", "))
  local flags = vim.tbl_get(client, "config", "capabilities", "experimental", "tierwise") or {}
  local names = vim.tbl_keys(flags)
  table.sort(names)
  health.info("client shows: " .. table.concat(names, ", "))
  health.info("root: " .. (client.root_dir or "none; only open buffers are in scope"))
  local status = require("tierwise.status").last
  if status then
    for _, line in ipairs(require("tierwise.budget").lines(status)) do
      if line ~= "" then
        health.info((line:gsub("%*%*", "")))
      end
    end
  end
  local last = require("tierwise.say").last_error
  if last then
    health.warn("last error: " .. last, "See :Tierwise log")
  else
    health.ok("no error in this session")
  end
end

function M.check()
  check_neovim()
  if vim.fn.has("nvim-0.11") == 1 then
    check_server()
    check_connection()
  end
end

--- Open the server's log in a split, at its end.
function M.log()
  local facts, why = M.doctor()
  if not facts then
    return require("tierwise.say").error(why or "the server cannot be asked for its log")
  end
  local path = facts.log or vim.fs.joinpath(facts.state, "tierwise.log")
  if not vim.uv.fs_stat(path) then
    return require("tierwise.say").info("there is no log yet: " .. path)
  end
  vim.cmd("botright split " .. vim.fn.fnameescape(path))
  vim.bo.autoread = true
  vim.bo.readonly = true
  vim.cmd("normal! G")
end

return M
