--- What of the project would go along with a question: its price below the composer, and a key that
--- leaves it out or takes it back in.
local M = {}

local text = require("tierwise.chat.buffer")

local ns = vim.api.nvim_create_namespace("tierwise.chat.project")
local REST_MS = 400
M.KEY = "<localleader>p"

---@class tierwise.ProjectLook
---@field timer uv.uv_timer_t
---@field prompt string what was looked at last
---@field title? string as the server words it
---@field out boolean whether the operator left it out

---@type table<integer, tierwise.ProjectLook>
local looks = {}

---@param chat tierwise.Chat
local function draw(chat)
  local look = looks[chat.buf]
  vim.api.nvim_buf_clear_namespace(chat.buf, ns, 0, -1)
  if not look.title then
    return
  end
  local way = look.out and "left out · %s takes it along" or "%s leaves it out"
  local said = ("%s · %s"):format(look.title, way:format(M.KEY))
  vim.api.nvim_buf_set_extmark(chat.buf, ns, vim.api.nvim_buf_line_count(chat.buf) - 1, 0, {
    virt_lines = { { { said, "Comment" } } },
  })
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
  looks[chat.buf] = { timer = assert(vim.uv.new_timer()), prompt = "", out = false }
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI" }, {
    buffer = chat.buf,
    callback = function()
      looks[chat.buf].timer:start(
        REST_MS,
        0,
        vim.schedule_wrap(function()
          ask(chat)
        end)
      )
    end,
  })
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = chat.buf,
    callback = function()
      looks[chat.buf].timer:close()
      looks[chat.buf] = nil
    end,
  })
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
