--- Keeps the tasks of this window as the server sent them, and reacts to their changes.
local M = {}

---@class tierwise.Shown
---@field badge string at most 22 characters
---@field title string at most 45, with the prefix of code actions
---@field sentence string at most 100

---@class tierwise.Decision
---@field first string
---@field routed string
---@field answering string
---@field confidence number
---@field cause string
---@field final boolean
---@field reasons string[]
---@field shown tierwise.Shown the decision in its three lengths
---@field headline string its badge: the answering tier, and the routed one if they differ
---@field because string its sentence, without the tier at its start
---@field estimate table<string, number>
---@field costUsd table<string, number>
---@field signals table<string, any>
---@field cheaper? string what would have made the task cheaper, only for an explained task
---@field dearer? string what would have made it dearer
---@field page? string the decision explained, as markdown

---@class tierwise.Switch
---@field from string
---@field to string
---@field cause string
---@field place string
---@field text string a sentence to show

---@class tierwise.Task
---@field taskId string
---@field action string
---@field state string
---@field decision tierwise.Decision
---@field uri? string
---@field range? lsp.Range
---@field progress? string
---@field costUsd? number
---@field rehearsal? boolean whether it was free; `costUsd` is then what it would cost with a key
---@field editId? string
---@field error? { name: string, message: string }
---@field conversationId? string
---@field notices? string[] sentences on what was not sent, or replaced before sending
---@field switches? tierwise.Switch[]
---@field client integer
---@field at integer a counter that is higher for a task that changed later

---@type table<string, tierwise.Task>
M.all = {}
local counter = 0

M.LIVE = { routing = true, running = true, paused = true }

--- A state or outcome in words, such as "partly applied". Pure.
---@param name string as the server calls it
---@return string
function M.said(name)
  return (name:gsub("%u", function(letter)
    return " " .. letter:lower()
  end))
end

---@param _ lsp.ResponseError?
---@param params tierwise.Task
---@param ctx lsp.HandlerContext
function M.on_change(_, params, ctx)
  M.take(params, ctx.client_id)
end

---@param task tierwise.Task
---@param client integer
function M.take(task, client)
  local old = M.all[task.taskId]
  counter = counter + 1
  task.client, task.at = client, counter
  M.all[task.taskId] = task
  M.show(old, task)
  local events = require("tierwise.events")
  for _, name in ipairs(events.between(old, task)) do
    if name == "Failover" then
      for _, switch in ipairs(events.switched(old, task)) do
        require("tierwise.say").warn(switch.text .. ".")
      end
    end
    -- The event for a preview is fired later, when the preview is visible.
    if name ~= "Preview" then
      events.fire(name, events.of(task))
    end
  end
end

---@param old tierwise.Task?
---@param task tierwise.Task
function M.show(old, task)
  require("tierwise.chat.answer").task_changed(task)
  require("tierwise.preview").task_changed(old, task)
  if task.state == "failed" and task.error and not (old and old.state == "failed") then
    require("tierwise.say").error(task.error.message)
  end
  local buf = task.uri and require("tierwise.buffers").loaded(task.uri)
  if buf then
    require("tierwise.lens").refresh(buf)
  end
end

--- Forget the tasks of a server that ended. They can no longer be applied or cancelled.
---@param client integer
function M.server_gone(client)
  for _, task in pairs(M.all) do
    if task.client == client and (M.LIVE[task.state] or task.state == "proposed") then
      task.state, task.progress = "failed", "the server ended"
      require("tierwise.chat.answer").task_changed(task)
      require("tierwise.preview").task_changed(nil, task)
    end
  end
end

---@param holds fun(task: tierwise.Task): boolean
---@return tierwise.Task[] the latest first
function M.where(holds)
  local found = vim.tbl_filter(holds, vim.tbl_values(M.all))
  table.sort(found, function(a, b)
    return a.at > b.at
  end)
  return found
end

--- The task that a command without an id means: that at the cursor, the chat's last turn, the
--- latest of this file, else the latest of all.
---@param buf integer
---@param holds? fun(task: tierwise.Task): boolean
---@return tierwise.Task?
function M.current(buf, holds)
  local function fits(task)
    return task ~= nil and (holds == nil or holds(task))
  end
  local turn = require("tierwise.chat").task_at(buf)
  if turn and fits(M.all[turn]) then
    return M.all[turn]
  end
  local preview = require("tierwise.preview.cursor").at(buf)
  if preview and fits(M.all[preview.task_id]) then
    return M.all[preview.task_id]
  end
  local here = M.where(function(task)
    return require("tierwise.buffers").holds(buf, task.uri) and fits(task)
  end)
  return here[1] or M.where(fits)[1]
end

return M
