--- Drawing what is proposed for a buffer: header, hunks, new files; and where each stands.
local M = {}

local place = require("tierwise.preview.place")
local render = require("tierwise.preview.render")
local turns = require("tierwise.preview.turns")
local words = require("tierwise.preview.words")

M.anchors = vim.api.nvim_create_namespace("tierwise.anchors")

---@class tierwise.Item
---@field preview tierwise.Preview
---@field hunks tierwise.Hunk[] those that stand in the buffer
---@field task tierwise.Task

---@param preview tierwise.Preview
---@param task tierwise.Task
---@param frame tierwise.Frame
---@return tierwise.Chunk[][]
local function header(preview, task, frame)
  if preview.announced == nil then
    return {}
  end
  local decision = task.decision
  local chunks = {
    { "Tierwise ", "TierwiseHeader" },
    { decision.headline, "TierwiseTier" },
    { " · " .. require("tierwise.money").amount(task.costUsd or 0), "TierwiseCost" },
  }
  if decision.because ~= "" then
    chunks[#chunks + 1] = { " · " .. decision.because, "TierwiseReason" }
  end
  local lines = { render.note(chunks, frame) }
  if preview.note ~= "" then
    lines[#lines + 1] = render.note({ { "! " .. preview.note, "TierwiseStale" } }, frame)
  end
  for _, switch in ipairs(task.switches or {}) do
    if decision.because == "" or not vim.startswith(switch.text, decision.because) then
      lines[#lines + 1] = render.note({ { switch.text, "TierwiseReason" } }, frame)
    end
  end
  if require("tierwise.config").get().preview.hint then
    lines[#lines + 1] = render.note(require("tierwise.preview.keys").hint(), frame)
  end
  return lines
end

---@class tierwise.Plan
---@field hunk tierwise.Hunk
---@field first integer row
---@field last integer row behind the last
---@field old string[]
---@field new string[]
---@field stretches integer[][]
---@field beside? boolean whether it changes no text in place

---@param path string
local function short(path)
  return vim.fn.fnamemodify(vim.uri_to_fname(path), ":.")
end

--- What is drawn of a hunk that changes no text in place: another file, or one that does not fit.
---@param hunk tierwise.Hunk
---@return string said
---@return string[] new
---@return string group
local function noted(hunk)
  if hunk.state == "refused" then
    return "! the text here changed, so this does not fit: redo or discard it", {}, "TierwiseStale"
  elseif hunk.kind == "rename" then
    return ("rename %s to %s"):format(short(hunk.uri), short(hunk.toUri or hunk.uri)), {}, "TierwiseHeader"
  elseif hunk.kind == "delete" then
    return "delete " .. short(hunk.uri), {}, "TierwiseHeader"
  end
  local new = place.lines(hunk.newText or "")
  local said = ("new file %s, %d line%s"):format(short(hunk.uri), #new, #new == 1 and "" or "s")
  return said, new, "TierwiseHeader"
end

---@param buf integer
---@param hunk tierwise.Hunk
---@param task tierwise.Task
---@return tierwise.Plan
local function planned(buf, hunk, task)
  if hunk.state == "pending" and hunk.kind == "text" and hunk.range then
    local first, last, new = place.rows(buf, hunk)
    local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
    local stretches = words.stretches(old, new)
    return { hunk = hunk, first = first, last = last, old = old, new = new, stretches = stretches }
  end
  local row = task.range and math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1) or 0
  return { hunk = hunk, first = row, last = row, old = {}, new = {}, stretches = {}, beside = true }
end

--- Draw a hunk that stands beside the text; the lines in `lead` come above it.
---@param buf integer
---@param plan tierwise.Plan
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
local function draw_note(buf, plan, lead, frame)
  local said, new, group = noted(plan.hunk)
  lead[#lead + 1] = render.note({ { said, group } }, frame)
  for i = 1, math.min(#new, render.CREATED_MOST) do
    lead[#lead + 1] = render.added(new[i], nil, frame)
  end
  if #new > render.CREATED_MOST then
    local rest = ("… %d more, see side by side"):format(#new - render.CREATED_MOST)
    lead[#lead + 1] = render.note({ { rest, "TierwiseHint" } }, frame)
  end
  render.virtual(buf, plan.first, true, lead)
end

--- Draw a hunk over the text it changes; the lines in `lead` come above it.
---@param buf integer
---@param plan tierwise.Plan
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
---@param budget { left: integer }
local function draw_text(buf, plan, lead, frame, budget)
  for number, stretch in ipairs(plan.stretches) do
    local a, a_count, b, b_count = unpack(stretch)
    local row = plan.first + (a_count > 0 and a - 1 or a)
    local old = vim.list_slice(plan.old, a, a + a_count - 1)
    local new = vim.list_slice(plan.new, b, b + b_count - 1)
    local added = render.stretch(buf, row, old, new, frame, budget)
    local above = number == 1 and lead or {}
    if a_count > 0 then
      render.deleted(buf, row, a_count)
      render.virtual(buf, row, true, above)
      render.virtual(buf, row + a_count - 1, false, added)
    elseif row > 0 then
      render.virtual(buf, row - 1, false, vim.list_extend(above, added))
    else
      render.virtual(buf, 0, true, vim.list_extend(above, added))
    end
  end
end

---@param buf integer
---@return integer rows of virtual lines above the first line
local function rows_above(buf)
  local rows = 0
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, render.ns, 0, { 0, -1 }, { details = true })) do
    local details = mark[4]
    if details.virt_lines and details.virt_lines_above then
      rows = rows + #details.virt_lines
    end
  end
  return rows
end

--- Take everything drawn off a buffer.
---@param buf integer
---@return boolean had_signs
function M.clear(buf)
  turns.cancel(buf)
  local signs = vim.api.nvim_buf_get_extmarks(buf, render.ns, 0, -1, { type = "sign", limit = 1 })
  vim.api.nvim_buf_clear_namespace(buf, render.ns, 0, -1)
  vim.api.nvim_buf_clear_namespace(buf, M.anchors, 0, -1)
  return #signs > 0
end

--- Draw on a clear buffer.
---@param buf integer
---@param items tierwise.Item[]
---@param had_signs boolean whether signs stood there until it was cleared, so that their column is open
---@return tierwise.Anchor[]
function M.items(buf, items, had_signs)
  local anchors, plans, signed = {}, {}, false
  -- The signs come first: they may widen the column that everything else is aligned to.
  for _, item in ipairs(items) do
    local beside, inside = {}, {}
    for _, hunk in ipairs(item.hunks) do
      local plan = planned(buf, hunk, item.task)
      table.insert(plan.beside and beside or inside, plan)
    end
    plans[item] = vim.list_extend(beside, inside)
    for _, plan in ipairs(plans[item]) do
      for _, stretch in ipairs(plan.stretches) do
        if stretch[2] > 0 then
          render.signs(buf, plan.first + stretch[1] - 1, stretch[2])
          signed = true
        end
      end
    end
  end
  local frame = render.frame(buf, signed and not had_signs)
  local budget = { left = require("tierwise.config").get().preview.words and render.WORDS_MOST or 0 }
  local bottom, jobs = vim.api.nvim_buf_line_count(buf) - 1, {}
  for _, item in ipairs(items) do
    for number, plan in ipairs(plans[item]) do
      jobs[#jobs + 1] = { item = item, plan = plan, lead = number == 1 }
      -- What is still being written has no place for keys and commands to act on.
      if item.preview.announced ~= nil then
        local row = math.min(plan.first, bottom)
        local stop = math.min(math.max(plan.last - 1, row), bottom)
        local mark = vim.api.nvim_buf_set_extmark(buf, M.anchors, row, 0, { end_row = stop })
        table.insert(anchors, { mark = mark, edit_id = item.preview.edit_id, hunk = plan.hunk })
      end
    end
  end
  turns.run(buf, jobs, function(job)
    local lead = job.lead and header(job.item.preview, job.item.task, frame) or {}
    if job.plan.beside then
      draw_note(buf, job.plan, lead, frame)
    else
      draw_text(buf, job.plan, lead, frame, budget)
    end
  end)
  local rows = rows_above(buf)
  if rows > 0 then
    render.make_room(buf, rows)
  end
  return anchors
end

return M
