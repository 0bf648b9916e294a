--- Draws the proposals for a buffer: headers, hunks and new files. Returns where each is.
local M = {}

local place = require("tierwise.preview.place")
local render = require("tierwise.preview.render")
local minus = require("tierwise.preview.signs")
local turns = require("tierwise.preview.turns")
local words = require("tierwise.preview.words")

--- Milliseconds to wait; longer than the 50 ms for which snacks.nvim caches a status column.
local COLUMN_AFTER_MS = 80

M.anchors = vim.api.nvim_create_namespace("tierwise.anchors")

---@class tierwise.Item
---@field preview tierwise.Preview
---@field hunks tierwise.Hunk[] the hunks to draw in this buffer
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
    { " · " .. require("tierwise.money").cost(task.costUsd or 0, task.rehearsal), "TierwiseCost" },
  }
  if decision.because ~= "" then
    chunks[#chunks + 1] = { " · " .. decision.because, "TierwiseReason" }
  end
  local lines = render.note(chunks, frame)
  if preview.note ~= "" then
    vim.list_extend(lines, render.note({ { "! " .. preview.note, "TierwiseStale" } }, frame))
  end
  for _, switch in ipairs(task.switches or {}) do
    if decision.because == "" or not vim.startswith(switch.text, decision.because) then
      vim.list_extend(lines, render.note({ { switch.text, "TierwiseReason" } }, frame))
    end
  end
  if require("tierwise.config").get().preview.hint then
    vim.list_extend(lines, render.notes(require("tierwise.preview.keys").hint(), frame, "  "))
  end
  return lines
end

---@class tierwise.Plan
---@field hunk tierwise.Hunk
---@field first integer row
---@field last integer row after the last
---@field beside? boolean whether it changes no text of this buffer in place
---@field compared? tierwise.Compared nil until the lines were compared

---@class tierwise.Compared
---@field old string[]
---@field new string[]
---@field stretches integer[][]

---@param path string
local function short(path)
  return vim.fn.fnamemodify(vim.uri_to_fname(path), ":.")
end

--- The text and lines to draw for a hunk that changes no text in place: one for another file, or a
--- stale one.
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
    local first, last = place.rows(buf, hunk)
    return { hunk = hunk, first = first, last = last }
  end
  local row = task.range and math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1) or 0
  return { hunk = hunk, first = row, last = row, beside = true }
end

--- Compare the lines of a plan and put a sign beside each removed line. Done once per plan.
---@param buf integer
---@param plan tierwise.Plan
---@param apart boolean whether each row gets a sign of its own
---@return integer? row of the first sign
local function signed(buf, plan, apart)
  if plan.beside or plan.compared then
    return nil
  end
  local old = vim.api.nvim_buf_get_lines(buf, plan.first, plan.last, false)
  local new = place.lines(plan.hunk.newText or "")
  plan.compared = { old = old, new = new, stretches = words.stretches(old, new) }
  local row
  for _, stretch in ipairs(plan.compared.stretches) do
    if stretch[2] > 0 then
      minus.put(buf, plan.first + stretch[1] - 1, stretch[2], apart)
      row = row or plan.first + stretch[1] - 1
    end
  end
  return row
end

--- Draw a hunk that changes no text in place. The lines in `lead` come above it.
---@param buf integer
---@param plan tierwise.Plan
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
local function draw_note(buf, plan, lead, frame)
  local said, new, group = noted(plan.hunk)
  local lines = {}
  vim.list_extend(lead, render.note({ { said, group } }, frame))
  for i = 1, math.min(#new, render.CREATED_MOST) do
    render.added(new[i], nil, frame, lines)
  end
  if #new > render.CREATED_MOST then
    local rest = ("… %d more, see side by side"):format(#new - render.CREATED_MOST)
    vim.list_extend(lines, render.note({ { rest, "TierwiseHint" } }, frame))
  end
  render.virtual(buf, plan.first, true, lead, true)
  render.virtual(buf, plan.first, true, lines)
end

---@param lines string[]
---@param first integer from 1
---@param count integer
---@return string[]
local function slice(lines, first, count)
  return count == #lines and lines or vim.list_slice(lines, first, first + count - 1)
end

--- Draw a hunk over the text it changes. The lines in `lead` come above it.
---@param buf integer
---@param plan tierwise.Plan
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
---@param budget { left: integer }
local function draw_text(buf, plan, lead, frame, budget)
  for number, stretch in ipairs(plan.compared.stretches) do
    local a, a_count, b, b_count = unpack(stretch)
    local row = plan.first + (a_count > 0 and a - 1 or a)
    local old, new = slice(plan.compared.old, a, a_count), slice(plan.compared.new, b, b_count)
    local added = render.stretch(buf, row, old, new, frame, budget)
    local lead_here = number == 1 and lead or {}
    if a_count > 0 then
      render.deleted(buf, row, a_count, frame)
      render.virtual(buf, row, true, lead_here, true)
      render.virtual(buf, row + a_count - 1, false, added)
    else
      local at, above = math.max(0, row - 1), row == 0
      render.virtual(buf, at, above, lead_here, true)
      render.virtual(buf, at, above, added)
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

--- Remove everything drawn from a buffer.
---@param buf integer
---@return boolean had_signs
function M.clear(buf)
  turns.cancel(buf)
  local signs = vim.api.nvim_buf_get_extmarks(buf, render.ns, 0, -1, { type = "sign", limit = 1 })
  vim.api.nvim_buf_clear_namespace(buf, render.ns, 0, -1)
  vim.api.nvim_buf_clear_namespace(buf, M.anchors, 0, -1)
  return #signs > 0
end

--- The jobs of all items in drawing order. Of each item, hunks that change no text in place come
--- first.
---@param buf integer
---@param items tierwise.Item[]
---@return tierwise.Job[]
local function jobs_of(buf, items)
  local jobs = {}
  for _, item in ipairs(items) do
    local beside, inside = {}, {}
    for _, hunk in ipairs(item.hunks) do
      local plan = planned(buf, hunk, item.task)
      table.insert(plan.beside and beside or inside, plan)
    end
    for number, plan in ipairs(vim.list_extend(beside, inside)) do
      jobs[#jobs + 1] = { item = item, plan = plan, lead = number == 1 }
    end
  end
  return jobs
end

--- Put the visible signs, or the first sign if none is visible. Signs may widen the sign column, so
--- this must happen before everything else is aligned to it.
---@param buf integer
---@param seen tierwise.Job[]
---@param rest tierwise.Job[]
---@param apart boolean
---@return integer? row of the first sign
local function open_column(buf, seen, rest, apart)
  local first
  for _, job in ipairs(seen) do
    local row = signed(buf, job.plan, apart)
    first = first or row
  end
  for _, job in ipairs(first and {} or rest) do
    first = signed(buf, job.plan, apart)
    if first then
      break
    end
  end
  return first
end

--- Buffers whose status column will be checked again.
---@type table<integer, true>
local awaited = {}

--- Check a moment later if the status column shows our signs, and then draw again. A status column
--- that caches signs, such as that of snacks.nvim, shows them late.
---@param buf integer
---@param row integer of the first sign
local function await_column(buf, row)
  if awaited[buf] then
    return
  end
  awaited[buf] = true
  vim.defer_fn(function()
    local win = vim.fn.bufwinid(buf)
    if win ~= -1 and row < vim.api.nvim_buf_line_count(buf) and minus.column(win, row) then
      require("tierwise.preview").draw(buf)
    end
    awaited[buf] = nil
  end, COLUMN_AFTER_MS)
end

--- Draw items on a buffer on which nothing is drawn.
---@param buf integer
---@param items tierwise.Item[]
---@param had_signs boolean whether it had signs before it was cleared, so that their column is open
---@return tierwise.Anchor[]
function M.items(buf, items, had_signs)
  local anchors, jobs = {}, jobs_of(buf, items)
  local seen, rest = turns.parted(buf, jobs)
  local apart = minus.apart(buf)
  local first = open_column(buf, seen, rest, apart)
  local frame = render.frame(buf, first, first ~= nil and not had_signs)
  if first and apart and not frame.sign then
    await_column(buf, first)
  end
  local budget = { left = require("tierwise.config").get().preview.words and render.WORDS_MOST or 0 }
  local bottom = vim.api.nvim_buf_line_count(buf) - 1
  for _, job in ipairs(jobs) do
    -- A hunk that is still being written gets no anchor, so keys and commands ignore it.
    if job.item.preview.announced ~= nil then
      local row = math.min(job.plan.first, bottom)
      local stop = math.min(math.max(job.plan.last - 1, row), bottom)
      local mark = vim.api.nvim_buf_set_extmark(buf, M.anchors, row, 0, { end_row = stop })
      anchors[#anchors + 1] = { mark = mark, edit_id = job.item.preview.edit_id, hunk = job.plan.hunk }
    end
  end
  local function draw(job)
    local lead = job.lead and header(job.item.preview, job.item.task, frame) or {}
    if job.plan.beside then
      draw_note(buf, job.plan, lead, frame)
    else
      signed(buf, job.plan, apart)
      draw_text(buf, job.plan, lead, frame, budget)
    end
  end
  vim.tbl_map(draw, seen)
  turns.later(buf, rest, draw)
  local rows = rows_above(buf)
  if rows > 0 then
    render.make_room(buf, rows)
  end
  return anchors
end

return M
