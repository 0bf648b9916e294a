--- Completion in the chat by `omnifunc`: `@file`, `@tier`, `@project` and `/action`.
local M = {}

local MOST = 5000
local FRESH_MS = 10000

--- The actions that a line of the chat may begin with.
---@type tierwise.Action[]
M.ACTIONS = vim.tbl_filter(function(action)
  return action.name ~= "chat"
end, require("tierwise.actions"))

---@type { root: string, at: integer, files: string[] }?
local cached

---@return string[] files of the workspace, relative to its root
function M.files()
  local root = require("tierwise.chat.mentions").root()
  if cached and cached.root == root and vim.uv.now() - cached.at < FRESH_MS then
    return cached.files
  end
  local files = {}
  local git = { "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard" }
  local ok, out = pcall(function()
    return vim.system(git, { text = true }):wait(2000)
  end)
  if ok and out.code == 0 then
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

--- Where the word under completion starts, and of which kind it is. Pure.
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
    table.insert(found, { word = word, abbr = path, menu = "file" })
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
