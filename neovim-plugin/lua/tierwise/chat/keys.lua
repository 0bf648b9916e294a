--- The commands of a chat and their keys. All are local to the chat's buffer.
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
      if buf ~= chat.buf and require("tierwise.buffers").is_file(buf) then
        return win
      end
    end
  end
end

--- Insert the code block at the cursor into the code beside the chat, below the cursor there. The
--- server is told of it as an outcome.
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

--- Make the code block at the cursor a proposal for the file beside the chat. It replaces the
--- selection there, else the definition of the same name, else it is inserted at the cursor.
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

---@class tierwise.ChatKey
---@field name string what it does, and its name in the settings if it has one
---@field modes string|string[]
---@field lhs string
---@field about string

---@type tierwise.ChatKey[]
local KEYS = {
  { name = "send", modes = "n", lhs = "<CR>", about = "send" },
  { name = "send", modes = { "n", "i" }, lhs = "<C-s>", about = "send, also while typing" },
  { name = "stop", modes = "n", lhs = "<C-c>", about = "stop the answer" },
  { name = "again", modes = "n", lhs = "", about = "answer again" },
  { name = "up", modes = "n", lhs = "", about = "answer again, one tier up" },
  { name = "propose", modes = "n", lhs = "", about = "propose the code block as an edit of the file beside" },
  { name = "insert", modes = "n", lhs = "", about = "put the code block into the file beside" },
  { name = "yank", modes = "n", lhs = "", about = "yank the code block" },
  { name = "why", modes = "n", lhs = "", about = "why this tier" },
  {
    name = "project",
    modes = "n",
    lhs = "",
    about = "leave the project out of this question, or take it along",
  },
  {
    name = "focus",
    modes = "n",
    lhs = "",
    about = "leave out what is before you in the code, or take it along",
  },
  { name = "new", modes = "n", lhs = "", about = "new chat" },
  { name = "history", modes = "n", lhs = "", about = "earlier chats" },
  { name = "help", modes = "n", lhs = "g?", about = "these keys" },
}

--- The configured keys of a chat.
---@return tierwise.ChatKey[]
function M.keys()
  local own, found = require("tierwise.config").get().chat.keys, {}
  for _, key in ipairs(KEYS) do
    local lhs = own[key.name]
    if lhs ~= false then
      found[#found + 1] = vim.tbl_extend("force", key, { lhs = lhs or key.lhs })
    end
  end
  return found
end

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
    focus = function()
      require("tierwise.chat.focus").toggle(chat)
    end,
    new = function()
      local module = require("tierwise.chat")
      local fresh = module.create()
      fresh.origin = chat.origin
      vim.api.nvim_win_set_buf(0, fresh.buf)
      module.show(fresh, true)
    end,
    propose = function()
      M.apply(chat)
    end,
    history = function()
      require("tierwise.chat.past").choose(chat.buf)
    end,
    help = function()
      local shown, lines = require("tierwise.preview.keys").shown, {}
      for _, key in ipairs(M.keys()) do
        lines[#lines + 1] = ("`%s`%s %s"):format(shown(key.lhs), (" "):rep(8 - #shown(key.lhs)), key.about)
      end
      vim.list_extend(lines, { "", "`<C-x><C-o>` completes @file, @tier, @project and /action" })
      require("tierwise.window").float("Chat keys", lines)
    end,
  }
  for _, key in ipairs(M.keys()) do
    vim.keymap.set(key.modes, key.lhs, run[key.name] --[[@as function]], {
      buffer = chat.buf,
      nowait = true,
      desc = "Tierwise: " .. key.about,
    })
  end
end

return M
