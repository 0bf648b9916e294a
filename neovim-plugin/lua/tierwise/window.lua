--- Shows text in a floating window, which `q` or `<Esc>` closes.
local M = {}

M.ns = vim.api.nvim_create_namespace("tierwise.window")

--- Remove the marks of `**bold**` and `code` from a line, and return where they were. Pure.
---@param line string
---@return string text
---@return { [1]: integer, [2]: integer, [3]: string }[] spans bytes from 0, half-open, and group
function M.plain(line)
  local text, spans, at = "", {}, 1
  while at <= #line do
    local first, last, bold = line:find("%*%*(.-)%*%*", at)
    local first_code, last_code, code = line:find("`([^`]+)`", at)
    local group, word = "TierwiseTier", bold
    if first_code and (not first or first_code < first) then
      first, last, word, group = first_code, last_code, code, "TierwiseSign"
    end
    if not first then
      break
    end
    text = text .. line:sub(at, first - 1)
    spans[#spans + 1] = { #text, #text + #word, group }
    text = text .. word
    at = last + 1
  end
  return text .. line:sub(at), spans
end

--- Make lines with aligned columns from rows of cells. All columns but the first are aligned to the
--- right, unless they are `words`. Pure, except for display widths.
---@param rows string[][]
---@param words? boolean
---@return string[]
function M.columns(rows, words)
  local widths = {}
  local function wide(cell)
    return vim.api.nvim_strwidth((M.plain(cell)))
  end
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, wide(cell))
    end
  end
  return vim.tbl_map(function(row)
    local cells = {}
    for i, cell in ipairs(row) do
      local fill = (" "):rep(widths[i] - wide(cell))
      cells[i] = (i == 1 or words) and cell .. fill or fill .. cell
    end
    return "  " .. table.concat(cells, "   ")
  end, rows)
end

--- The cells of a row of a markdown table. Nil for another line, empty for the rule below the head.
---@param line string
---@return string[]?
local function cells_of(line)
  if not (vim.startswith(line, "|") and vim.endswith(line, "|") and #line > 1) then
    return nil
  elseif line:find("^[|%-: ]+$") then
    return {}
  end
  return vim.tbl_map(vim.trim, vim.split(line:sub(2, -2), "|", { plain = true }))
end

--- Lay out a table as aligned columns. If they do not fit, each row becomes a line that names each
--- cell.
---@param rows string[][] the first is the head
---@param room integer columns
---@return string[]
local function laid_out(rows, room)
  local lines = M.columns(rows, true)
  local fits = vim.iter(lines):all(function(line)
    return vim.api.nvim_strwidth((M.plain(line))) <= room
  end)
  if fits then
    return vim.tbl_map(function(line)
      return (line:gsub("%s+$", ""))
    end, lines)
  end
  return vim.tbl_map(function(row)
    local parts = { row[1] }
    for i = 2, #row do
      parts[i] = ("%s %s"):format(rows[1][i] or "", row[i])
    end
    return "- " .. table.concat(parts, " · ")
  end, vim.list_slice(rows, 2))
end

--- Lay out the markdown tables in some lines for a width. Pure, except for display widths.
---@param lines string[]
---@param room integer
---@return string[]
function M.tables(lines, room)
  local found, rows = {}, {}
  local function close()
    if #rows > 0 then
      vim.list_extend(found, laid_out(rows, room))
      rows = {}
    end
  end
  for _, line in ipairs(lines) do
    local cells = cells_of(line)
    if not cells then
      close()
      found[#found + 1] = line
    elseif #cells > 0 then
      rows[#rows + 1] = cells
    end
  end
  close()
  return found
end

--- Show lines in a float, with tables laid out and `**bold**` and `code` coloured.
---@param title string
---@param lines string[]
---@param plain? string[] more lines below, shown unchanged
---@return integer buf
---@return integer win
function M.float(title, lines, plain)
  local buf = vim.api.nvim_create_buf(false, true)
  local spans = {}
  lines = M.tables(lines, math.max(24, vim.o.columns - 6))
  lines = vim.tbl_map(function(line)
    local text, found = M.plain(line)
    spans[#spans + 1] = found
    return text
  end, lines)
  vim.list_extend(lines, plain or {})
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  for row, found in ipairs(spans) do
    for _, span in ipairs(found) do
      vim.api.nvim_buf_set_extmark(buf, M.ns, row - 1, span[1], { end_col = span[2], hl_group = span[3] })
    end
  end
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  vim.bo[buf].filetype = "tierwise"
  local width = 24
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.min(width + 1, math.max(24, vim.o.columns - 6))
  local height = 0
  for _, line in ipairs(lines) do
    height = height + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  height = math.min(math.max(1, height), math.max(1, vim.o.lines - 6))
  local win = vim.api.nvim_open_win(buf, true, {
    relative = "editor",
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
    style = "minimal",
    border = "rounded",
    title = " " .. title .. " ",
    footer = " q closes ",
    footer_pos = "right",
  })
  vim.wo[win].wrap = true
  vim.wo[win].linebreak = true
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, function()
      if vim.api.nvim_win_is_valid(win) then
        vim.api.nvim_win_close(win, true)
      end
    end, { buffer = buf, nowait = true, desc = "Close" })
  end
  return buf, win
end

return M
