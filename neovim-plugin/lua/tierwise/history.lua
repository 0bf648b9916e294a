--- Shows past tasks with their answers, and what was spent.
local M = {}

local money = require("tierwise.money")

---@param tier string
local function label(tier)
  return tier:sub(1, 1):upper() .. tier:sub(2)
end

---@param text string
---@param columns integer
---@return string
local function padded(text, columns)
  return text .. (" "):rep(columns - vim.api.nvim_strwidth(text))
end

--- One past task as a line of text. Pure, except for the time zone and display widths.
---@param task table
---@return string
function M.line(task)
  local when = os.date("%d %b %H:%M", math.floor(task.createdAt / 1000))
  local where = task.uri and vim.fs.basename(vim.uri_to_fname(task.uri)) or ""
  local cost = money.cost(task.costUsd, task.rehearsal)
  return table.concat({
    when,
    padded(task.action, 8),
    padded(require("tierwise.chat.winbar").arrow(task.decision), 16),
    padded(require("tierwise.tasks").said(task.state), 14),
    padded(cost, 7),
    where,
  }, "  ")
end

--- The highlight groups of a diff's lines, by their first character.
local DIFF = { ["+"] = "Added", ["-"] = "Removed", ["@"] = "TierwiseHint" }

--- Show a past task: its decision, its outcomes, and its answer if that is still kept.
---@param task table one of `tierwise/history/query`, which was asked for this id
local function show(task)
  local lines = { "**" .. task.decision.headline .. "**", "", M.line(task), "" }
  for _, reason in ipairs(task.decision.reasons or {}) do
    lines[#lines + 1] = "- " .. reason
  end
  for _, outcome in ipairs(task.outcomes or {}) do
    lines[#lines + 1] = "- "
      .. require("tierwise.tasks").said(outcome.kind)
      .. os.date(" %H:%M:%S", math.floor(outcome.at / 1000))
  end
  local window = require("tierwise.window")
  local kept = task.diff or task.answer or "(what came back is not kept any more)"
  local below = vim.list_extend({ "" }, vim.split(vim.trim(kept), "\r?\n"))
  local first = #lines
  local buf = window.float(label(task.decision.answering) .. " · " .. task.action, lines, below)
  for i, line in ipairs(task.diff and below or {}) do
    local group = DIFF[line:sub(1, 1)]
    if group then
      vim.api.nvim_buf_set_extmark(buf, window.ns, first + i - 1, 0, { end_col = #line, hl_group = group })
    end
  end
end

--- Open a past task: its proposal if that still waits, or its chat, else a float on it.
---@param asked integer the buffer the command was given in
---@param task table
local function open(asked, task)
  local preview = task.editId and require("tierwise.preview").open[task.editId]
  if preview and task.uri then
    vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(task.uri)))
    local rows = require("tierwise.preview.cursor").rows(vim.api.nvim_get_current_buf(), task.editId)
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
  local query = { taskId = task.taskId }
  require("tierwise.client").request(asked, "tierwise/history/query", query, function(result)
    show(result.tasks[1] or task)
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

--- The figures of a usage report as lines of markdown. Pure.
---@param usage { scopes: table[] } the result of `tierwise/usage/query`
---@return string[]
function M.report_lines(usage)
  local lines = {}
  for _, scope in ipairs(usage.scopes) do
    if #lines > 0 then
      lines[#lines + 1] = ""
    end
    local name = scope.scope == "today" and "Today" or "This project"
    lines[#lines + 1] = ("**%s**: %d task%s, %s"):format(
      name,
      scope.tasks,
      scope.tasks == 1 and "" or "s",
      money.against(scope.spentUsd, scope.limitUsd)
    )
    if scope.savedUsd ~= 0 then
      lines[#lines + 1] = ("%s %s than %s for the same tokens"):format(
        money.amount(math.abs(scope.savedUsd)),
        scope.savedUsd > 0 and "less" or "more",
        label(scope.baseline)
      )
    end
    if #scope.tiers > 0 then
      ---@type string[][]
      local rows = { { "tier", "tasks", "spent" } }
      local costs = {
        money.amounts(unpack(vim.tbl_map(function(use)
          return use.costUsd
        end, scope.tiers))),
      }
      for i, use in ipairs(scope.tiers) do
        rows[#rows + 1] = { label(use.tier), tostring(use.tasks), costs[i] }
      end
      lines[#lines + 1] = ""
      vim.list_extend(lines, require("tierwise.window").columns(rows))
    end
  end
  return lines
end

---@param buf integer
function M.report(buf)
  require("tierwise.client").request(buf, "tierwise/usage/query", vim.empty_dict(), function(usage)
    local lines = M.report_lines(usage)
    local status = require("tierwise.status").last
    if status and status.kind == "rehearsal" then
      vim.list_extend(lines, { "", "Rehearsal: answers cost nothing, and are not counted here." })
    end
    vim.list_extend(lines, { "", "`:Tierwise report open` opens the whole report." })
    require("tierwise.window").float("Report", lines)
  end)
end

--- Open the report as a page in the browser; with `demo` that of the invented week.
---@param buf integer
---@param demo boolean
function M.open_report(buf, demo)
  local asked = { demo = demo, show = true }
  require("tierwise.client").request(buf, "tierwise/report/make", asked, function(page)
    if not page.shown then
      require("tierwise.say").info("the report is at " .. vim.uri_to_fname(page.uri))
    end
  end)
end

return M
