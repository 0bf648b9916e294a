--- Converts selections to ranges of the protocol, in the encoding of a client.
---
--- A charwise selection is exact, and includes all of a last multibyte or combined character. A
--- linewise one ends at the end of its last line. A blockwise one becomes whole lines, because an
--- answer replaces one stretch of text, and parts of lines are no code.
local M = {}

---@alias tierwise.Mode "v"|"V"|"\22"

---@param buf integer
---@param row integer from 0
---@return string
local function line_at(buf, row)
  return vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
end

---@param buf integer
---@param row integer from 0
---@param byte integer bytes from the start of the line
---@param encoding string
---@return lsp.Position
function M.position(buf, row, byte, encoding)
  local line = line_at(buf, row)
  local at = math.min(byte, #line)
  return { line = row, character = vim.str_utfindex(line, encoding, at, false) }
end

--- The range of whole lines; both numbers count from 1 and are inclusive.
---@param buf integer
---@param first integer
---@param last integer
---@param encoding string
---@return lsp.Range
function M.lines(buf, first, last, encoding)
  local count = vim.api.nvim_buf_line_count(buf)
  first, last = math.max(1, math.min(first, count)), math.max(1, math.min(last, count))
  if last < count then
    return {
      start = { line = first - 1, character = 0 },
      ["end"] = { line = last, character = 0 },
    }
  end
  return {
    start = { line = first - 1, character = 0 },
    ["end"] = M.position(buf, last - 1, math.huge, encoding),
  }
end

--- The byte after the character that starts at `byte`, including marks that combine with it.
---@param line string
---@param byte integer from 0
---@return integer
function M.after_char(line, byte)
  if byte >= #line then
    return #line
  end
  return byte + #vim.fn.strcharpart(line:sub(byte + 1), 0, 1, 1)
end

--- The range between two positions, each {row, byte} from 0 and inclusive.
---@param buf integer
---@param from integer[]
---@param to integer[]
---@param mode tierwise.Mode
---@param encoding string
---@return lsp.Range
function M.between(buf, from, to, mode, encoding)
  if mode ~= "v" then
    return M.lines(buf, from[1] + 1, to[1] + 1, encoding)
  end
  local last = line_at(buf, to[1])
  local stop = to[2]
  if vim.o.selection ~= "exclusive" then
    stop = M.after_char(last, to[2])
  end
  return {
    start = M.position(buf, from[1], from[2], encoding),
    ["end"] = M.position(buf, to[1], stop, encoding),
  }
end

---@param buf integer
---@param a string a mark
---@param b string a mark
---@param mode tierwise.Mode
---@param encoding string
---@return lsp.Range
function M.marks(buf, a, b, mode, encoding)
  local from, to = vim.api.nvim_buf_get_mark(buf, a), vim.api.nvim_buf_get_mark(buf, b)
  return M.between(buf, { from[1] - 1, from[2] }, { to[1] - 1, to[2] }, mode, encoding)
end

--- The range of an Ex command, or nil if it has none. If its lines are exactly those of the last
--- selection, the exact selection is used.
---@param buf integer
---@param opts { range: integer, line1: integer, line2: integer }
---@param encoding string
---@return lsp.Range?
function M.of_command(buf, opts, encoding)
  if opts.range == 0 then
    return nil
  end
  local from, to = vim.api.nvim_buf_get_mark(buf, "<"), vim.api.nvim_buf_get_mark(buf, ">")
  local mode = vim.fn.visualmode()
  if opts.range == 2 and mode ~= "" and from[1] == opts.line1 and to[1] == opts.line2 then
    return M.marks(buf, "<", ">", mode --[[@as tierwise.Mode]], encoding)
  end
  return M.lines(buf, opts.line1, opts.line2, encoding)
end

--- The cursor as an empty range. The server then takes the symbol around it.
---@param win integer
---@param encoding string
---@return lsp.Range
function M.cursor(win, encoding)
  local at = vim.api.nvim_win_get_cursor(win)
  local place = M.position(vim.api.nvim_win_get_buf(win), at[1] - 1, at[2], encoding)
  return { start = place, ["end"] = place }
end

---@param range lsp.Range
---@return string as in "4-9", lines from 1
function M.shown(range)
  local first, last = range.start.line + 1, range["end"].line + 1
  if range["end"].character == 0 and last > first then
    last = last - 1
  end
  return first == last and tostring(first) or ("%d-%d"):format(first, last)
end

return M
