--- Shows messages by `vim.notify`, so that any notifier plugin can take them. The name Tierwise is
--- in the text, because not all notifiers show a title.
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

--- Show an error, and keep it for `:checkhealth tierwise`.
---@param text string
function M.error(text)
  M.last_error = os.date("%H:%M:%S ") .. text
  notify(text, vim.log.levels.ERROR)
end

return M
