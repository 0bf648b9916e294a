--- Draws a proposal by extmarks only. The text of the buffer and its undo history stay untouched.
local M = {}

local signs = require("tierwise.preview.signs")
local words = require("tierwise.preview.words")

M.ns = signs.ns
--- The most lines that one drawing compares word by word. More would take time and help little.
M.WORDS_MOST = 200
--- The most lines of a new file that are drawn. The side-by-side tab shows the rest.
M.CREATED_MOST = 40

---@alias tierwise.Chunk { [1]: string, [2]: string }

--- The most rows of the screen for one new line if lines wrap. The side-by-side tab shows the rest.
M.ROWS_MOST = 20
--- A text area with fewer columns than this counts as this wide.
M.NARROWEST = 12

---@class tierwise.Frame
---@field width integer columns of the text area, in the narrowest window that shows the buffer
---@field gutter integer columns of signs and numbers before it
---@field sign? integer column of the gutter where signs are; nil if none are shown
---@field wraps boolean whether a window wraps long lines
---@field tabstop integer
---@field plus? tierwise.Chunk the gutter of each new line, kept after the first was drawn

--- The measures of the windows that show a buffer.
---@param buf integer
---@param signed? integer a row with one of our signs
---@param widened? boolean whether signs were just added, which may widen the sign column
---@return tierwise.Frame
function M.frame(buf, signed, widened)
  local win = vim.fn.bufwinid(buf)
  if win ~= -1 and widened and (vim.wo[win].signcolumn:find("^auto") or vim.wo[win].statuscolumn ~= "") then
    -- An automatic sign column gets its width only when the window is drawn with its signs.
    vim.cmd.redraw()
  end
  local info = win ~= -1 and vim.fn.getwininfo(win)[1] or { width = vim.o.columns, textoff = 0 }
  local width, wraps = info.width - info.textoff, false
  for _, one in ipairs(vim.fn.win_findbuf(buf)) do
    local its = vim.fn.getwininfo(one)[1]
    width, wraps = math.min(width, its.width - its.textoff), wraps or vim.wo[one].wrap
  end
  local sign = 0
  if win ~= -1 and signed then
    sign = signs.column(win, signed)
  elseif info.textoff < 2 then
    sign = nil
  end
  return {
    width = math.max(M.NARROWEST, width),
    gutter = info.textoff,
    sign = sign,
    wraps = wraps,
    tabstop = vim.bo[buf].tabstop,
  }
end

--- How many columns a text without tabs takes. Neovim is asked only if it is not plain ASCII.
---@param text string
---@return integer
local function wide(text)
  return text:find("[^\32-\126]") and vim.api.nvim_strwidth(text) or #text
end

--- A text with its tabs as spaces, beginning at a display column. Pure, except for display widths.
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

--- The gutter of a new line: a plus in the column of the old lines' signs, else before the text.
--- It is made once for all lines of a drawing.
---@param frame tierwise.Frame
---@return tierwise.Chunk
local function gutter_of(frame)
  if not frame.plus then
    local text = frame.sign and (" "):rep(frame.sign) .. "+" .. (" "):rep(frame.gutter - frame.sign - 1)
      or (" "):rep(frame.gutter) .. "+ "
    frame.plus = { text, "TierwiseSign" }
  end
  return frame.plus
end

--- Split a text: the longest start that fits into some columns, and the rest.
---@param text string
---@param room integer
---@param whole boolean whether the room is a whole row, which takes at least one character
---@return string
---@return string
local function cut(text, room, whole)
  if not text:find("[^\32-\126]") then
    return text:sub(1, room), text:sub(room + 1)
  end
  local characters, taken, at = vim.fn.split(text, "\\zs"), 0, 0
  for _, character in ipairs(characters) do
    taken = taken + vim.api.nvim_strwidth(character)
    if taken > room and (at > 0 or not whole) then
      break
    end
    at = at + #character
  end
  return text:sub(1, at), text:sub(at + 1)
end

--- Wrap a long line into rows of the screen. The first comes after its gutter.
---@param chunks tierwise.Chunk[]
---@param frame tierwise.Frame
---@return tierwise.Chunk[][]
local function folded(chunks, frame)
  local blank = { (" "):rep(#chunks[1][1]), "Normal" }
  local room = frame.width - (#chunks[1][1] - frame.gutter)
  local rows, left = { { chunks[1] } }, room
  for i = 2, #chunks do
    local text, group = chunks[i][1], chunks[i][2]
    while text ~= "" do
      if left <= 0 then
        if #rows == M.ROWS_MOST then
          rows[#rows + 1] = { blank, { "… the rest is seen side by side", "TierwiseHint" } }
          return rows
        end
        rows[#rows + 1], left = { blank }, room
      end
      local piece
      piece, text = cut(text, left, left == room)
      table.insert(rows[#rows], { piece, group })
      left = piece == "" and 0 or left - wide(piece)
    end
  end
  if left > 0 then
    table.insert(rows[#rows], { (" "):rep(left), "TierwiseAdd" })
  end
  return rows
end

--- Make the rows of a new line, with changed words highlighted and colour up to the window's edge.
--- It is one row that scrolls with the window, or several rows if a window wraps lines.
---@param line string
---@param spans tierwise.Spans?
---@param frame tierwise.Frame
---@param rows tierwise.Chunk[][] the list to which its rows are added
function M.added(line, spans, frame, rows)
  local plus = gutter_of(frame)
  local chunks, column, at = { plus }, 0, 0
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
  local room = frame.width - (#plus[1] - frame.gutter)
  if frame.wraps and column > room then
    vim.list_extend(rows, folded(chunks, frame))
    return
  elseif column < room then
    chunks[#chunks + 1] = { (" "):rep(room - column), "TierwiseAdd" }
  end
  rows[#rows + 1] = chunks
end

--- Split chunks into words, each with the spaces before it.
---@param chunks tierwise.Chunk[]
---@return tierwise.Chunk[]
local function words_of(chunks)
  local found = {}
  for _, chunk in ipairs(chunks) do
    for word in chunk[1]:gmatch("%s*%S+") do
      found[#found + 1] = { word, chunk[2] }
    end
    local behind = chunk[1]:match("%s+$")
    if behind then
      found[#found + 1] = { behind, chunk[2] }
    end
  end
  return found
end

--- The rows of our own text above a change, aligned with the code. It takes as many rows as needed,
--- so the tier that answered and the keys are never cut off.
---@param chunks tierwise.Chunk[]
---@param frame tierwise.Frame
---@return tierwise.Chunk[][]
function M.note(chunks, frame)
  return M.notes(
    vim.tbl_map(function(word)
      return { word }
    end, words_of(chunks)),
    frame,
    ""
  )
end

---@param group tierwise.Chunk[]
---@return integer columns
local function breadth(group)
  local columns = 0
  for _, chunk in ipairs(group) do
    columns = columns + wide(chunk[1])
  end
  return columns
end

--- Like `note`, for groups of chunks. A group stays on one row if it fits. `between` parts them.
---@param groups tierwise.Chunk[][]
---@param frame tierwise.Frame
---@param between string
---@return tierwise.Chunk[][]
function M.notes(groups, frame, between)
  local blank = { (" "):rep(frame.gutter), "Normal" }
  local rows, left = { { blank } }, frame.width
  for _, group in ipairs(groups) do
    local columns = breadth(group)
    if columns > frame.width and #group > 1 then
      local parts = M.note(group, frame)
      vim.list_extend(rows, parts)
      left = frame.width - breadth(vim.list_slice(parts[#parts], 2))
      goto continue
    end
    local first = #rows[#rows] == 1
    if not first and wide(between) + columns - wide(group[#group][1]:match("%s*$")) > left then
      rows[#rows + 1], left, first = { blank }, frame.width, true
    elseif not first and between ~= "" then
      table.insert(rows[#rows], { between, "Normal" })
      left = left - wide(between)
    end
    for number, chunk in ipairs(group) do
      local text = first and number == 1 and #rows > 1 and chunk[1]:gsub("^%s+", "") or chunk[1]
      while text ~= "" do
        if left <= 0 then
          rows[#rows + 1], left = { blank }, frame.width
        end
        local piece
        piece, text = cut(text, left, left == frame.width)
        table.insert(rows[#rows], { piece, chunk[2] })
        left = piece == "" and 0 or left - wide(piece)
      end
    end
    ::continue::
  end
  return vim.tbl_filter(function(row)
    return #row > 1
  end, rows)
end

--- Draw virtual lines at a row. They scroll sideways with the text, unless they are `still`.
---@param buf integer
---@param row integer
---@param above boolean
---@param lines tierwise.Chunk[][]
---@param still? boolean
function M.virtual(buf, row, above, lines, still)
  if #lines == 0 then
    return
  end
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    virt_lines = lines,
    virt_lines_above = above,
    virt_lines_leftcol = true,
    virt_lines_overflow = still and "trunc" or "scroll",
    right_gravity = false,
  })
end

--- Draw one changed stretch: mark its old lines, and return its new lines. In pairs of an old and a
--- new line the changed words are highlighted.
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
    M.added(line, spans_new[i], frame, lines)
  end
  return lines
end

--- Colour old lines. If a window shows no signs, each line begins with a minus.
---@param buf integer
---@param row integer
---@param count integer
---@param frame tierwise.Frame
function M.deleted(buf, row, count, frame)
  for at = row, frame.sign and row - 1 or row + count - 1 do
    vim.api.nvim_buf_set_extmark(buf, M.ns, at, 0, {
      virt_text = { { "- ", "TierwiseSign" } },
      virt_text_pos = "inline",
      right_gravity = false,
    })
  end
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    end_row = row + count,
    hl_group = "TierwiseDelete",
    hl_eol = true,
    priority = 200,
  })
end

--- Scroll windows so that virtual lines above the first line of a file are visible.
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
