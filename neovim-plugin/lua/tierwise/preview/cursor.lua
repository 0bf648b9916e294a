--- Finds the hunk at the cursor, and moves to the next or previous one.
local M = {}

local draw = require("tierwise.preview.draw")

local function previews()
  return require("tierwise.preview")
end

---@param buf integer
---@param edit_id? string
---@return integer[] rows of the hunks, from 0, in order
function M.rows(buf, edit_id)
  local found = {}
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  for _, anchor in ipairs(previews().anchors[buf] or {}) do
    if not edit_id or anchor.edit_id == edit_id then
      found[#found + 1] = vim.api.nvim_buf_get_extmark_by_id(buf, draw.anchors, anchor.mark, {})[1]
    end
  end
  table.sort(found)
  return found
end

--- The proposal and the hunk at the cursor, else the nearest ones in this buffer. In a buffer
--- without proposals it is the latest proposal, without a hunk.
---@param buf integer
---@return tierwise.Preview?
---@return tierwise.Hunk?
function M.at(buf)
  local win = vim.fn.bufwinid(buf)
  local row = win ~= -1 and vim.api.nvim_win_get_cursor(win)[1] - 1 or 0
  local best, least
  for _, anchor in ipairs(previews().anchors[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, draw.anchors, anchor.mark, { details = true })
    local first, last = at[1], at[3].end_row or at[1]
    local far = row < first and first - row or row > last and row - last or 0
    if not least or far < least then
      best, least = anchor, far
    end
  end
  if best then
    return previews().open[best.edit_id], best.hunk
  end
  local latest
  for _, preview in pairs(previews().open) do
    local task = require("tierwise.tasks").all[preview.task_id]
    if not latest or task.at > require("tierwise.tasks").all[latest.task_id].at then
      latest = preview
    end
  end
  return latest, nil
end

--- Move to the next or previous hunk of this buffer. After the last one comes the first.
---@param buf integer
---@param step integer hunks forward, negative backward
function M.go(buf, step)
  local rows = M.rows(buf)
  if #rows == 0 then
    return require("tierwise.say").info("nothing is proposed in this file. :Tierwise list shows what is.")
  end
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local at
  if step > 0 then
    at = 0
    for i, start in ipairs(rows) do
      at = start <= row and i or at
    end
  else
    at = #rows + 1
    for i = #rows, 1, -1 do
      at = rows[i] >= row and i or at
    end
  end
  local target = rows[(at + step - 1) % #rows + 1]
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { target + 1, 0 })
  vim.cmd("normal! zv")
end

return M
