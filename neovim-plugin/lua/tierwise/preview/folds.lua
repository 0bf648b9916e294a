--- Opens folds over proposals, because nothing is drawn in a closed fold.
local M = {}

--- Windows in which folds over a proposal were opened. A fold that is closed again stays closed.
---@type table<string, table<integer, true>>
local opened = {}

--- Open the folds over hunks in each window that shows their proposal for the first time.
---@param buf integer
---@param anchors tierwise.Anchor[]
function M.open(buf, anchors)
  local ns = require("tierwise.preview.draw").anchors
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    for _, anchor in ipairs(anchors) do
      local seen = opened[anchor.edit_id] or {}
      opened[anchor.edit_id] = seen
      if seen[win] ~= true then
        local at = vim.api.nvim_buf_get_extmark_by_id(buf, ns, anchor.mark, { details = true })
        vim.api.nvim_win_call(win, function()
          for row = math.max(1, at[1]), (at[3].end_row or at[1]) + 1 do
            if vim.fn.foldclosed(row) ~= -1 then
              vim.cmd(("silent! %dfoldopen!"):format(row))
            end
          end
        end)
      end
    end
    for _, anchor in ipairs(anchors) do
      opened[anchor.edit_id][win] = true
    end
  end
end

return M
