--- The focus: the place in the code beside a chat where the operator is. It is sent with a
--- question, and its price is shown below the composer. A key leaves it out or adds it again.
local M = {}

local below = require("tierwise.chat.below")
local text = require("tierwise.chat.buffer")

local ns = vim.api.nvim_create_namespace("tierwise.chat.focus")

---@class tierwise.FocusLook: tierwise.Look
---@field asked integer counts the requests; only the reply to the latest is drawn

---@type table<integer, tierwise.FocusLook>
local looks = {}

--- True if the operator left the focus out. It is a global in capitals, so that shada keeps it.
---@return boolean
local function off()
  return vim.g.TIERWISE_FOCUS_OFF == 1
end

--- The cursor in the buffer that a chat was opened from, if a window shows that buffer.
---@param chat tierwise.Chat
---@return { uri: string, range: lsp.Range }?
local function place(chat)
  local buf = chat.origin
  if not buf or not vim.api.nvim_buf_is_valid(buf) or vim.api.nvim_buf_get_name(buf) == "" then
    return nil
  end
  local win, client = vim.fn.bufwinid(buf), require("tierwise.client").get(buf)
  if win == -1 or not client then
    return nil
  end
  local range = require("tierwise.range").cursor(win, client.offset_encoding)
  return { uri = vim.uri_from_bufnr(buf), range = range }
end

---@param chat tierwise.Chat
local function draw(chat)
  local way = off() and "left out · %s takes it along" or "goes along · %s leaves it out"
  below.draw(chat, ns, looks[chat.buf], way, require("tierwise.config").get().chat.keys.focus)
end

--- Ask the server what of the focus would be sent with the text in the composer.
---@param chat tierwise.Chat
local function ask(chat)
  local look = looks[chat.buf]
  if not look or not vim.api.nvim_buf_is_valid(chat.buf) then
    return
  end
  look.asked = look.asked + 1
  local mine, at, prompt = look.asked, place(chat), text.composed(chat.buf, chat.composer)
  if not at or prompt:find("^/") then
    look.title = nil
    return draw(chat)
  end
  local params = {
    prompt = prompt,
    conversationId = chat.id,
    references = require("tierwise.chat.mentions").locations(prompt),
    focus = at,
  }
  require("tierwise.client").request(chat.origin, "tierwise/chat/focus", params, function(offer)
    if looks[chat.buf] == look and look.asked == mine and vim.api.nvim_buf_is_valid(chat.buf) then
      look.title = offer.title
      draw(chat)
    end
  end, function() end)
end

--- Ask again whenever the composer of a chat changes, or the operator comes to it.
---@param chat tierwise.Chat
function M.watch(chat)
  below.watch(chat, looks, { "BufEnter", "TextChanged", "TextChangedI" }, { asked = 0 }, ask)
end

--- Leave the focus out of questions from now on, or send it again.
---@param chat tierwise.Chat
function M.toggle(chat)
  vim.g.TIERWISE_FOCUS_OFF = off() and 0 or 1
  draw(chat)
end

--- The focus of the question that is sent now; nil if it is left out.
---@param chat tierwise.Chat
---@return { uri: string, range: lsp.Range }?
function M.sent(chat)
  return not off() and place(chat) or nil
end

return M
