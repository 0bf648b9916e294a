--- Collects streamed pieces of answers and writes them a few times a second. Each write redraws,
--- and many small ones would slow down typing.
local M = {}

M.EVERY_MS = 40

---@type table<string, string[]>
local pending = {}
local timer

local function flush()
  local now = pending
  pending = {}
  for task_id, pieces in pairs(now) do
    require("tierwise.chat.answer").append(task_id, table.concat(pieces))
  end
end

local function soon()
  if timer and timer:is_active() then
    return
  end
  timer = timer or assert(vim.uv.new_timer())
  timer:start(M.EVERY_MS, 0, vim.schedule_wrap(flush))
end

--- Write the collected pieces of a task now, before anything else about it is shown.
---@param task_id string
function M.settle(task_id)
  local pieces = pending[task_id]
  pending[task_id] = nil
  if pieces then
    require("tierwise.chat.answer").append(task_id, table.concat(pieces))
  end
end

---@param _ lsp.ResponseError?
---@param params { taskId: string, kind: string, delta?: string, decision?: tierwise.Decision, reason?: string }
function M.on_stream(_, params)
  local answer = require("tierwise.chat.answer")
  local id = params.taskId
  if not require("tierwise.chat").turn(id) then
    return
  end
  if params.kind == "delta" then
    pending[id] = pending[id] or {}
    table.insert(pending[id], params.delta)
    soon()
  elseif params.kind == "decision" then
    answer.decided(id, params.decision)
  elseif params.kind == "reset" then
    pending[id] = nil
    answer.reset(id, params.reason)
  elseif params.kind == "notice" then
    M.settle(id)
    answer.noticed(id, params.reason)
  end
end

return M
