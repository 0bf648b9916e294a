--- Buffers and files: which buffers the server is told about, and which buffer has a URI's file.
---
--- Two URIs can mean the same file: one with `%5B` and one with `%5b`, or one through a link. So
--- files are compared by their real path and never by the text of a URI.
local M = {}

--- True if a buffer has a file that can be edited. Buffers of other plugins (`fugitive://`,
--- `oil://`), terminals, help and lists have none, and neither has a buffer without a name.
---@param buf integer
---@return boolean
function M.is_file(buf)
  if not vim.api.nvim_buf_is_valid(buf) or vim.bo[buf].buftype ~= "" or not vim.bo[buf].modifiable then
    return false
  end
  local name = vim.api.nvim_buf_get_name(buf)
  return name ~= "" and not name:find("^%a[%w+.-]+://") and vim.fn.isdirectory(name) == 0
end

--- Why a buffer cannot be edited by a task, as the end of a sentence.
---@param buf integer
---@return string
function M.why_not(buf)
  if vim.api.nvim_buf_get_name(buf) == "" and vim.bo[buf].buftype == "" then
    return "this buffer has no name yet. :write it to a file first"
  elseif vim.bo[buf].buftype == "" and not vim.bo[buf].modifiable then
    return "this buffer cannot be modified"
  end
  return "this buffer is no file"
end

--- The real path of a path. If the file does not exist yet, only its folder is resolved.
---@param path string
---@return string
local function real(path)
  local found = vim.uv.fs_realpath(path)
  if found then
    return found
  end
  local folder = vim.uv.fs_realpath(vim.fs.dirname(path))
  return folder and vim.fs.joinpath(folder, vim.fs.basename(path)) or vim.fs.normalize(path)
end

--- A key that all URIs of one file share.
---@param uri string
---@return string
function M.key(uri)
  if not vim.startswith(uri, "file:") then
    return uri
  end
  return real(vim.uri_to_fname(uri))
end

--- Caches the key of each buffer with its name, so that drawing does not read the disk each time.
---@type table<integer, { name: string, key: string }>
local known = {}

---@param buf integer
---@return string
function M.key_of(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local had = known[buf]
  if not had or had.name ~= name then
    had = { name = name, key = name == "" and "" or M.key(vim.uri_from_bufnr(buf)) }
    known[buf] = had
  end
  return had.key
end

---@param uri string?
---@param buf integer
---@return boolean
function M.holds(buf, uri)
  return uri ~= nil and M.key_of(buf) == M.key(uri)
end

--- The loaded buffer of a file.
---@param uri string
---@return integer?
function M.loaded(uri)
  local key = M.key(uri)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and M.key_of(buf) == key then
      return buf
    end
  end
end

--- The open buffers that have files. The server is told about them.
---@return integer[]
function M.open_files()
  return vim.tbl_filter(function(buf)
    return vim.api.nvim_buf_is_loaded(buf) and M.is_file(buf) and vim.bo[buf].buflisted
  end, vim.api.nvim_list_bufs())
end

vim.api.nvim_create_autocmd({ "BufFilePost", "BufWritePost", "BufWipeout" }, {
  group = vim.api.nvim_create_augroup("tierwise.buffers", {}),
  desc = "Tierwise: a file may lead elsewhere now",
  callback = function(event)
    known[event.buf] = nil
  end,
})

return M
