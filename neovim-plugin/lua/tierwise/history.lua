--- What was: past tasks with their answers, and what they cost.
local M = {}

local money = require("tierwise.money")

---@param tier string
local function label(tier)
  return tier:sub(1, 1):upper() .. tier:sub(2)
end

--- One task of the past in a line. Pure but for the clock's zone.
---@param task table
---@return string
function M.line(task)
  local when = os.date("%d %b %H:%M", math.floor(task.createdAt / 1000))
  local where = task.uri and vim.fs.basename(vim.uri_to_fname(task.uri)) or ""
  local tier = require("tierwise.chat.winbar").arrow(task.decision)
  return ("%s  %-8s  %-16s  %-13s  %7s  %s"):format(when, task.action, tier, task.state, money.dollars(task.costUsd), where)
end

--- A task of the past: open its proposal where it still waits, else what was answered.
---@param buf integer
---@param task table
local function open(buf, task)
  local preview = task.editId and require("tierwise.preview").open[task.editId]
  if preview and task.uri then
    vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(task.uri)))
    local rows = require("tierwise.preview").rows(vim.api.nvim_get_current_buf(), task.editId)
    if rows[1] then
      vim.api.nvim_win_set_cursor(0, { rows[1] + 1, 0 })
    end
    return
  end
  local turn = require("tierwise.chat").turn(task.taskId)
  if turn then
    require("tierwise.chat").show(turn.chat, true)
    return
  end
  require("tierwise.client").request(buf, "tierwise/history/get", { taskId = task.taskId }, function(kept)
    local lines = { M.line(task), "" }
    for _, reason in ipairs(task.decision.reasons or {}) do
      lines[#lines + 1] = "- " .. reason
    end
    for _, outcome in ipairs(task.outcomes or {}) do
      lines[#lines + 1] = "- " .. outcome.kind .. os.date(" %H:%M:%S", math.floor(outcome.at / 1000))
    end
    lines[#lines + 1] = ""
    if kept.answer then
      vim.list_extend(lines, vim.split(kept.answer, "\n"))
    else
      lines[#lines + 1] = "The answer is no longer kept."
    end
    require("tierwise.window").float(label(task.decision.answering) .. " · " .. task.action, lines)
  end)
end

---@param buf integer
function M.show(buf)
  require("tierwise.client").request(buf, "tierwise/history/query", { limit = 100 }, function(result)
    if #result.tasks == 0 then
      return require("tierwise.say").info("nothing was asked yet.")
    end
    vim.ui.select(result.tasks, { prompt = "Tierwise history", format_item = M.line }, function(task)
      if task then
        open(buf, task)
      end
    end)
  end)
end

--- The figures of a usage report in lines of markdown. Pure.
---@param usage table the result of `tierwise/usage/query`
---@return string[]
function M.report_lines(usage)
  local lines = {
    ("**%d tasks in %d days**, %s spent"):format(usage.tasks, usage.days, money.dollars(usage.spentUsd)),
  }
  if usage.savedUsd and usage.savedUsd > 0 then
    lines[#lines + 1] = money.dollars(usage.savedUsd) .. " less than the top tier with the same tokens"
  end
  for _, part in ipairs({ { "tier", usage.byTier }, { "action", usage.byAction } }) do
    local names = vim.tbl_keys(part[2] or {})
    table.sort(names)
    if #names > 0 then
      vim.list_extend(lines, { "", ("| %s | tasks | spent |"):format(part[1]), "|---|---|---|" })
      for _, name in ipairs(names) do
        local row = part[2][name]
        local shown = part[1] == "tier" and label(name) or name
        lines[#lines + 1] = ("| %s | %d | %s |"):format(shown, row.tasks, money.dollars(row.costUsd))
      end
    end
  end
  local outcomes = vim.tbl_keys(usage.outcomes or {})
  table.sort(outcomes)
  if #outcomes > 0 then
    local said = vim.tbl_map(function(kind)
      return ("%s %d"):format(kind, usage.outcomes[kind])
    end, outcomes)
    vim.list_extend(lines, { "", "Outcomes: " .. table.concat(said, ", ") })
  end
  return lines
end

---@param buf integer
---@param days integer
function M.report(buf, days)
  require("tierwise.client").request(buf, "tierwise/usage/query", { days = days }, function(usage)
    require("tierwise.window").float("Report", M.report_lines(usage))
  end)
end

return M
