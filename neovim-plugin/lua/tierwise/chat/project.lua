--- What of the project would go along with a question: its price below the composer, and a key that
--- leaves it out or takes it back in.
local M = {}

local below = require("tierwise.chat.below")
local text = require("tierwise.chat.buffer")

local ns = vim.api.nvim_create_namespace("tierwise.chat.project")

---@class tierwise.ProjectLook: tierwise.Look
---@field prompt string what was looked at last
---@field out boolean whether the operator left it out

---@type table<integer, tierwise.ProjectLook>
local looks = {}

---@param chat tierwise.Chat
local function draw(chat)
  local look = looks[chat.buf]
  local way = look.out and "left out · %s takes it along" or "%s leaves it out"
  below.draw(chat, ns, look, way, require("tierwise.config").get().chat.keys.project)
end

--- Ask the server about what stands in the composer now.
---@param chat tierwise.Chat
local function ask(chat)
  local look = looks[chat.buf]
  local client = vim.api.nvim_buf_is_valid(chat.buf) and require("tierwise.client").get(chat.buf)
  if not look or not client then
    return
  end
  local prompt = text.composed(chat.buf, chat.composer)
  if prompt == look.prompt then
    return
  end
  look.prompt = prompt
  if prompt == "" or prompt:find("^/") then
    look.title, look.out = nil, look.out and prompt ~= ""
    return draw(chat)
  end
  local params = { prompt = prompt, conversationId = chat.id }
  require("tierwise.client").request(chat.buf, "tierwise/chat/project", params, function(offer)
    if looks[chat.buf] == look and look.prompt == prompt then
      look.title = offer.title
      draw(chat)
    end
  end, function() end)
end

--- Follow the composer of a chat.
---@param chat tierwise.Chat
function M.watch(chat)
  below.watch(chat, looks, { "TextChanged", "TextChangedI" }, { prompt = "", out = false }, ask)
end

--- Leave the project out of the next question, or take it along again.
---@param chat tierwise.Chat
function M.toggle(chat)
  local look = looks[chat.buf]
  if not look.title then
    return require("tierwise.say").info("nothing of the project goes along with this question.")
  end
  look.out = not look.out
  draw(chat)
end

--- What the operator said of the project, for the question that is sent now.
---@param chat tierwise.Chat
---@return boolean? project false where it was left out
function M.sent(chat)
  local look = looks[chat.buf]
  local out = look and look.out
  if look then
    look.prompt, look.title, look.out = "", nil, false
    draw(chat)
  end
  return out and false or nil
end

return M
