--- The line above a chat: the answering tier, the routed one, the cost and the state.
local M = {}

---@param tier string
local function label(tier)
  return tier:sub(1, 1):upper() .. tier:sub(2)
end

--- "Sonnet", or "Haiku → Opus" if another tier answers than the routed one. Pure.
---@param decision tierwise.Decision
---@return string
function M.arrow(decision)
  if decision.answering == decision.routed then
    return label(decision.answering)
  end
  return label(decision.routed) .. " → " .. label(decision.answering)
end

---@param chat tierwise.Chat
---@return string for 'winbar'
function M.of(chat)
  local last = chat.turns[#chat.turns]
  if not last then
    return "%#TierwiseHeader#Tierwise chat%*  %#TierwiseHint#<CR> sends, g? shows the keys%*"
  end
  local tier = last.decision and M.arrow(last.decision) or last.over and last.title or "Routing…"
  local total, paid = 0, false
  for _, turn in ipairs(chat.turns) do
    total = total + (turn.rehearsal and 0 or turn.cost)
    paid = paid or not turn.rehearsal
  end
  local money = require("tierwise.money")
  local parts = { "%#TierwiseTier#" .. tier .. "%*" }
  parts[#parts + 1] = "%#TierwiseCost#" .. money.cost(last.cost, last.rehearsal) .. "%*"
  if #chat.turns > 1 and paid then
    parts[#parts + 1] = money.amount(total) .. " in all"
  end
  if not last.over then
    local word = last.state == "paused" and "paused: budget reached" or "answering, <C-c> stops"
    parts[#parts + 1] = "%#TierwiseRunning#" .. word .. "%*"
  end
  return table.concat(parts, " · ") .. "%<%=%#TierwiseHint#g? keys%*"
end

function M.text()
  local chat = require("tierwise.chat").of(vim.api.nvim_win_get_buf(vim.g.statusline_winid or 0))
  return chat and M.of(chat) or ""
end

return M
