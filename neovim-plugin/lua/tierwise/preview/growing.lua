--- Shows the hunks of an answer that is still being written. They cannot be applied yet.
local M = {}

---@type table<string, tierwise.Preview> by task
M.shown = {}
--- Tasks whose hunks were requested; "again" if more came meanwhile. The server limits its
--- notifications, so one request at a time is enough here.
---@type table<string, true|"again">
local asked = {}

---@param before tierwise.Preview?
---@param after tierwise.Preview?
local function redraw(before, after)
  local preview, found = require("tierwise.preview"), {}
  for _, one in ipairs({ before or after, after }) do
    for _, buf in ipairs(preview.buffers(one)) do
      found[buf] = true
    end
  end
  for buf in pairs(found) do
    preview.draw(buf)
  end
end

---@param task tierwise.Task
local function fetch(task)
  local id, edit_id = task.taskId, task.editId
  local client = vim.lsp.get_client_by_id(task.client)
  if not client then
    return
  elseif asked[id] then
    asked[id] = "again"
    return
  end
  asked[id] = true
  local sent = client:request("tierwise/edit/get", { editId = edit_id }, function(err, result)
    local again = asked[id] == "again"
    asked[id] = nil
    local current = require("tierwise.tasks").all[id]
    if not current or current.state ~= "running" or current.editId == nil then
      return
    end
    if not err and current.editId == edit_id then
      local before = M.shown[id]
      M.shown[id] = { edit_id = edit_id, task_id = id, hunks = result.hunks, note = "", diff = result.diff }
      redraw(before, M.shown[id])
    end
    if again then
      fetch(current)
    end
  end)
  if not sent then
    asked[id] = nil
  end
end

--- Remove the unfinished hunks of a task. The finished proposal takes their place, or nothing.
---@param task_id string
function M.drop(task_id)
  local before = M.shown[task_id]
  M.shown[task_id] = nil
  if before then
    redraw(before, nil)
  end
end

--- Follow a task. If it ends in a proposal, its unfinished hunks stay until the proposal is drawn,
--- so that nothing flickers.
---@param task tierwise.Task
function M.task_changed(task)
  if task.state == "running" and task.editId then
    if require("tierwise.config").get().preview.growing then
      fetch(task)
    end
  elseif task.state ~= "running" and task.state ~= "proposed" then
    M.drop(task.taskId)
  end
end

return M
