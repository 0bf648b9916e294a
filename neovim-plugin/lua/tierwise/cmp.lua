--- A source for nvim-cmp: `require("cmp").register_source("tierwise", require("tierwise.cmp"))`.
local M = {}

local sources = require("tierwise.chat.sources")

function M:is_available()
  return sources.enabled()
end

function M:get_trigger_characters()
  return sources.TRIGGERS
end

function M:get_keyword_pattern()
  return [=[@"\?[[:alnum:]._/\\+~-]*\|/\a*]=]
end

---@param params { context: { cursor_line: string, cursor: { row: integer, col: integer } } }
---@param callback fun(response: table)
function M:complete(params, callback)
  local cursor = params.context.cursor
  sources.offers(params.context.cursor_line, cursor.row - 1, cursor.col - 1, function(items)
    callback({ items = items, isIncomplete = true })
  end)
end

return M
