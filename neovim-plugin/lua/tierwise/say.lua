--- Messages to the operator, through `vim.notify` so that any notifier takes them over. The name stands
--- in the text alone: some notifiers show a title beside it, others none.
local M = {}

---@param text string
---@param level? integer
local function notify(text, level)
  vim.schedule(function()
    vim.notify("Tierwise: " .. text, level or vim.log.levels.INFO)
  end)
end

---@param text string
function M.info(text)
  notify(text)
end

---@param text string
function M.warn(text)
  notify(text, vim.log.levels.WARN)
end

--- The last error is kept for `:checkhealth tierwise`.
---@param text string
function M.error(text)
  M.last_error = os.date("%H:%M:%S ") .. text
  notify(text, vim.log.levels.ERROR)
end

return M
