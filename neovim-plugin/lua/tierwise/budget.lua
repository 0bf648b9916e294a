--- Shows what was spent, raises caps and lets paused tasks go on.
local M = {}

local money = require("tierwise.money")

--- Fire an event because a budget crossed a threshold. The server shows the message itself.
---@param _ lsp.ResponseError?
---@param params { scope: string, state: string, spentUsd: number, limitUsd?: number }
function M.on_change(_, params)
  require("tierwise.events").fire("Budget", params)
end

--- The budget as lines of markdown. Pure.
---@param status tierwise.Status
---@return string[]
function M.lines(status)
  local lines = {
    "**Today**    " .. money.against(status.spentTodayUsd or 0, status.dayUsd),
    "**Project**  " .. money.against(status.spentProjectUsd or 0, status.projectUsd),
  }
  if (status.reservedUsd or 0) > 0 then
    table.insert(lines, "**In flight**  at most " .. money.amount(status.reservedUsd))
  end
  if status.team then
    table.insert(lines, "")
    vim.list_extend(lines, status.team)
  end
  if status.level == "paused" then
    table.insert(lines, "")
    table.insert(lines, "Paused. `:Tierwise raise 1` raises the cap that was reached by a dollar,")
    table.insert(lines, "`:Tierwise raise 1 day` or `... project` the one you name.")
  elseif status.kind == "rehearsal" then
    table.insert(lines, "")
    table.insert(lines, "Rehearsal: answers cost nothing.")
  end
  return lines
end

---@param buf integer
function M.show(buf)
  require("tierwise.client").request(buf, "tierwise/status", vim.empty_dict(), function(status)
    require("tierwise.window").float("Budget", M.lines(status))
  end)
end

--- Show the state of the caps, one sentence for each.
---@param status tierwise.Status
local function said(status)
  require("tierwise.status").on_change(nil, status)
  local function of(spent, cap)
    return cap and ("%s of %s"):format(money.amounts(spent, cap)) or money.amount(spent)
  end
  local today = "today " .. of(status.spentTodayUsd or 0, status.dayUsd)
  local project = ", in this project " .. of(status.spentProjectUsd or 0, status.projectUsd)
  require("tierwise.say").info(today .. (status.projectUsd and project or "") .. " is spent.")
end

--- Raise a cap. Without a scope it is the cap that pauses.
---@param buf integer
---@param amount string
---@param scope? string
function M.raise(buf, amount, scope)
  local usd = tonumber((amount:gsub("^%$", "")))
  if not usd or usd <= 0 then
    return require("tierwise.say").error("raise needs an amount in dollars, as in :Tierwise raise 1.50")
  elseif scope and scope ~= "day" and scope ~= "project" then
    return require("tierwise.say").error(scope .. ": a cap is one of day, project.")
  end
  local argument = { raiseUsd = usd, scope = scope }
  require("tierwise.client").command(buf, "tierwise.budget.resume", argument, said)
end

--- Check if the budget is free again, or allow the current paused task to run anyway.
---@param buf integer
---@param anyway boolean
function M.resume(buf, anyway)
  local argument = {}
  if anyway then
    local task = require("tierwise.tasks").current(buf, function(task)
      return task.state == "paused"
    end)
    if not task then
      return require("tierwise.say").info("no task is paused.")
    end
    argument.allowTask = task.taskId
  end
  require("tierwise.client").command(buf, "tierwise.budget.resume", argument, said)
end

return M
