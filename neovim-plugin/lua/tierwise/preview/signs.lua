--- Puts minus signs into the sign column, and finds where a window shows them.
local M = {}

--- The namespace of everything that the preview draws.
M.ns = vim.api.nvim_create_namespace("tierwise.preview")

--- The column at which a window shows our sign of a row; nil if it shows none.
---@param win integer
---@param row integer from 0
---@return integer?
function M.column(win, row)
  local own = vim.wo[win].statuscolumn
  if own == "" and vim.wo[win].signcolumn == "number" then
    return math.max(0, vim.fn.getwininfo(win)[1].textoff - 3)
  end
  -- A status column of the operator may call code that fails.
  local ok, made = pcall(vim.api.nvim_eval_statusline, own ~= "" and own or "%C%s", {
    winid = win,
    use_statuscol_lnum = row + 1,
    highlights = true,
  })
  for _, part in ipairs(ok and made.highlights or {}) do
    local groups = part.groups or { part.group }
    if vim.tbl_contains(groups, "TierwiseSign") then
      return vim.api.nvim_strwidth(made.str:sub(1, part.start))
    end
  end
end

--- True if each row needs a sign of its own. Code for a status column often only asks for the signs
--- that begin in a row.
---@param buf integer
---@return boolean
function M.apart(buf)
  return vim.iter(vim.fn.win_findbuf(buf)):any(function(win)
    return vim.wo[win].statuscolumn ~= ""
  end)
end

--- Put minus signs beside rows, so that removed lines are not told by colour alone.
---@param buf integer
---@param row integer
---@param count integer
---@param apart boolean
function M.put(buf, row, count, apart)
  local step = apart and 1 or count
  for at = row, row + count - 1, step do
    vim.api.nvim_buf_set_extmark(buf, M.ns, at, 0, {
      end_row = at + step - 1,
      sign_text = "-",
      sign_hl_group = "TierwiseSign",
      priority = 200,
    })
  end
end

return M
