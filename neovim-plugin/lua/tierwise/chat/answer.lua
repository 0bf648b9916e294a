--- Writes the answer of a turn into the chat: its heading, its notices and how it ended.
local M = {}

local text = require("tierwise.chat.buffer")

---@param task_id string
---@return { chat: tierwise.Chat, turn: tierwise.Turn }?
local function turn_of(task_id)
  return require("tierwise.chat").turn(task_id)
end

---@param turn tierwise.Turn
---@return string
local function heading(turn)
  local words = { turn.title }
  if turn.cost > 0 then
    words[#words + 1] = require("tierwise.money").cost(turn.cost, turn.rehearsal)
  end
  if turn.over and turn.state ~= "answered" then
    words[#words + 1] = require("tierwise.tasks").said(turn.state)
  end
  return table.concat(words, " · ")
end

---@param found { chat: tierwise.Chat, turn: tierwise.Turn }
local function retitle(found)
  text.title(found.chat.buf, found.turn.head, heading(found.turn))
  vim.cmd.redrawstatus({ bang = true })
end

---@param task_id string
---@param piece string
function M.append(task_id, piece)
  local found = turn_of(task_id)
  if found then
    text.append(found.chat.buf, found.turn.tail, piece)
  end
end

---@param task_id string
---@param decision tierwise.Decision
function M.decided(task_id, decision)
  local found = turn_of(task_id)
  if found then
    found.turn.decision = decision
    found.turn.state, found.turn.over = "running", false
    found.turn.title = decision.headline
    retitle(found)
  end
end

---@param task_id string
---@param reason string?
function M.reset(task_id, reason)
  local found = turn_of(task_id)
  if found then
    text.clear(found.chat.buf, found.turn.head, found.turn.tail)
    local redone = found.turn.over
    found.turn.redone, found.turn.over, found.turn.said = redone, false, nil
    -- If only another attempt answers, the notices on what was not sent still hold. A redo of a
    -- finished turn begins without notices.
    local task = not redone and require("tierwise.tasks").all[task_id] or nil
    for _, said in ipairs(require("tierwise.events").beside(task)) do
      M.noticed(task_id, said)
    end
    M.noticed(task_id, reason)
  end
end

---@param task_id string
---@param reason string?
function M.noticed(task_id, reason)
  local found = turn_of(task_id)
  if not found or not reason or reason == "" then
    return
  end
  local said = found.turn.said or {}
  found.turn.said = said
  if not said[reason] then
    said[reason] = true
    M.append(task_id, "> " .. reason .. "\n\n")
  end
end

---@param task_id string
---@param state string
---@param cost number?
function M.finished(task_id, state, cost)
  local found = turn_of(task_id)
  if found then
    text.trim(found.chat.buf, found.turn.head, found.turn.tail)
    found.turn.over, found.turn.state = true, state
    found.turn.cost = cost or found.turn.cost
    retitle(found)
  end
end

--- Show the server's sentence in place of an answer, because it refused the turn or it failed.
---@param task_id string
---@param message string
function M.refused(task_id, message)
  local found = turn_of(task_id)
  if found and not found.turn.over then
    found.turn.title = found.turn.decision and found.turn.title or "Not answered"
    M.append(task_id, message)
    M.finished(task_id, "failed")
  end
end

local OVER = { answered = true, proposed = true, cancelled = true, failed = true, expired = true }

---@param task tierwise.Task
function M.task_changed(task)
  local found = turn_of(task.taskId)
  if not found then
    return
  end
  local turn = found.turn
  turn.decision, turn.cost = task.decision, task.costUsd or turn.cost
  turn.rehearsal = task.rehearsal
  if not OVER[task.state] then
    turn.redone = false
  end
  if turn.redone then
    -- This state is from before the redo, whose text has begun already.
    return
  elseif OVER[task.state] then
    require("tierwise.chat.stream").settle(task.taskId)
    if task.state == "failed" and task.error and not turn.over then
      M.append(task.taskId, task.error.message)
    end
    turn.title = task.decision.headline
    M.finished(task.taskId, task.state == "proposed" and "answered" or task.state, task.costUsd)
  elseif turn.over then
    turn.over, turn.state = false, task.state
    retitle(found)
  else
    turn.state = task.state
  end
end

return M
