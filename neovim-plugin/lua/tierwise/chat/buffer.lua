--- The text of a chat's buffer: turns above, the composer below. Extmarks keep their places.
local M = {}

M.ns = vim.api.nvim_create_namespace("tierwise.chat")
M.YOU = "## You"

--- Change a chat's text so that the operator cannot undo it, whatever they type.
---@param buf integer
---@param change fun()
function M.write(buf, change)
  local levels = vim.bo[buf].undolevels
  vim.bo[buf].undolevels = -1
  local ok, failed = pcall(change)
  vim.bo[buf].undolevels = levels
  vim.bo[buf].modified = false
  if not ok then
    error(failed, 0)
  end
end

---@param buf integer
---@param row integer
---@param right boolean whether text inserted at the mark goes before it
---@return integer
local function mark(buf, row, right)
  return vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, { right_gravity = right })
end

---@param buf integer
---@param id integer
---@return integer row
---@return integer col
function M.at(buf, id)
  local at = vim.api.nvim_buf_get_extmark_by_id(buf, M.ns, id, {})
  return at[1] or 0, at[2] or 0
end

--- Make the buffer an empty chat, with only the composer. Returns the composer's mark.
---@param buf integer
---@return integer
function M.begin(buf)
  M.write(buf, function()
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, { M.YOU, "" })
  end)
  return mark(buf, 0, true)
end

--- The text in the composer.
---@param buf integer
---@param composer integer
---@return string
function M.composed(buf, composer)
  local row = M.at(buf, composer)
  return vim.trim(table.concat(vim.api.nvim_buf_get_lines(buf, row + 1, -1, false), "\n"))
end

---@param buf integer
---@param composer integer
---@param text string
function M.compose(buf, composer, text)
  local row = M.at(buf, composer)
  M.write(buf, function()
    vim.api.nvim_buf_set_lines(buf, row + 1, -1, false, vim.split(text, "\n"))
  end)
end

--- Insert a turn above the composer. Returns the marks of its heading and of its answer's end.
---@param buf integer
---@param composer integer
---@param prompt string
---@return integer head
---@return integer tail
function M.turn(buf, composer, prompt)
  local row = M.at(buf, composer)
  local asked = vim.split(prompt, "\n")
  local lines = vim.list_extend({ M.YOU }, asked)
  vim.list_extend(lines, { "", "## Routing…", "", "", "" })
  M.write(buf, function()
    vim.api.nvim_buf_set_lines(buf, row, row, false, lines)
  end)
  local head = row + #asked + 2
  return mark(buf, head, false), mark(buf, head + 2, true)
end

---@param buf integer
---@param head integer
---@param text string
function M.title(buf, head, text)
  local row = M.at(buf, head)
  M.write(buf, function()
    local old = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
    vim.api.nvim_buf_set_text(buf, row, 0, row, #old, { "## " .. text })
  end)
end

---@param buf integer
---@param tail integer
---@param text string
function M.append(buf, tail, text)
  local row, col = M.at(buf, tail)
  M.write(buf, function()
    vim.api.nvim_buf_set_text(buf, row, col, row, col, vim.split(text, "\n"))
  end)
end

--- The lines of an answer, and the row of the first.
---@param buf integer
---@param head integer
---@param tail integer
---@return string[]
---@return integer row from 0
function M.answer(buf, head, tail)
  local first, last = M.at(buf, head) + 2, M.at(buf, tail)
  return vim.api.nvim_buf_get_lines(buf, first, last + 1, false), first
end

--- Remove blank lines at the end of an answer.
---@param buf integer
---@param head integer
---@param tail integer
function M.trim(buf, head, tail)
  local lines, first = M.answer(buf, head, tail)
  local last = #lines
  while last > 1 and lines[last]:find("^%s*$") do
    last = last - 1
  end
  if last < #lines then
    M.write(buf, function()
      vim.api.nvim_buf_set_lines(buf, first + last, first + #lines, false, {})
    end)
    vim.api.nvim_buf_set_extmark(
      buf,
      M.ns,
      first + last - 1,
      #lines[last],
      { id = tail, right_gravity = true }
    )
  end
end

---@param buf integer
---@param head integer
---@param tail integer
function M.clear(buf, head, tail)
  local first = M.at(buf, head) + 2
  local row, col = M.at(buf, tail)
  M.write(buf, function()
    vim.api.nvim_buf_set_text(buf, first, 0, row, col, { "" })
  end)
end

return M
