--- Chats: asks questions and keeps their turns, with the tier that answered and the cost.
local M = {}

local answer = require("tierwise.chat.answer")
local text = require("tierwise.chat.buffer")

---@class tierwise.Turn
---@field task_id string
---@field prompt string
---@field head integer
---@field tail integer
---@field over boolean
---@field state string
---@field title string
---@field decision? tierwise.Decision
---@field cost number
---@field rehearsal? boolean whether nothing was paid; `cost` is then what it would cost with a key
---@field redone? boolean whether a redo has begun that `state` does not show yet
---@field said? table<string, true> the notices that are shown above its answer already

---@class tierwise.Chat
---@field id string of the conversation
---@field buf integer
---@field composer integer
---@field turns tierwise.Turn[]
---@field origin? integer the buffer it was opened from

---@type tierwise.Chat[]
M.chats = {}
---@type table<string, { chat: tierwise.Chat, turn: tierwise.Turn }>
local by_task = {}

---@param task_id string
---@return { chat: tierwise.Chat, turn: tierwise.Turn }?
function M.turn(task_id)
  local found = by_task[task_id]
  return found and vim.api.nvim_buf_is_valid(found.chat.buf) and found or nil
end

---@param buf integer
---@return tierwise.Chat?
function M.of(buf)
  for _, chat in ipairs(M.chats) do
    if chat.buf == buf then
      return chat
    end
  end
end

--- The latest chat whose buffer still exists.
---@return tierwise.Chat?
function M.latest()
  for i = #M.chats, 1, -1 do
    if vim.api.nvim_buf_is_valid(M.chats[i].buf) then
      return M.chats[i]
    end
  end
end

---@param id? string of a conversation that is taken up again
---@return tierwise.Chat
function M.create(id)
  id = id or require("tierwise.client").new_id()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, "tierwise://chat/" .. #M.chats + 1)
  vim.bo[buf].bufhidden = "hide"
  vim.bo[buf].filetype = "markdown"
  vim.bo[buf].omnifunc = "v:lua.require'tierwise.chat.complete'.omnifunc"
  ---@type tierwise.Chat
  local chat = { id = id, buf = buf, turns = {}, composer = text.begin(buf) }
  table.insert(M.chats, chat)
  require("tierwise.highlights").define()
  require("tierwise.chat.keys").set(chat)
  require("tierwise.chat.project").watch(chat)
  require("tierwise.chat.focus").watch(chat)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buf,
    desc = "Tierwise: an answer that nobody can read any more is stopped, so that it costs no more",
    callback = function()
      for _, turn in ipairs(chat.turns) do
        if not turn.over then
          require("tierwise.client").give_up(turn.task_id)
        end
      end
    end,
  })
  return chat
end

--- Show a chat in its window, or open one at the configured position.
---@param chat tierwise.Chat
---@param focus boolean
---@return integer win
function M.show(chat, focus)
  local here = vim.api.nvim_get_current_win()
  local origin = vim.api.nvim_get_current_buf()
  if require("tierwise.buffers").is_file(origin) then
    chat.origin = origin
  end
  local win = vim.fn.bufwinid(chat.buf)
  if win == -1 then
    local own = require("tierwise.config").get().chat
    local function cells(all)
      return math.floor(own.size < 1 and all * own.size or own.size)
    end
    if own.position == "tab" then
      vim.cmd.tabnew()
    elseif own.position == "bottom" then
      vim.cmd("botright " .. cells(vim.o.lines) .. "split")
    elseif own.position ~= "current" then
      local side = own.position == "left" and "topleft" or "botright"
      vim.cmd(side .. " " .. cells(vim.o.columns) .. "vsplit")
    end
    win = vim.api.nvim_get_current_win()
    vim.api.nvim_win_set_buf(win, chat.buf)
    vim.wo[win][0].wrap = true
    vim.wo[win][0].linebreak = true
    vim.wo[win][0].number = false
    vim.wo[win][0].relativenumber = false
    vim.wo[win][0].signcolumn = "no"
    vim.wo[win][0].winbar = "%{%v:lua.require'tierwise.chat.winbar'.text()%}"
  end
  vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(chat.buf), 0 })
  vim.api.nvim_set_current_win(focus and win or here)
  return win
end

--- Insert a question above the composer. Its answer will follow it.
---@param chat tierwise.Chat
---@param task_id string
---@param prompt string
---@return tierwise.Turn
function M.add(chat, task_id, prompt)
  local head, tail = text.turn(chat.buf, chat.composer, prompt)
  local turn = {
    task_id = task_id,
    prompt = prompt,
    head = head,
    tail = tail,
    over = false,
    state = "routing",
    title = "Routing…",
    cost = 0,
  }
  table.insert(chat.turns, turn)
  by_task[task_id] = { chat = chat, turn = turn }
  return turn
end

--- Begin a turn for a task that is answered in text. Returns the id of the conversation.
---@param params table the params of `tierwise/task/start`
---@param buf integer
---@param asked string the words to show
---@return string
function M.begin(params, buf, asked)
  local chat = M.of(buf) or M.latest() or M.create()
  local named = params.textDocument and params.action ~= "commit"
  local about = named and vim.fn.fnamemodify(vim.uri_to_fname(params.textDocument.uri), ":.") or ""
  if params.range and not vim.deep_equal(params.range.start, params.range["end"]) then
    about = about .. ":" .. require("tierwise.range").shown(params.range)
  end
  local words = { "/" .. params.action, about ~= "" and "@" .. about or nil }
  words[#words + 1] = asked ~= "" and asked or nil
  M.add(chat, params.taskId, table.concat(words, " "))
  M.show(chat, false)
  return chat.id
end

--- Ask in a chat.
---@param chat tierwise.Chat
---@param prompt string
---@param selection? { uri: string, range: lsp.Range }
---@param tier? string
function M.ask(chat, prompt, selection, tier)
  local params = {
    prompt = prompt,
    taskId = require("tierwise.client").new_id(),
    conversationId = chat.id,
    references = require("tierwise.chat.mentions").locations(prompt),
    selection = selection,
    focus = not selection and require("tierwise.chat.focus").sent(chat) or nil,
    tier = tier,
    project = require("tierwise.chat.project").sent(chat),
  }
  local shown = prompt
  if selection then
    local path = vim.fn.fnamemodify(vim.uri_to_fname(selection.uri), ":.")
    shown = ("@%s:%s %s"):format(path, require("tierwise.range").shown(selection.range), prompt)
  end
  M.add(chat, params.taskId, shown)
  require("tierwise.client").request(chat.origin or chat.buf, "tierwise/chat/send", params, function(result)
    require("tierwise.chat.stream").settle(params.taskId)
    answer.finished(
      params.taskId,
      result.stopReason == "cancelled" and "cancelled" or "answered",
      result.usage.costUsd
    )
  end, function(message, name)
    answer.refused(params.taskId, message)
    if name == "BudgetPaused" then
      -- Nothing was sent, so the words go back into the composer.
      text.compose(chat.buf, chat.composer, prompt)
    end
  end)
end

--- Send the text in the composer. `/action words` starts that task on the code beside the chat.
---@param chat tierwise.Chat
function M.send(chat)
  local prompt = text.composed(chat.buf, chat.composer)
  if prompt == "" then
    return
  end
  local action, words = prompt:match("^/(%a+)%s*(.*)$")
  local known = vim.iter(require("tierwise.chat.complete").ACTIONS):any(function(item)
    return item.name == action
  end)
  text.compose(chat.buf, chat.composer, "")
  if known then
    local buf = chat.origin and vim.api.nvim_buf_is_valid(chat.origin) and chat.origin or chat.buf
    return require("tierwise.ask").start(action, { buf = buf, instruction = words })
  end
  M.ask(chat, prompt)
end

--- The turn at the cursor of a chat's buffer, else the last one.
---@param buf integer
---@return string? task_id
---@return tierwise.Turn?
function M.task_at(buf)
  local chat = M.of(buf)
  if not chat or #chat.turns == 0 then
    return nil, nil
  end
  local win = vim.fn.bufwinid(buf)
  local row = win ~= -1 and vim.api.nvim_win_get_cursor(win)[1] - 1 or math.huge
  for _, turn in ipairs(chat.turns) do
    if row <= text.at(buf, turn.tail) then
      return turn.task_id, turn
    end
  end
  local last = chat.turns[#chat.turns]
  return last.task_id, last
end

--- The code block at the cursor of a chat, with the task that wrote it.
---@param chat tierwise.Chat
---@return tierwise.Block?
---@return string? task_id
function M.block(chat)
  local task_id, turn = M.task_at(chat.buf)
  if not turn then
    return nil, nil
  end
  local lines, first = text.answer(chat.buf, turn.head, turn.tail)
  local win = vim.fn.bufwinid(chat.buf)
  local row = win ~= -1 and vim.api.nvim_win_get_cursor(win)[1] or 1
  return require("tierwise.chat.blocks").near(lines, row - first), task_id
end

return M
