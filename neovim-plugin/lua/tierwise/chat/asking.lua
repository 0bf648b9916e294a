--- Handles the command lines for the chat: asking a question, or opening the chat.
local M = {}

--- Ask a question in the chat, with the selection.
---@param ctx tierwise.Ctx
function M.ask(ctx)
  local chat = require("tierwise.chat")
  require("tierwise.client").with(ctx.buf, function(client)
    local range = require("tierwise.range").of_command(ctx.buf, ctx, client.offset_encoding)
    local named = require("tierwise.buffers").is_file(ctx.buf)
    local selection = range and named and { uri = vim.uri_from_bufnr(ctx.buf), range = range } or nil
    local function send(prompt)
      local own = chat.of(ctx.buf) or chat.latest() or chat.create()
      chat.show(own, false)
      chat.ask(own, prompt, selection)
    end
    if ctx.rest ~= "" then
      return send(ctx.rest)
    end
    vim.ui.input({ prompt = "Tierwise ask: " }, function(typed)
      if typed and vim.trim(typed) ~= "" then
        send(typed)
      end
    end)
  end)
end

--- Open the chat. Words are sent as a question. A range becomes a mention in the composer.
---@param ctx tierwise.Ctx
function M.open(ctx)
  local chat = require("tierwise.chat")
  local own = chat.of(ctx.buf) or (not ctx.bang and chat.latest()) or chat.create()
  local mention = ""
  if ctx.range > 0 and require("tierwise.buffers").is_file(ctx.buf) then
    local path = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(ctx.buf), ":.")
    mention = ("@%s:%d-%d "):format(path, ctx.line1, ctx.line2)
  end
  chat.show(own, true)
  local text = require("tierwise.chat.buffer")
  if ctx.rest ~= "" then
    return chat.ask(own, mention .. ctx.rest)
  elseif mention ~= "" then
    text.compose(own.buf, own.composer, text.composed(own.buf, own.composer) .. mention)
    vim.cmd.startinsert({ bang = true })
  end
end

return M
