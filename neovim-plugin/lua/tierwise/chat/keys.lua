--- What can be done in a chat, and the keys for it. All are local to the chat's buffer.
local M = {}

local say = require("tierwise.say")

---@param chat tierwise.Chat
---@return integer? win a window with a file, the last one used first
local function code_window(chat)
  local last = vim.fn.win_getid(vim.fn.winnr("#"))
  local all = vim.list_extend({ last }, vim.api.nvim_tabpage_list_wins(0))
  for _, win in ipairs(all) do
    if win ~= 0 and vim.api.nvim_win_is_valid(win) then
      local buf = vim.api.nvim_win_get_buf(win)
      if buf ~= chat.buf and vim.bo[buf].buftype == "" then
        return win
      end
    end
  end
end

--- Put the code block at the cursor below the cursor of the code beside, and say so.
---@param chat tierwise.Chat
function M.insert(chat)
  local block, task_id = require("tierwise.chat").block(chat)
  local win = code_window(chat)
  if not block then
    return say.info("there is no code block in this answer.")
  elseif not win then
    return say.info("there is no window with a file to insert into.")
  end
  vim.api.nvim_win_call(win, function()
    vim.bo.undolevels = vim.bo.undolevels
    local row = vim.api.nvim_win_get_cursor(win)[1]
    local empty = vim.api.nvim_buf_line_count(0) == 1 and vim.api.nvim_get_current_line() == ""
    vim.api.nvim_buf_set_lines(0, empty and 0 or row, empty and 1 or row, false, block.lines)
    vim.bo.undolevels = vim.bo.undolevels
  end)
  require("tierwise.client").notify(
    chat.buf,
    "tierwise/outcome/record",
    { taskId = task_id, kind = "inserted" }
  )
end

---@param chat tierwise.Chat
function M.yank(chat)
  local block, task_id = require("tierwise.chat").block(chat)
  if not block then
    return say.info("there is no code block in this answer.")
  end
  vim.fn.setreg(vim.v.register, block.lines, "l")
  require("tierwise.client").notify(
    chat.buf,
    "tierwise/outcome/record",
    { taskId = task_id, kind = "copied" }
  )
  say.info(("%d line%s yanked."):format(#block.lines, #block.lines == 1 and "" or "s"))
end

---@param chat tierwise.Chat
---@param tier string
function M.regenerate(chat, tier)
  local last = chat.turns[#chat.turns]
  if not last then
    return say.info("nothing was asked yet.")
  end
  local params = { taskId = last.task_id, tier = tier }
  require("tierwise.client").command(chat.buf, "tierwise.task.rerunOn", params)
end

--- Make a proposal of the code block at the cursor, for the file beside: it replaces what is
--- selected there, else the definition of its name, else stands at the cursor.
---@param chat tierwise.Chat
function M.apply(chat)
  local block, task_id = require("tierwise.chat").block(chat)
  local win = code_window(chat)
  if not block then
    return say.info("there is no code block in this answer.")
  elseif not win then
    return say.info("there is no window with the file this is for.")
  end
  local client = require("tierwise.client").get(chat.buf)
  local buf = vim.api.nvim_win_get_buf(win)
  require("tierwise.client").request(buf, "tierwise/chat/apply", {
    taskId = task_id,
    code = table.concat(block.lines, "\n"),
    textDocument = { uri = vim.uri_from_bufnr(buf) },
    range = require("tierwise.range").cursor(win, client and client.offset_encoding or "utf-16"),
  })
end

M.KEYS = {
  { "n", "<CR>", "send", "send" },
  { { "n", "i" }, "<C-s>", "send", "send, also while typing" },
  { "n", "<C-c>", "stop", "stop the answer" },
  { "n", "<localleader>r", "again", "answer again" },
  { "n", "<localleader>u", "up", "answer again, one tier up" },
  { "n", "<localleader>i", "insert", "insert the code block into the file beside" },
  { "n", "<localleader>a", "apply", "propose the code block as an edit of the file beside" },
  { "n", "<localleader>y", "yank", "yank the code block" },
  { "n", "<localleader>w", "why", "why this tier" },
  { "n", "<localleader>p", "project", "leave the project out of this question, or take it along" },
  { "n", "<localleader>n", "new", "new chat" },
  { "n", "<localleader>h", "history", "earlier chats" },
  { "n", "g?", "help", "these keys" },
}

---@param chat tierwise.Chat
function M.set(chat)
  local run = {
    send = function()
      vim.cmd.stopinsert()
      require("tierwise.chat").send(chat)
    end,
    stop = function()
      require("tierwise.resolve").stop(chat.buf, false)
    end,
    again = function()
      M.regenerate(chat, "same")
    end,
    up = function()
      M.regenerate(chat, "up")
    end,
    insert = function()
      M.insert(chat)
    end,
    yank = function()
      M.yank(chat)
    end,
    why = function()
      require("tierwise.routing").why(chat.buf)
    end,
    project = function()
      require("tierwise.chat.project").toggle(chat)
    end,
    new = function()
      local module = require("tierwise.chat")
      local fresh = module.create()
      fresh.origin = chat.origin
      vim.api.nvim_win_set_buf(0, fresh.buf)
      module.show(fresh, true)
    end,
    apply = function()
      M.apply(chat)
    end,
    history = function()
      require("tierwise.chat.past").choose(chat.buf)
    end,
    help = function()
      local lines = {}
      for _, key in ipairs(M.KEYS) do
        lines[#lines + 1] = ("`%s`%s %s"):format(key[2], (" "):rep(15 - #key[2]), key[4])
      end
      vim.list_extend(lines, { "", "`<C-x><C-o>` completes @file, @tier, @project and /action" })
      require("tierwise.window").float("Chat keys", lines)
    end,
  }
  for _, key in ipairs(M.KEYS) do
    vim.keymap.set(key[1], key[2], run[key[3]], { buffer = chat.buf, desc = "Tierwise: " .. key[4] })
  end
end

return M
