--- A source for blink.cmp: `sources.providers.tierwise = { name = "Tierwise", module = "tierwise.blink" }`.
local M = {}

local sources = require("tierwise.chat.sources")

function M.new()
  return setmetatable({}, { __index = M })
end

function M:enabled()
  return sources.enabled()
end

function M:get_trigger_characters()
  return sources.TRIGGERS
end

---@param context { line: string, cursor: integer[] }
---@param callback fun(response: table)
function M:get_completions(context, callback)
  sources.offers(context.line, context.cursor[1] - 1, context.cursor[2], function(items)
    callback({ items = items, is_incomplete_forward = true, is_incomplete_backward = true })
  end)
end

return M
