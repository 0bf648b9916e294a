--- Finds the server and starts it.
local M = {}

local WINDOWS = vim.fn.has("win32") == 1

--- The exit code and signal of the server that ended last.
---@type { code: integer, signal: integer }?
M.ended = nil

--- The plugin's own Python environment.
---@return string
function M.venv()
  return vim.fs.joinpath(vim.fn.stdpath("data") --[[@as string]], "tierwise", "venv")
end

--- The path of a program of a Python environment.
---@param venv string
---@param name string
---@return string
function M.program(venv, name)
  return vim.fs.joinpath(venv, WINDOWS and "Scripts" or "bin", WINDOWS and name .. ".exe" or name)
end

--- The folder of this plugin.
---@return string
function M.plugin_root()
  local here = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.uv.fs_realpath(here) or here)))
end

--- Find the server's command, without arguments, and tell where it was found.
---@return string[]? cmd
---@return "configured"|"installed"|"checkout"|"PATH"|nil where
function M.find()
  local configured = require("tierwise.config").get().server.cmd
  if configured then
    return configured, "configured"
  end
  local checkout = vim.fs.joinpath(vim.fs.dirname(M.plugin_root()), ".venv")
  for _, place in ipairs({
    { M.program(M.venv(), "tierwise"), "installed" },
    { vim.fn.exepath("tierwise"), "PATH" },
    { M.program(checkout, "tierwise"), "checkout" },
  }) do
    if place[1] ~= "" and vim.fn.executable(place[1]) == 1 then
      return { place[1] }, place[2]
    end
  end
end

M.MISSING = "there is no server yet. Run :Tierwise install, or put `tierwise` on PATH."

--- Start `tierwise serve` on stdio. This is the `cmd` of `vim.lsp.Config`.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param config? vim.lsp.ClientConfig
function M.start(dispatchers, config)
  local found = M.find()
  if not found then
    error(M.MISSING, 0)
  end
  local cmd = vim.list_extend(vim.deepcopy(found), { "serve" })
  local env = require("tierwise.config").get().server.env
  -- Neovim's client gets exit code 0, because the plugin shows its own message about an end.
  ---@type vim.lsp.rpc.Dispatchers
  local own = vim.tbl_extend("force", dispatchers, {
    on_exit = function(code, signal)
      M.ended = { code = code, signal = signal }
      dispatchers.on_exit(0, 0)
    end,
  })
  return vim.lsp.rpc.start(cmd, own, {
    cwd = config and config.cmd_cwd or nil,
    env = next(env) and env or nil,
  })
end

return M
