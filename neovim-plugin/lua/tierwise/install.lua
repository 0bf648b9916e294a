--- Installs the server: the one shipped with the plugin, or the package that the operator named.
---
--- A bare name is never given to pip. Somebody could register it at a package index, and their code
--- would run where the operator's key is.
local M = {}

M.ALONE = "the server was not shipped with this plugin, so there is nothing to install. Set "
  .. "server.package to a checkout, a wheel or a git+https address of Tierwise, or put `tierwise` on PATH."

M.BARE = "server.package must be a path that begins at the root of the disk, or an address such as "
  .. "git+https://...@v1. A bare name is not installed: anybody may own it at a package index."

--- Convert the configured package to an argument for pip: an address, or an existing path.
---@param named string
---@return string? source
---@return string? why
function M.named(named)
  if named:find("^[%a][%w+.-]*://") or named:find("@%s*[%a][%w+.-]*://") then
    return named
  end
  local place, extras = named:match("^(.-)(%[[%w,%s_-]+%])$")
  place = vim.fs.normalize(place or named)
  if not (place:find("^/") or place:find("^%a:/")) then
    return nil, M.BARE
  end
  if not vim.uv.fs_stat(place) then
    return nil, ("server.package: there is no %s."):format(place)
  end
  return place .. (extras or "")
end

--- The newest wheel that is shipped with the plugin.
---@param root string
---@return string?
local function shipped_wheel(root)
  local found = vim.fn.glob(vim.fs.joinpath(root, "server", "tierwise-*.whl"), true, true)
  table.sort(found, function(a, b)
    return vim.fn.getftime(a) < vim.fn.getftime(b)
  end)
  return found[#found]
end

--- What to install: the configured package, else this checkout, else the shipped wheel.
---@return string? source nil if there is none of them
---@return string? why
function M.source()
  local configured = require("tierwise.config").get().server.package
  if configured then
    return M.named(configured)
  end
  local root = require("tierwise.server").plugin_root()
  local checkout = vim.fs.dirname(root)
  if vim.uv.fs_stat(vim.fs.joinpath(checkout, "server", "tierwise")) then
    return checkout
  end
  local wheel = shipped_wheel(root)
  if wheel then
    return wheel
  end
  return nil, M.ALONE
end

---@class tierwise.InstallStep
---@field about string what it does, for a message
---@field cmd string[]

--- Make a function that takes pieces of output and calls `line` with whole lines.
---@param line fun(text: string)
---@return fun(err: string?, piece: string?)
local function by_line(line)
  local left = ""
  return function(_, piece)
    left = left .. (piece or "\n")
    for text in left:gmatch("([^\n]*)\n") do
      line(text)
    end
    left = left:match("[^\n]*$")
  end
end

--- Run commands one after the other, in a folder without code of a workspace. Each step shows a
--- message, and the status line shows the packages that pip fetches.
---@param folder string
---@param steps tierwise.InstallStep[]
---@param number integer the step to run
---@param done fun(failed: string?)
local function in_order(folder, steps, number, done)
  local step = steps[number]
  if not step then
    return done(nil)
  end
  local status = require("tierwise.status")
  local of = ("%d/%d"):format(number, #steps)
  require("tierwise.say").info(("install %s: %s ..."):format(of, step.about))
  status.installing("Tierwise install " .. of)
  local packages, last = 0, ""
  local heard = by_line(vim.schedule_wrap(function(text)
    last = text:find("%S") and text or last
    if text:find("^Collecting ") then
      packages = packages + 1
      status.installing(("Tierwise %s: %d packages"):format(of, packages))
    end
  end))
  local ok, failed = pcall(
    vim.system,
    step.cmd,
    { text = true, cwd = folder, stdout = heard },
    vim.schedule_wrap(function(out)
      if out.code ~= 0 then
        local lines = vim.split(vim.trim(out.stderr ~= "" and out.stderr or last), "\n")
        return done(lines[#lines])
      end
      in_order(folder, steps, number + 1, done)
    end)
  )
  if not ok then
    done(tostring(failed))
  end
end

--- Make the plugin's own environment, install the server into it and start it.
---
--- Python runs isolated (-I), or else `python -m pip` would run a `pip.py` of the current folder.
---@param done? fun(failed: string?)
function M.run(done)
  local say = require("tierwise.say")
  local server = require("tierwise.server")
  local finished = function(failed)
    if failed then
      say.error("the server was not installed: " .. failed)
      require("tierwise.status").missing()
    else
      say.info("the server is installed.")
      require("tierwise.client").restart()
    end
    if done then
      done(failed)
    end
  end
  local source, why = M.source()
  if not source then
    return finished(why)
  end
  local python = require("tierwise.config").get().server.python
  local venv = server.venv()
  local folder = vim.fs.dirname(venv)
  vim.fn.mkdir(folder, "p")
  local pip = { server.program(venv, "python"), "-I", "-m", "pip", "install" }
  local version =
    "import sys; sys.exit('Python 3.11 or newer is needed') if sys.version_info < (3, 11) else 0"
  in_order(folder, {
    { about = "looking at " .. python, cmd = { python, "-I", "-c", version } },
    { about = "making an environment in " .. venv, cmd = { python, "-I", "-m", "venv", venv } },
    {
      about = "installing the server and what it needs",
      cmd = vim.list_extend(pip, { "--disable-pip-version-check", "--upgrade", source }),
    },
  }, 1, finished)
end

return M
