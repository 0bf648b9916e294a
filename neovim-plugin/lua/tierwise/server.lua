--- Where the server is, how it is started, and how it is installed.
local M = {}

local WINDOWS = vim.fn.has("win32") == 1

--- The plugin's own Python environment.
---@return string
function M.venv()
  return vim.fs.joinpath(vim.fn.stdpath("data"), "tierwise", "venv")
end

---@param venv string
---@param name string
local function program(venv, name)
  return vim.fs.joinpath(venv, WINDOWS and "Scripts" or "bin", WINDOWS and name .. ".exe" or name)
end

--- The folder this plugin lies in.
---@return string
function M.plugin_root()
  local here = debug.getinfo(1, "S").source:sub(2)
  return vim.fs.dirname(vim.fs.dirname(vim.fs.dirname(vim.uv.fs_realpath(here) or here)))
end

--- The server's command without its arguments, and where it was found.
---@return string[]? cmd
---@return "configured"|"installed"|"checkout"|"PATH"|nil where
function M.find()
  local configured = require("tierwise.config").get().server.cmd
  if configured then
    return configured, "configured"
  end
  local checkout = vim.fs.joinpath(vim.fs.dirname(M.plugin_root()), ".venv")
  for _, place in ipairs({
    { program(M.venv(), "tierwise"), "installed" },
    { vim.fn.exepath("tierwise"), "PATH" },
    { program(checkout, "tierwise"), "checkout" },
  }) do
    if place[1] ~= "" and vim.fn.executable(place[1]) == 1 then
      return { place[1] }, place[2]
    end
  end
end

M.MISSING = "there is no server yet. Run :Tierwise install, or put `tierwise` on PATH."

--- The command of `vim.lsp.Config`: starts `tierwise serve` on stdio.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param config? vim.lsp.ClientConfig
function M.start(dispatchers, config)
  local found = M.find()
  if not found then
    error(M.MISSING, 0)
  end
  local cmd = vim.list_extend(vim.deepcopy(found), { "serve" })
  local env = require("tierwise.config").get().server.env
  return vim.lsp.rpc.start(cmd, dispatchers, {
    cwd = config and config.cmd_cwd or nil,
    env = next(env) and env or nil,
  })
end

--- What `pip install` is given: the configured package, this checkout, or the published one.
---@return string
function M.package()
  local configured = require("tierwise.config").get().server.package
  if configured then
    return configured
  end
  local checkout = vim.fs.dirname(M.plugin_root())
  if vim.uv.fs_stat(vim.fs.joinpath(checkout, "server", "tierwise")) then
    return checkout
  end
  return "tierwise"
end

---@param steps string[][]
---@param done fun(failed: string?)
local function in_order(steps, done)
  local step = table.remove(steps, 1)
  if not step then
    return done(nil)
  end
  local ok, failed = pcall(
    vim.system,
    step,
    { text = true },
    vim.schedule_wrap(function(out)
      if out.code ~= 0 then
        local lines = vim.split(vim.trim(out.stderr ~= "" and out.stderr or out.stdout), "\n")
        return done(lines[#lines])
      end
      in_order(steps, done)
    end)
  )
  if not ok then
    done(tostring(failed))
  end
end

--- Make the plugin's own environment and install the server into it; then start it.
---@param done? fun(failed: string?)
function M.install(done)
  local say = require("tierwise.say")
  local python = require("tierwise.config").get().server.python
  local venv = M.venv()
  say.info("installing the server into " .. venv .. " ...")
  vim.fn.mkdir(vim.fs.dirname(venv), "p")
  in_order({
    {
      python,
      "-c",
      "import sys; sys.exit('Python 3.11 or newer is needed') if sys.version_info < (3, 11) else 0",
    },
    { python, "-m", "venv", venv },
    {
      program(venv, "python"),
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "--quiet",
      "--upgrade",
      M.package(),
    },
  }, function(failed)
    if failed then
      say.error("the server was not installed: " .. failed)
    else
      say.info("the server is installed.")
      require("tierwise.client").restart()
    end
    if done then
      done(failed)
    end
  end)
end

return M
