--- Drawing what is proposed for a buffer: header, hunks, new files; and where each stands.
local M = {}

local place = require("tierwise.preview.place")
local render = require("tierwise.preview.render")
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
  local decision = task.decision
  local chunks = {
    { "Tierwise ", "TierwiseHeader" },
    { decision.headline, "TierwiseTier" },
    { " · " .. require("tierwise.money").dollars(task.costUsd or 0), "TierwiseCost" },
  }
  if decision.because ~= "" then
    chunks[#chunks + 1] = { " · " .. decision.because, "TierwiseReason" }
  end
  local lines = { render.note(chunks, frame) }
  if preview.note ~= "" then
    lines[#lines + 1] = render.note({ { "! " .. preview.note, "TierwiseStale" } }, frame)
  end
  if require("tierwise.config").get().preview.hint then
    lines[#lines + 1] = render.note(require("tierwise.preview.keys").hint(), frame)
  end
  return lines
end

---@param buf integer
---@param row integer
---@param hunk tierwise.Hunk
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
---@return integer first
---@return integer last
local function draw_created(buf, row, hunk, lead, frame)
  local new = place.lines(hunk.newText or "")
  local path = vim.fn.fnamemodify(vim.uri_to_fname(hunk.uri), ":.")
  local said = ("new file %s, %d line%s"):format(path, #new, #new == 1 and "" or "s")
  lead[#lead + 1] = render.note({ { said, "TierwiseHeader" } }, frame)
  for i = 1, math.min(#new, render.CREATED_MOST) do
    lead[#lead + 1] = render.added(new[i], nil, frame)
  end
  if #new > render.CREATED_MOST then
    local rest = ("… %d more, see side by side"):format(#new - render.CREATED_MOST)
    lead[#lead + 1] = render.note({ { rest, "TierwiseHint" } }, frame)
  end
  render.virtual(buf, row, true, lead)
  return row, row
end

--- Draw one hunk; the lines in `lead` come above it.
---@param buf integer
---@param hunk tierwise.Hunk
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
---@param budget { left: integer }
---@param task tierwise.Task
---@return integer first
---@return integer last
local function draw_hunk(buf, hunk, lead, frame, budget, task)
  if hunk.state == "refused" or not hunk.range then
    local row = task.range and math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1) or 0
    if hunk.kind == "create" and hunk.state ~= "refused" then
      return draw_created(buf, row, hunk, lead, frame)
    end
    local text = "! the text here changed, so this does not fit: redo or discard it"
    lead[#lead + 1] = render.note({ { text, "TierwiseStale" } }, frame)
    render.virtual(buf, row, true, lead)
    return row, row
  end
  if hunk.kind == "create" then
    local row = task.range and math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1) or 0
    return draw_created(buf, row, hunk, lead, frame)
  end
  local first, last, new = place.rows(buf, hunk)
  local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
  for number, stretch in ipairs(words.stretches(old, new)) do
    local a, a_count, b, b_count = unpack(stretch)
    local row = first + (a_count > 0 and a - 1 or a)
    local added = render.stretch(
      buf,
      row,
      vim.list_slice(old, a, a + a_count - 1),
      vim.list_slice(new, b, b + b_count - 1),
      frame,
      budget
    )
    if a_count > 0 then
      render.deleted(buf, row, a_count)
    end
    local above = number == 1 and lead or {}
    if a_count > 0 then
      render.virtual(buf, row, true, above)
      render.virtual(buf, row + a_count - 1, false, added)
    elseif row > 0 then
      render.virtual(buf, row - 1, false, vim.list_extend(above, added))
    else
      render.virtual(buf, 0, true, vim.list_extend(above, added))
    end
  end
  return first, last
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
function M.clear(buf)
  vim.api.nvim_buf_clear_namespace(buf, render.ns, 0, -1)
  vim.api.nvim_buf_clear_namespace(buf, M.anchors, 0, -1)
end

--- Draw on a clear buffer.
---@param buf integer
---@param items tierwise.Item[]
---@return tierwise.Anchor[]
function M.items(buf, items)
  local anchors = {}
  -- The signs come first: they may widen the column that everything else is aligned to.
  local signed = false
  for _, item in ipairs(items) do
    for _, hunk in ipairs(item.hunks) do
      if hunk.state == "pending" and hunk.range and hunk.kind ~= "create" then
        local first, last, new = place.rows(buf, hunk)
        local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
        for _, stretch in ipairs(words.stretches(old, new)) do
          if stretch[2] > 0 then
            render.signs(buf, first + stretch[1] - 1, stretch[2])
            signed = true
          end
        end
      end
    end
  end
  local frame = render.frame(buf, signed)
  local budget = { left = require("tierwise.config").get().preview.words and render.WORDS_MOST or 0 }
  for _, item in ipairs(items) do
    local preview, mine, task = item.preview, item.hunks, item.task
    for number, hunk in ipairs(mine) do
      local lead = number == 1 and header(preview, task, frame) or {}
      local first, last = draw_hunk(buf, hunk, lead, frame, budget, task)
      local row = math.min(first, vim.api.nvim_buf_line_count(buf) - 1)
      local stop = math.min(math.max(last - 1, row), vim.api.nvim_buf_line_count(buf) - 1)
      local mark = vim.api.nvim_buf_set_extmark(buf, M.anchors, row, 0, { end_row = stop })
      table.insert(anchors, { mark = mark, edit_id = preview.edit_id, hunk = hunk })
    end
  end
  local rows = rows_above(buf)
  if rows > 0 then
    render.make_room(buf, rows)
  end
  return anchors
end

return M
