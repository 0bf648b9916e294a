--- Completion in the chat by `omnifunc`: `@file`, `@tier`, `@project` and `/action`.
local M = {}

local MOST = 5000
local FRESH_MS = 10000
local WITHIN_MS = 2000

--- The actions that a line of the chat may begin with.
---@type tierwise.Action[]
M.ACTIONS = vim.tbl_filter(function(action)
  return action.name ~= "chat"
end, require("tierwise.actions"))

---@type { root: string, at: integer, files: string[] }?
local cached

---@return string root
---@return string[]? files of that root, nil if they are not known or too old
local function known()
  local root = require("tierwise.chat.mentions").root()
  local fresh = cached and cached.root == root and vim.uv.now() - cached.at < FRESH_MS
  return root, fresh and cached and cached.files or nil
end

---@param root string
---@return vim.SystemObj?
local function listing(root, done)
  local git = { "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard" }
  local ok, started = pcall(vim.system, git, { text = true }, done)
  return ok and started or nil
end

---@param root string
---@param out vim.SystemCompleted? what git said
---@return string[] files
local function keep(root, out)
  local files = {}
  if out and out.code == 0 then
    files = vim.split(vim.trim(out.stdout), "\n", { trimempty = true })
  else
    for name, kind in vim.fs.dir(root, { depth = 4 }) do
      if kind == "file" and not name:find("^%.") and not name:find("/%.") then
        files[#files + 1] = name
      end
      if #files >= MOST then
        break
      end
    end
  end
  cached = { root = root, at = vim.uv.now(), files = vim.list_slice(files, 1, MOST) }
  return cached.files
end

---@return string[] files of the workspace, relative to its root
function M.files()
  local root, files = known()
  if files then
    return files
  end
  local started = listing(root)
  return keep(root, started and started:wait(WITHIN_MS) or nil)
end

--- Find the files without blocking, for a completion plugin. `done` is called once they are known.
---@param done fun()
function M.prepare(done)
  local root, files = known()
  if files then
    return done()
  end
  local started = listing(
    root,
    vim.schedule_wrap(function(out)
      keep(root, out)
      done()
    end)
  )
  if not started then
    keep(root, nil)
    done()
  end
end

--- Where the word to complete starts, and of which kind it is. Pure.
---@param before string the line up to the cursor
---@return integer? column from 0, of the `@` or `/`
---@return "file"|"action"|nil
function M.start(before)
  if before:find("^/%a*$") then
    return 0, "action"
  end
  local at = before:find('@"?[%w%._%-/\\+~]*$')
  if at and (at == 1 or before:sub(at - 1, at - 1):find("[%s%(]")) then
    return at - 1, "file"
  end
end

---@param base string as typed, with its `@` or `/`
---@param first boolean whether it begins the line, where a tier may stand
---@return table[]
function M.items(base, first)
  local found = {}
  if base:sub(1, 1) == "/" then
    for _, action in ipairs(M.ACTIONS) do
      if vim.startswith("/" .. action.name, base) then
        table.insert(
          found,
          { word = "/" .. action.name .. " ", abbr = "/" .. action.name, menu = action.about }
        )
      end
    end
    return found
  end
  local typed = base:gsub('^@"?', "")
  if first then
    for _, tier in ipairs(require("tierwise.client").tiers()) do
      if vim.startswith(tier, typed) then
        table.insert(found, { word = "@" .. tier .. " ", abbr = "@" .. tier, menu = "answers this" })
      end
    end
  end
  if vim.startswith("project", typed) then
    local menu = "outlines and definitions of the project"
    table.insert(found, { word = "@project ", abbr = "@project", menu = menu })
  end
  local files = M.files()
  local exact = vim.tbl_filter(function(path)
    return vim.startswith(path, typed) or vim.startswith(vim.fs.basename(path), typed)
  end, files)
  if #exact == 0 and typed ~= "" then
    exact = vim.fn.matchfuzzy(files, typed)
  end
  for _, path in ipairs(vim.list_slice(exact, 1, 200)) do
    local word = path:find("%s") and '@"' .. path .. '"' or "@" .. path
    table.insert(found, { word = word, abbr = path, menu = "file", user_data = { file = true } })
  end
  return found
end

---@param findstart integer
---@param base string
---@return integer|table
function M.omnifunc(findstart, base)
  local before = vim.api.nvim_get_current_line():sub(1, vim.fn.col(".") - 1)
  if findstart == 1 then
    return M.start(before) or -3
  end
  return { words = M.items(base, before == ""), refresh = "always" }
end

return M
