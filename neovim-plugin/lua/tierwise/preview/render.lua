--- Drawing a proposal over an untouched buffer: extmarks only, nothing enters the text or undo.
local M = {}

local words = require("tierwise.preview.words")

M.ns = vim.api.nvim_create_namespace("tierwise.preview")
--- Lines compared word by word in one draw; what is off screen gains little and costs time.
M.WORDS_MOST = 200
--- Lines of a new file that are drawn; the side-by-side tab shows the rest.
M.CREATED_MOST = 40

---@alias tierwise.Chunk { [1]: string, [2]: string }

---@class tierwise.Frame
---@field width integer columns of the text area
---@field gutter integer columns of signs and numbers before it
---@field tabstop integer

--- The shape of the window a buffer is drawn for.
---@param buf integer
---@param signed? boolean whether signs were just put, which may widen the sign column
---@return tierwise.Frame
function M.frame(buf, signed)
  local win = vim.fn.bufwinid(buf)
  if win ~= -1 and signed and vim.wo[win].signcolumn:find("^auto") then
    -- The width of an automatic sign column is known once the window was drawn with its signs.
    vim.cmd.redraw()
  end
  local info = win ~= -1 and vim.fn.getwininfo(win)[1] or { width = vim.o.columns, textoff = 0 }
  return {
    width = math.max(20, info.width - info.textoff),
    gutter = info.textoff,
    tabstop = vim.bo[buf].tabstop,
  }
end

--- Columns a text without tabs takes; asking Neovim is slow for what is nearly always plain.
---@param text string
---@return integer
local function wide(text)
  return text:find("[^\32-\126]") and vim.api.nvim_strwidth(text) or #text
end

--- Text with its tabs as spaces, from a display column on. Pure but for display widths.
---@param text string
---@param column integer
---@param tabstop integer
---@return string text
---@return integer column after it
function M.expanded(text, column, tabstop)
  if not text:find("\t", 1, true) then
    return text, column + wide(text)
  end
  local parts = {}
  for piece, tab in text:gmatch("([^\t]*)(\t?)") do
    parts[#parts + 1] = piece
    column = column + wide(piece)
    if tab ~= "" then
      local fill = tabstop - column % tabstop
      parts[#parts + 1] = (" "):rep(fill)
      column = column + fill
    end
  end
  return table.concat(parts), column
end

--- A new line as chunks, the changed words set apart, coloured to the edge of the window.
---@param line string
---@param spans tierwise.Spans?
---@param frame tierwise.Frame
---@return tierwise.Chunk[]
function M.added(line, spans, frame)
  local gutter = frame.gutter > 1 and "+" .. (" "):rep(frame.gutter - 1) or "+ "
  local chunks, column, at = { { gutter, "TierwiseSign" } }, 0, 0
  local text
  local function put(upto, group)
    if upto > at then
      text, column = M.expanded(line:sub(at + 1, upto), column, frame.tabstop)
      chunks[#chunks + 1] = { text, group }
      at = upto
    end
  end
  for _, span in ipairs(spans or {}) do
    put(span[1], "TierwiseAdd")
    put(span[2], "TierwiseAddWord")
  end
  put(#line, "TierwiseAdd")
  if column < frame.width then
    chunks[#chunks + 1] = { (" "):rep(frame.width - column), "TierwiseAdd" }
  end
  return chunks
end

--- A line of ours above a change, aligned with the code.
---@param chunks tierwise.Chunk[]
---@param frame tierwise.Frame
---@return tierwise.Chunk[]
function M.note(chunks, frame)
  local line, room = { { (" "):rep(frame.gutter), "Normal" } }, frame.width
  for _, chunk in ipairs(chunks) do
    local columns = wide(chunk[1])
    if columns > room then
      line[#line + 1] = { vim.fn.strcharpart(chunk[1], 0, math.max(0, room - 1)) .. "…", chunk[2] }
      break
    end
    line[#line + 1] = chunk
    room = room - columns
  end
  return line
end

---@param buf integer
---@param row integer
---@param above boolean
---@param lines tierwise.Chunk[][]
function M.virtual(buf, row, above, lines)
  if #lines == 0 then
    return
  end
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    virt_lines = lines,
    virt_lines_above = above,
    virt_lines_leftcol = true,
    virt_lines_overflow = "scroll",
    right_gravity = false,
  })
end

--- One stretch: old lines marked in place, new ones below them, words of pairs set apart.
---@param buf integer
---@param first integer row of the first old line
---@param old string[]
---@param new string[]
---@param frame tierwise.Frame
---@param budget { left: integer }
---@return tierwise.Chunk[][] new_lines
function M.stretch(buf, first, old, new, frame, budget)
  local spans_new = {}
  if #old == #new then
    local compared = math.min(#old, budget.left)
    budget.left = budget.left - compared
    for i = 1, compared do
      local was, is = words.between(old[i], new[i])
      spans_new[i] = is
      for _, span in ipairs(was or {}) do
        vim.api.nvim_buf_set_extmark(buf, M.ns, first + i - 1, span[1], {
          end_col = span[2],
          hl_group = "TierwiseDeleteWord",
          priority = 201,
        })
      end
    end
  end
  local lines = {}
  for i, line in ipairs(new) do
    lines[i] = M.added(line, spans_new[i], frame)
  end
  return lines
end

---@param buf integer
---@param row integer
---@param count integer
function M.deleted(buf, row, count)
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    end_row = row + count,
    hl_group = "TierwiseDelete",
    hl_eol = true,
    priority = 200,
  })
end

--- The minus in the sign column says in shape what the colour says.
---@param buf integer
---@param row integer
---@param count integer
function M.signs(buf, row, count)
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    end_row = row + count - 1,
    sign_text = "-",
    sign_hl_group = "TierwiseSign",
    priority = 200,
  })
end

--- Lines above the first of a file have no room of their own unless the window makes it.
---@param buf integer
---@param rows integer
function M.make_room(buf, rows)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    vim.api.nvim_win_call(win, function()
      if vim.fn.line("w0") == 1 then
        vim.fn.winrestview({ topline = 1, topfill = rows })
      end
    end)
  end
end

return M
