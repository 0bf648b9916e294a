--- Fires `User Tierwise*` events. If an event is about a task, `data` names it.
local M = {}

---@class tierwise.EventData
---@field task? string
---@field action? string
---@field uri? string
---@field state? string
---@field edit? string
---@field answering? string
---@field routed? string
---@field confidence? number
---@field cause? string
---@field cost? number dollars spent so far

--- The data for the events of a task. Pure.
---@param task tierwise.Task
---@return tierwise.EventData
function M.of(task)
  local decision = task.decision or {}
  return {
    task = task.taskId,
    action = task.action,
    uri = task.uri,
    state = task.state,
    edit = task.editId,
    answering = decision.answering,
    routed = decision.routed,
    confidence = decision.confidence,
    cause = decision.cause,
    cost = task.costUsd,
  }
end

--- The new switches of a task to another place or tier. A redo begins with none. Pure.
---@param old tierwise.Task?
---@param new tierwise.Task
---@return tierwise.Switch[]
function M.switched(old, new)
  local known, all = old and old.switches or {}, new.switches or {}
  return vim.list_slice(all, #known + 1)
end

--- The notices of an answer, one sentence each: what was not sent or was replaced, and which switch
--- of tier or place there was. Pure.
---@param task tierwise.Task?
---@return string[]
function M.beside(task)
  local said = vim.list_slice(task and task.notices or {})
  for _, switch in ipairs(task and task.switches or {}) do
    said[#said + 1] = switch.text
  end
  return said
end

--- The names of the events that a change of a task causes, in order. Pure.
---@param old tierwise.Task?
---@param new tierwise.Task
---@return string[]
function M.between(old, new)
  local found = {}
  local before, after = old and old.decision, new.decision
  if after and after.final and not (before and before.final and before.answering == after.answering) then
    table.insert(found, "Routed")
  end
  if #M.switched(old, new) > 0 then
    table.insert(found, "Failover")
  end
  local names = {
    running = "Streaming",
    proposed = "Preview",
    applied = "Applied",
    partlyApplied = "Applied",
    discarded = "Discarded",
    paused = "Paused",
    answered = "Answered",
    failed = "Failed",
    cancelled = "Cancelled",
  }
  if names[new.state] and not (old and old.state == new.state and old.editId == new.editId) then
    table.insert(found, names[new.state])
  end
  return found
end

---@param name string without its prefix
---@param data table
function M.fire(name, data)
  vim.api.nvim_exec_autocmds("User", { pattern = "Tierwise" .. name, modeline = false, data = data })
end

return M
