--- Tierwise in Neovim. There is no `setup()` to call: see `:h tierwise`.
local M = {}

--- The text for a status line: the answering tier, or the day's spend. It is never empty, and cheap
--- to call.
---@return string
function M.status()
  local status = package.loaded["tierwise.status"]
  return status and status.text() or "Tierwise"
end

--- The data from which the text of the status line is made.
---@return tierwise.Status?
function M.state()
  local status = package.loaded["tierwise.status"]
  return status and vim.deepcopy(status.last) or nil
end

--- Start a task from Lua: `require("tierwise").start("edit", { instruction = "..." })`.
---@param action string
---@param opts? { buf?: integer, range?: lsp.Range, instruction?: string, tier?: string }
function M.start(action, opts)
  opts = opts or {}
  require("tierwise.ask").start(action, {
    buf = opts.buf or vim.api.nvim_get_current_buf(),
    range = opts.range,
    instruction = opts.instruction or "",
    tier = opts.tier,
  })
end

--- Run a subcommand from Lua: `require("tierwise").run("apply", "all")`.
---@param subcommand string
---@param ... string
function M.run(subcommand, ...)
  require("tierwise.command").call(subcommand, { ... }, {})
end

return M
