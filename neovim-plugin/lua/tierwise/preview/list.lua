--- Lists the open proposals in the quickfix list, one entry per hunk.
local M = {}

--- Describe a hunk in one line, by its first changed line.
---@param hunk tierwise.Hunk
---@return string
function M.said(hunk)
  if hunk.kind ~= "text" then
    return hunk.kind == "create" and "new file" or hunk.kind
  elseif hunk.state == "refused" then
    return "the text changed"
  end
  local place = require("tierwise.preview.place")
  local old, new = place.old(hunk), place.lines(hunk.newText or "")
  for _, stretch in ipairs(require("tierwise.preview.words").stretches(old, new)) do
    for _, side in ipairs({
      { new, stretch[3], stretch[4], "" },
      { old, stretch[1], stretch[2], "removed: " },
    }) do
      for i = side[2], side[2] + side[3] - 1 do
        if side[1][i]:find("%S") then
          return side[4] .. vim.trim(side[1][i])
        end
      end
    end
  end
  return "(blank lines)"
end

---@param previews tierwise.Preview[]
---@param open boolean whether to open the list's window
function M.show(previews, open)
  local items = {}
  for _, preview in ipairs(previews) do
    local task = require("tierwise.tasks").all[preview.task_id]
    for _, hunk in ipairs(require("tierwise.preview").pending(preview)) do
      -- The part that differs comes first, because the window may cut the rest.
      local name = require("tierwise.ask").actions[task.action].title
      local words = { M.said(hunk), name, task.decision.headline }
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

--- List all open proposals and after them the running tasks.
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
      return tasks.LIVE[task.state] == true
    end))
  do
    running[#running + 1] = {
      filename = task.uri and vim.uri_to_fname(task.uri) or nil,
      lnum = task.range and task.range.start.line + 1 or 1,
      text = table.concat({ task.action, task.decision.headline, tasks.said(task.state) }, " · "),
    }
  end
  if #running > 0 then
    vim.fn.setqflist(running, "a")
    vim.cmd("botright copen")
  end
end

return M
