--- Computes where the hunks of a proposal are in a buffer. Pure, except for reading lines.
local M = {}

---@class tierwise.Hunk
---@field id string
---@field kind "text"|"create"|"rename"|"delete"
---@field state "pending"|"applied"|"discarded"|"refused"
---@field uri string
---@field toUri? string
---@field range? lsp.Range
---@field newText? string

--- The old rows [first, last) of a hunk.
---@param buf integer
---@param hunk tierwise.Hunk
---@return integer first
---@return integer last
function M.rows(buf, hunk)
  local start, stop = hunk.range.start, hunk.range["end"]
  local count = vim.api.nvim_buf_line_count(buf)
  local first = math.min(start.line, count)
  local last = math.min(stop.character == 0 and stop.line or stop.line + 1, count)
  if start.character > 0 and start.line == stop.line and start.character == stop.character then
    -- Text added after a last line without a line end is drawn below that line.
    first, last = first + 1, first + 1
  end
  return first, math.max(first, last)
end

--- The old lines of a hunk, from its buffer, or from its file if that is not open.
---@param hunk tierwise.Hunk
---@return string[]
function M.old(hunk)
  local buf = require("tierwise.buffers").loaded(hunk.uri)
  if buf then
    local first, last = M.rows(buf, hunk)
    return vim.api.nvim_buf_get_lines(buf, first, last, false)
  end
  local start, stop = hunk.range.start, hunk.range["end"]
  local last = stop.character == 0 and stop.line or stop.line + 1
  local ok, read = pcall(vim.fn.readfile, vim.uri_to_fname(hunk.uri), "", last)
  return ok and vim.list_slice(read, start.line + 1, last) or {}
end

--- The lines of a text, without the empty one after its last line end. Pure.
---@param text string
---@return string[]
function M.lines(text)
  if text == "" then
    return {}
  end
  local lines = vim.split(text, "\r?\n")
  if lines[#lines] == "" then
    lines[#lines] = nil
  end
  return lines
end

return M
