--- `User Tierwise*` events. `data` always names the task where there is one.
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

--- The data of a task's events. Pure.
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

--- Which events a task's change means, in order. Pure.
---@param old tierwise.Task?
---@param new tierwise.Task
---@return string[]
function M.between(old, new)
  local found = {}
  local before, after = old and old.decision, new.decision
  if after and after.final and not (before and before.final and before.answering == after.answering) then
    table.insert(found, "Routed")
  end
  if after and after.cause == "failover" and not (before and before.cause == "failover") then
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
