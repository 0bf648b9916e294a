--- Reads `@file` and `@file:10-20` in a prompt as files and places for the server.
local M = {}

---@class tierwise.Mention
---@field path string as written
---@field first? integer
---@field last? integer

--- Everything that looks like a mention, even if there is no such file. Pure.
---@param text string
---@return tierwise.Mention[]
function M.parse(text)
  local found = {}
  local function add(path, lines)
    path = path:gsub("[%.,;:%)]+$", "")
    local first, last = lines:match("^:(%d+)%-?(%d*)")
    if path ~= "" then
      table.insert(found, {
        path = path,
        first = tonumber(first),
        last = tonumber(last ~= "" and last or first),
      })
    end
  end
  local spaced = " " .. text
  for path, lines in spaced:gmatch('[%s%(]@"([^"]+)"(:?[%d%-]*)') do
    add(path, lines)
  end
  for path, lines in spaced:gmatch("[%s%(]@([%w%._%-/\\+~]+)(:?[%d%-]*)") do
    add(path, lines)
  end
  return found
end

---@return string
function M.root()
  local client = require("tierwise.client").get()
  return client and client.root_dir or vim.uv.cwd()
end

---@param path string
---@return string? absolute path of an existing file
local function existing(path)
  for _, base in ipairs({ M.root(), vim.uv.cwd() }) do
    local full = path:match("^[/~]") and vim.fs.normalize(path) or vim.fs.joinpath(base, path)
    local stat = vim.uv.fs_stat(full)
    if stat and stat.type == "file" then
      return full
    end
  end
end

--- The mentioned files as locations.
---@param text string
---@return { uri: string, range?: lsp.Range }[]
function M.locations(text)
  local found = {}
  for _, mention in ipairs(M.parse(text)) do
    local full = existing(mention.path)
    if full then
      table.insert(found, {
        uri = vim.uri_from_fname(full),
        range = mention.first and {
          start = { line = mention.first - 1, character = 0 },
          ["end"] = { line = mention.last, character = 0 },
        } or nil,
      })
    end
  end
  return found
end

--- The mentioned files as attachments of a task; nil if there are none.
---@param text string
---@return { uri: string, attached: boolean }[]?
function M.files(text)
  local found = {}
  for _, location in ipairs(M.locations(text)) do
    table.insert(found, { uri = location.uri, attached = true })
  end
  return #found > 0 and found or nil
end

return M
