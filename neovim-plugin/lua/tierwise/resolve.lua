--- Applies, discards, redoes or undoes proposals, whole or in part.
local M = {}

---@param preview tierwise.Preview
---@param action "apply"|"discard"
---@param hunks string[]? nil for all pending hunks
function M.resolve(preview, action, hunks)
  local task = require("tierwise.tasks").all[preview.task_id]
  local client = task and vim.lsp.get_client_by_id(task.client)
  if not client then
    return require("tierwise.say").error("the server that proposed this ended. Redo the task.")
  end
  local params = { editId = preview.edit_id, action = action, hunks = hunks }
  client:request("tierwise/edit/resolve", params, function(err, result)
    local say = require("tierwise.say")
    if err then
      say.error(err.message)
    elseif result.failureReason then
      say.warn((result.applied and "" or "not applied: ") .. result.failureReason .. ".")
    end
    require("tierwise.preview").look_again(preview.edit_id)
  end)
end

--- The hunks that a word means: the one at the cursor, those of this file, or all.
---@param buf integer
---@param word "hunk"|"file"|"all"
---@return tierwise.Preview?
---@return string[]?
function M.meant(buf, word)
  local preview, hunk = require("tierwise.preview.cursor").at(buf)
  if not preview or word == "all" then
    return preview, nil
  end
  if word == "hunk" and hunk then
    return preview, { hunk.id }
  end
  if word == "hunk" then
    return preview, nil
  end
  local ids = {}
  for _, other in ipairs(require("tierwise.preview").pending(preview)) do
    if require("tierwise.buffers").holds(buf, other.uri) then
      ids[#ids + 1] = other.id
    end
  end
  return preview, #ids > 0 and ids or nil
end

---@param buf integer
---@param action "apply"|"discard"
---@param word? string
function M.run(buf, action, word)
  local preview, hunks = M.meant(buf, word or "hunk")
  if not preview then
    return require("tierwise.say").info("nothing is proposed, so there is nothing to " .. action .. ".")
  end
  M.resolve(preview, action, hunks)
end

--- Redo a task: one tier "up", on the "same" tier, or on a tier by name.
---@param buf integer
---@param tier string
function M.retry(buf, tier)
  local task = require("tierwise.tasks").current(buf)
  if not task then
    return require("tierwise.say").info("there is no task to redo.")
  elseif not vim.lsp.get_client_by_id(task.client) then
    return require("tierwise.say").info("the server that ran this task ended. Ask for it again.")
  end
  require("tierwise.client").command(buf, "tierwise.task.rerunOn", { taskId = task.taskId, tier = tier })
end

--- Undo a whole applied task, including its other files.
---@param buf integer
function M.undo(buf)
  local task = require("tierwise.tasks").current(buf, function(task)
    return task.editId ~= nil and (task.state == "applied" or task.state == "partlyApplied")
  end)
  if not task then
    return require("tierwise.say").info("no applied task to undo.")
  end
  require("tierwise.client").command(buf, "tierwise.edit.undo", { editId = task.editId }, function(result)
    if result.failureReason then
      require("tierwise.say").warn("not undone: " .. result.failureReason .. ".")
    end
  end)
end

--- Stop the current task, or all running ones.
---@param buf integer
---@param all boolean
function M.stop(buf, all)
  local tasks = require("tierwise.tasks")
  local function live(task)
    return tasks.LIVE[task.state] == true
  end
  local found = all and tasks.where(live) or { tasks.current(buf, live) }
  if #found == 0 then
    return require("tierwise.say").info("nothing runs.")
  end
  for _, task in ipairs(found) do
    require("tierwise.client").request(buf, "tierwise/task/cancel", { taskId = task.taskId })
  end
end

return M
