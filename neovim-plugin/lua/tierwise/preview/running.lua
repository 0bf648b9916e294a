--- Draws a line above the place of a running task.
local M = {}

local render = require("tierwise.preview.render")

M.ns = vim.api.nvim_create_namespace("tierwise.running")

--- Draw the line again, or remove it if the task no longer runs.
---@param buf integer
---@param task tierwise.Task
function M.show(buf, task)
  local id = tonumber(task.taskId:sub(1, 7), 16) or 1
  vim.api.nvim_buf_del_extmark(buf, M.ns, id)
  local live = require("tierwise.tasks").LIVE[task.state]
  if not live or not task.range or not require("tierwise.ask").actions[task.action].edits then
    return
  end
  local frame = render.frame(buf)
  local words = { routing = "Routing…", paused = "Paused: budget reached" }
  local chunks = {
    { "Tierwise ", "TierwiseHeader" },
    {
      words[task.state] or (task.decision.headline .. " · working"),
      task.state == "paused" and "TierwisePaused" or "TierwiseRunning",
    },
  }
  if task.progress and task.progress ~= "" and task.progress ~= "working" then
    chunks[#chunks + 1] = { " · " .. task.progress, "TierwiseReason" }
  end
  local hint = task.state == "paused" and "  :Tierwise raise USD  :Tierwise stop" or "  :Tierwise stop"
  chunks[#chunks + 1] = { hint, "TierwiseHint" }
  local lines = render.note(chunks, frame)
  for _, said in ipairs(require("tierwise.events").beside(task)) do
    vim.list_extend(lines, render.note({ { "  " .. said, "TierwiseHint" } }, frame))
  end
  local row = math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1)
  vim.api.nvim_buf_set_extmark(buf, M.ns, row, 0, {
    id = id,
    virt_lines = lines,
    virt_lines_above = true,
    virt_lines_leftcol = true,
  })
  if row == 0 then
    render.make_room(buf, #lines)
  end
end

return M
