--- The project context that would be sent with a question. Its price is shown below the composer,
--- and a key leaves it out or adds it again.
local M = {}

local below = require("tierwise.chat.below")
local text = require("tierwise.chat.buffer")

local ns = vim.api.nvim_create_namespace("tierwise.chat.project")

---@class tierwise.ProjectLook: tierwise.Look
---@field prompt string the prompt for which the server was asked last
---@field out boolean whether the operator left it out

---@type table<integer, tierwise.ProjectLook>
local looks = {}

---@param chat tierwise.Chat
local function draw(chat)
  local look = looks[chat.buf]
  local way = look.out and "left out · %s takes it along" or "%s leaves it out"
  below.draw(chat, ns, look, way, require("tierwise.config").get().chat.keys.project)
end

--- Ask the server what of the project would be sent with the text in the composer.
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

--- Ask again whenever the composer of a chat changes.
---@param chat tierwise.Chat
function M.watch(chat)
  below.watch(chat, looks, { "TextChanged", "TextChangedI" }, { prompt = "", out = false }, ask)
end

--- Leave the project out of the next question, or add it again.
---@param chat tierwise.Chat
function M.toggle(chat)
  local look = looks[chat.buf]
  if not look.title then
    return require("tierwise.say").info("nothing of the project goes along with this question.")
  end
  look.out = not look.out
  draw(chat)
end

--- The operator's choice on the project context, for the question that is sent now.
---@param chat tierwise.Chat
---@return boolean? project false if it is left out
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
