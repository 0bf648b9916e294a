--- The lines below the composer of a chat. Each names something that would be sent with a question.
--- The server is asked again when the operator stops typing.
local M = {}

local REST_MS = 400

---@class tierwise.Look
---@field timer uv.uv_timer_t
---@field title? string the server's words for it; nil if nothing would be sent

--- Keep a look for a chat in `looks`. After each of some events it calls `ask`, once the operator
--- stops typing. It ends when the chat's buffer is gone.
---@generic T: tierwise.Look
---@param chat tierwise.Chat
---@param looks table<integer, T>
---@param events string[]
---@param fields table the fields of the look beside its timer
---@param ask fun(chat: tierwise.Chat)
function M.watch(chat, looks, events, fields, ask)
  local timer = assert(vim.uv.new_timer())
  looks[chat.buf] = vim.tbl_extend("error", { timer = timer }, fields)
  local rested = vim.schedule_wrap(function()
    ask(chat)
  end)
  vim.api.nvim_create_autocmd(events, {
    buffer = chat.buf,
    callback = function()
      timer:start(REST_MS, 0, rested)
    end,
  })
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = chat.buf,
    callback = function()
      timer:close()
      looks[chat.buf] = nil
    end,
  })
end

--- Draw a look: its title, and what its key does if it has one.
---@param chat tierwise.Chat
---@param ns integer
---@param look tierwise.Look
---@param way string the text on the key, with a place for its name
---@param key string|false
function M.draw(chat, ns, look, way, key)
  vim.api.nvim_buf_clear_namespace(chat.buf, ns, 0, -1)
  if not look.title then
    return
  end
  local said = key and ("%s · %s"):format(look.title, way:format(key)) or look.title
  local win = vim.fn.bufwinid(chat.buf)
  local info = win ~= -1 and vim.fn.getwininfo(win)[1] or { width = vim.o.columns, textoff = 0 }
  local render = require("tierwise.preview.render")
  ---@type tierwise.Frame
  local frame = {
    width = math.max(render.NARROWEST, info.width - info.textoff),
    gutter = 0,
    wraps = false,
    tabstop = vim.bo[chat.buf].tabstop,
  }
  vim.api.nvim_buf_set_extmark(chat.buf, ns, vim.api.nvim_buf_line_count(chat.buf) - 1, 0, {
    virt_lines = render.note({ { said, "Comment" } }, frame),
  })
end

return M
