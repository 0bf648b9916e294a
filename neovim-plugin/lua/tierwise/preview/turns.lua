--- When each hunk is drawn: at once where a window shows it, the others a moment later in slices,
--- so that a large proposal holds up no key.
local M = {}

--- How long one slice may hold the main loop; the figure asked for a block is 16 ms.
local SLICE_MS = 6
local BETWEEN_MS = 1

---@class tierwise.Job
---@field item tierwise.Item
---@field plan tierwise.Plan
---@field lead boolean whether the header of its proposal stands above it

--- Counts how often a buffer was drawn, so that slices of an older drawing end.
---@type table<integer, integer>
local drawing = {}

--- The change of each buffer of which something is still to be drawn, for which it was planned.
---@type table<integer, integer>
local unfinished = {}

--- Whether everything that was to be drawn for a buffer is drawn, or will be by itself.
---@param buf integer
---@return boolean
function M.whole(buf)
  return unfinished[buf] == nil or unfinished[buf] == vim.api.nvim_buf_get_changedtick(buf)
end

--- Whatever is still to be drawn for a buffer is not drawn any more.
---@param buf integer
function M.cancel(buf)
  drawing[buf] = (drawing[buf] or 0) + 1
end

--- The stretches of rows [first, last] that windows show, or would show after a move to a hunk that
--- carries a header.
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

--- Part the jobs of a new drawing into those in sight and the others; an older drawing ends.
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
    -- A changed text has moved the rows: whoever changed it has it drawn anew.
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
