--- Decides when hunks are drawn: visible ones at once, the others a moment later in slices, so that
--- a large proposal delays no key.
local M = {}

--- Milliseconds for which one slice may block the main loop. No block may take longer than 16 ms.
local SLICE_MS = 6
local BETWEEN_MS = 1

---@class tierwise.Job
---@field item tierwise.Item
---@field plan tierwise.Plan
---@field lead boolean whether the header of its proposal is drawn above it

--- Counts the drawings of each buffer, so that slices of an older drawing stop.
---@type table<integer, integer>
local drawing = {}

--- Buffers with slices still to draw, each with the 'changedtick' for which they were planned.
---@type table<integer, integer>
local unfinished = {}

--- True if everything for a buffer is drawn, or will still be drawn by its slices.
---@param buf integer
---@return boolean
function M.whole(buf)
  return unfinished[buf] == nil or unfinished[buf] == vim.api.nvim_buf_get_changedtick(buf)
end

--- Cancel the slices that are still to be drawn for a buffer.
---@param buf integer
function M.cancel(buf)
  drawing[buf] = (drawing[buf] or 0) + 1
end

--- The rows [first, last] that windows show, and those they would show after a jump to a hunk with
--- a header.
---@param buf integer
---@param jobs tierwise.Job[]
---@return integer[][]
local function looked_at(buf, jobs)
  local found, most = {}, 0
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    local top, height = vim.fn.line("w0", win) - 1, vim.api.nvim_win_get_height(win)
    found[#found + 1] = { top, top + height }
    most = math.max(most, height)
  end
  for _, job in ipairs(jobs) do
    if job.lead and most > 0 then
      found[#found + 1] = { job.plan.first - most, job.plan.first + most }
    end
  end
  return found
end

--- Split the jobs of a new drawing into visible ones and others. An older drawing ends.
---@param buf integer
---@param jobs tierwise.Job[]
---@return tierwise.Job[] seen
---@return tierwise.Job[] rest
function M.parted(buf, jobs)
  M.cancel(buf)
  local stretches, seen, rest = looked_at(buf, jobs), {}, {}
  for _, job in ipairs(jobs) do
    local to = rest
    for _, rows in ipairs(stretches) do
      if job.plan.first <= rows[2] and job.plan.last >= rows[1] then
        to = seen
        break
      end
    end
    to[#to + 1] = job
  end
  return seen, rest
end

--- Draw jobs a moment later, in slices.
---@param buf integer
---@param rest tierwise.Job[]
---@param draw fun(job: tierwise.Job)
function M.later(buf, rest, draw)
  local mine, tick, at = drawing[buf], vim.api.nvim_buf_get_changedtick(buf), 1
  local function slice()
    -- The text changed, so the rows are wrong. That change causes a new drawing.
    if
      drawing[buf] ~= mine
      or not vim.api.nvim_buf_is_loaded(buf)
      or vim.api.nvim_buf_get_changedtick(buf) ~= tick
    then
      return
    end
    local stop = vim.uv.hrtime() + SLICE_MS * 1e6
    while at <= #rest and vim.uv.hrtime() < stop do
      draw(rest[at])
      at = at + 1
    end
    if at <= #rest then
      vim.defer_fn(slice, BETWEEN_MS)
    else
      unfinished[buf] = nil
    end
  end
  unfinished[buf] = #rest > 0 and tick or nil
  if #rest > 0 then
    vim.defer_fn(slice, BETWEEN_MS)
  end
end

return M
