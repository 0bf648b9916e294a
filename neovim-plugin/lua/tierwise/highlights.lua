--- The highlight groups, as links to standard groups that every colour scheme has.
local M = {}

M.groups = {
  TierwiseDelete = "DiffDelete",
  TierwiseDeleteWord = "DiffText",
  TierwiseAdd = "DiffAdd",
  TierwiseAddWord = "DiffText",
  TierwiseSign = "Identifier",
  TierwiseHeader = "Title",
  TierwiseReason = "Comment",
  TierwiseHint = "Comment",
  TierwiseStale = "WarningMsg",
  TierwiseRunning = "MoreMsg",
  TierwiseTier = "Title",
  TierwiseCost = "Number",
  TierwisePaused = "ErrorMsg",
}

--- Define the groups. One that the operator or the colour scheme has defined stays as it is.
function M.define()
  for group, link in pairs(M.groups) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

return M
