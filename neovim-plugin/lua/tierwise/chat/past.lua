--- Opens chats of earlier sessions, which the server keeps.
local M = {}

local answer = require("tierwise.chat.answer")
local text = require("tierwise.chat.buffer")

---@param id string of the conversation
---@return tierwise.Chat?
local function opened(id)
  for _, chat in ipairs(require("tierwise.chat").chats) do
    if chat.id == id and vim.api.nvim_buf_is_valid(chat.buf) then
      return chat
    end
  end
end

--- Make a chat from kept turns.
---@param id string
---@param turns table[] as `tierwise/chat/get` gives them
---@return tierwise.Chat
function M.restore(id, turns)
  local module = require("tierwise.chat")
  local chat = module.create(id)
  for _, turn in ipairs(turns) do
    module.add(chat, turn.taskId, turn.prompt).rehearsal = turn.rehearsal
    answer.append(turn.taskId, turn.text)
    answer.decided(turn.taskId, turn.decision)
    answer.finished(turn.taskId, turn.state == "proposed" and "answered" or turn.state, turn.usage.costUsd)
  end
  text.compose(chat.buf, chat.composer, "")
  return chat
end

--- Let the operator choose a chat of this project, and show it.
---@param buf integer
function M.choose(buf)
  local client = require("tierwise.client")
  client.request(buf, "tierwise/chat/list", { limit = 100 }, function(result)
    if #result.conversations == 0 then
      return require("tierwise.say").info("there is no earlier chat. :Tierwise history lists all tasks.")
    end
    vim.ui.select(result.conversations, {
      prompt = "Tierwise chats",
      format_item = function(item)
        return os.date("%d %b %H:%M  ", math.floor(item.at / 1000)) .. item.title
      end,
    }, function(item)
      if not item then
        return
      end
      local chat = opened(item.conversationId)
      if chat then
        require("tierwise.chat").show(chat, true)
        return
      end
      client.request(buf, "tierwise/chat/get", { conversationId = item.conversationId }, function(kept)
        require("tierwise.chat").show(M.restore(item.conversationId, kept.turns), true)
      end)
    end)
  end)
end

return M
