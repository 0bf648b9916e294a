--- Every open proposal in the quickfix list, one entry per hunk.
local M = {}

---@param previews tierwise.Preview[]
---@param open boolean whether to open the list's window
function M.show(previews, open)
  local items = {}
  for _, preview in ipairs(previews) do
    local task = require("tierwise.tasks").all[preview.task_id]
    for _, hunk in ipairs(require("tierwise.preview").pending(preview)) do
      local words = { task.action, task.decision.headline }
      if hunk.kind ~= "text" then
        words[#words + 1] = hunk.kind == "create" and "new file" or hunk.kind
      elseif hunk.state == "refused" then
        words[#words + 1] = "the text changed"
      else
        words[#words + 1] = vim.trim((hunk.newText or ""):match("[^\r\n]*%S[^\r\n]*") or "(lines removed)")
      end
      items[#items + 1] = {
        filename = vim.uri_to_fname(hunk.uri),
        lnum = hunk.range and hunk.range.start.line + 1 or 1,
        text = table.concat(words, " · "),
        user_data = { edit = preview.edit_id, hunk = hunk.id },
      }
    end
  end
  vim.fn.setqflist({}, " ", { title = ("Tierwise: %d proposed"):format(#items), items = items })
  if open then
    if #items == 0 then
      return require("tierwise.say").info("nothing is proposed.")
    end
    vim.cmd("botright copen")
  end
end

--- All open proposals and, behind them, tasks that still run.
function M.all()
  local tasks = require("tierwise.tasks")
  local previews = vim.tbl_values(require("tierwise.preview").open)
  table.sort(previews, function(a, b)
    return tasks.all[a.task_id].at < tasks.all[b.task_id].at
  end)
  M.show(previews, true)
  local running = {}
  for _, task in
    ipairs(tasks.where(function(task)
      return tasks.LIVE[task.state]
    end))
  do
    running[#running + 1] = {
      filename = task.uri and vim.uri_to_fname(task.uri) or nil,
      lnum = task.range and task.range.start.line + 1 or 1,
      text = table.concat({ task.action, task.decision.headline, task.state }, " · "),
    }
  end
  if #running > 0 then
    vim.fn.setqflist(running, "a")
    vim.cmd("botright copen")
  end
end

return M
