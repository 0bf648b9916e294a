--- Proposals on screen: what is open, where each hunk stands, and which one the cursor means.
local M = {}

local place = require("tierwise.preview.place")
local render = require("tierwise.preview.render")

---@class tierwise.Preview
---@field edit_id string
---@field task_id string
---@field hunks tierwise.Hunk[]
---@field note string
---@field diff string
---@field announced boolean

---@class tierwise.Anchor
---@field mark integer
---@field edit_id string
---@field hunk tierwise.Hunk

local ANCHORS = vim.api.nvim_create_namespace("tierwise.anchors")
local RUNNING = vim.api.nvim_create_namespace("tierwise.running")
local AGAIN_AFTER_MS = 100

---@type table<string, tierwise.Preview>
M.open = {}
---@type table<integer, tierwise.Anchor[]>
local anchors = {}
---@type table<integer, boolean>
local watched = {}
---@type table<string, boolean>
local awaited = {}

---@param uri string
---@return integer? buf a loaded buffer of that file
local function loaded(uri)
  local buf = vim.fn.bufnr(vim.uri_to_fname(uri))
  if buf ~= -1 and vim.api.nvim_buf_is_loaded(buf) then
    return buf
  end
end

---@param task tierwise.Task
---@return integer?
local function home(task)
  return task.uri and task.uri:find("^file:") and loaded(task.uri) or nil
end

--- Hunks of a preview that stand in a buffer: its own, and new files at the task's place.
---@param preview tierwise.Preview
---@param buf integer
---@return tierwise.Hunk[]
local function hunks_in(preview, buf)
  local uri = vim.uri_from_bufnr(buf)
  local task = require("tierwise.tasks").all[preview.task_id]
  return vim.tbl_filter(function(hunk)
    if hunk.state ~= "pending" and hunk.state ~= "refused" then
      return false
    end
    if hunk.kind == "create" then
      return task ~= nil and (task.uri or uri) == uri
    end
    return hunk.uri == uri
  end, preview.hunks)
end

---@param preview tierwise.Preview
---@return tierwise.Hunk[]
function M.pending(preview)
  return vim.tbl_filter(function(hunk)
    return hunk.state == "pending" or hunk.state == "refused"
  end, preview.hunks)
end

---@param preview tierwise.Preview
---@param frame tierwise.Frame
---@return tierwise.Chunk[][]
local function header(preview, frame)
  local task = require("tierwise.tasks").all[preview.task_id]
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
      return M.draw_created(buf, row, hunk, lead, frame)
    end
    local text = "! the text here changed, so this does not fit: redo or discard it"
    lead[#lead + 1] = render.note({ { text, "TierwiseStale" } }, frame)
    render.virtual(buf, row, true, lead)
    return row, row
  end
  if hunk.kind == "create" then
    local row = task.range and math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1) or 0
    return M.draw_created(buf, row, hunk, lead, frame)
  end
  local first, last, new = place.rows(buf, hunk)
  local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
  for number, stretch in ipairs(require("tierwise.preview.words").stretches(old, new)) do
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
---@param row integer
---@param hunk tierwise.Hunk
---@param lead tierwise.Chunk[][]
---@param frame tierwise.Frame
---@return integer first
---@return integer last
function M.draw_created(buf, row, hunk, lead, frame)
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

--- Lines above the first of a file have no room of their own unless the window makes it.
---@param buf integer
---@param rows integer
local function make_room(buf, rows)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    vim.api.nvim_win_call(win, function()
      if vim.fn.line("w0") == 1 then
        vim.fn.winrestview({ topline = 1, topfill = rows })
      end
    end)
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

--- Draw everything that is proposed for a buffer.
---@param buf integer
function M.draw(buf)
  vim.api.nvim_buf_clear_namespace(buf, render.ns, 0, -1)
  vim.api.nvim_buf_clear_namespace(buf, ANCHORS, 0, -1)
  anchors[buf] = {}
  local all = {}
  for _, preview in pairs(M.open) do
    local mine = hunks_in(preview, buf)
    if #mine > 0 then
      table.insert(all, { preview, mine })
    end
  end
  if #all == 0 then
    anchors[buf], watched[buf] = nil, nil
    require("tierwise.preview.keys").unset(buf)
    return
  end
  -- The signs come first: they may widen the column that everything else is aligned to.
  local signed = false
  for _, item in ipairs(all) do
    for _, hunk in ipairs(item[2]) do
      if hunk.state == "pending" and hunk.range and hunk.kind ~= "create" then
        local first, last, new = place.rows(buf, hunk)
        local old = vim.api.nvim_buf_get_lines(buf, first, last, false)
        for _, stretch in ipairs(require("tierwise.preview.words").stretches(old, new)) do
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
  for _, item in ipairs(all) do
    local preview, mine = item[1], item[2]
    local task = require("tierwise.tasks").all[preview.task_id]
    for number, hunk in ipairs(mine) do
      local lead = number == 1 and header(preview, frame) or {}
      local first, last = draw_hunk(buf, hunk, lead, frame, budget, task)
      local row = math.min(first, vim.api.nvim_buf_line_count(buf) - 1)
      local stop = math.min(math.max(last - 1, row), vim.api.nvim_buf_line_count(buf) - 1)
      local mark = vim.api.nvim_buf_set_extmark(buf, ANCHORS, row, 0, { end_row = stop })
      table.insert(anchors[buf], { mark = mark, edit_id = preview.edit_id, hunk = hunk })
    end
  end
  local rows = rows_above(buf)
  if rows > 0 then
    make_room(buf, rows)
  end
  require("tierwise.preview.keys").set(buf)
  M.watch(buf)
end

--- Look again after the operator typed: hunks follow the lines they stand on.
---@param buf integer
function M.watch(buf)
  if watched[buf] then
    return
  end
  watched[buf] = true
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function()
      if not watched[buf] then
        return true
      end
      for _, anchor in ipairs(anchors[buf] or {}) do
        M.look_again(anchor.edit_id)
      end
    end,
    on_detach = function()
      watched[buf] = nil
    end,
  })
end

---@param edit_id string
function M.look_again(edit_id)
  if awaited[edit_id] then
    return
  end
  awaited[edit_id] = true
  vim.defer_fn(function()
    awaited[edit_id] = nil
    local preview = M.open[edit_id]
    local task = preview and require("tierwise.tasks").all[preview.task_id]
    if task then
      M.fetch(task)
    end
  end, AGAIN_AFTER_MS)
end

--- Buffers that show or could show a preview.
---@param preview tierwise.Preview
---@return integer[]
local function buffers(preview)
  local found = {}
  local task = require("tierwise.tasks").all[preview.task_id]
  for _, hunk in ipairs(preview.hunks) do
    local buf = hunk.kind == "create" and task and home(task) or loaded(hunk.uri)
    if buf then
      found[buf] = true
    end
  end
  return vim.tbl_keys(found)
end

---@param task tierwise.Task
function M.fetch(task)
  local client = vim.lsp.get_client_by_id(task.client)
  if not client or not task.editId then
    return
  end
  local edit_id = task.editId
  client:request("tierwise/edit/get", { editId = edit_id }, function(err, result)
    if task.editId ~= edit_id or err then
      return M.close(edit_id)
    end
    local before = M.open[edit_id]
    local preview = {
      edit_id = edit_id,
      task_id = task.taskId,
      hunks = result.hunks,
      note = result.note or "",
      diff = result.diff,
      announced = before ~= nil and before.announced,
    }
    if #M.pending(preview) == 0 then
      return M.close(edit_id)
    end
    M.open[edit_id] = preview
    for _, buf in ipairs(buffers(preview)) do
      M.draw(buf)
    end
    if not preview.announced then
      preview.announced = true
      M.announce(client, task, preview)
    end
  end)
end

---@param client vim.lsp.Client
---@param task tierwise.Task
---@param preview tierwise.Preview
function M.announce(client, task, preview)
  client:notify("tierwise/edit/didShow", { editId = preview.edit_id })
  local files = {}
  for _, hunk in ipairs(preview.hunks) do
    files[hunk.uri] = true
  end
  if vim.tbl_count(files) > 1 then
    require("tierwise.preview.list").show({ preview }, false)
  end
  local buf = vim.api.nvim_get_current_buf()
  if require("tierwise.config").get().preview.jump and anchors[buf] then
    local rows = M.rows(buf, preview.edit_id)
    local first, last = vim.fn.line("w0") - 1, vim.fn.line("w$") - 1
    if rows[1] and (rows[1] < first or rows[1] > last) and vim.api.nvim_get_mode().mode == "n" then
      vim.cmd("normal! m'")
      vim.api.nvim_win_set_cursor(0, { rows[1] + 1, 0 })
    end
  end
  local events = require("tierwise.events")
  events.fire("Preview", events.of(task))
end

---@param edit_id string
function M.close(edit_id)
  local preview = M.open[edit_id]
  M.open[edit_id] = nil
  if preview then
    for _, buf in ipairs(buffers(preview)) do
      M.draw(buf)
    end
  end
end

--- A line above the place of a task that is on its way.
---@param task tierwise.Task
local function draw_running(task)
  local buf = home(task)
  if not buf then
    return
  end
  local id = tonumber(task.taskId:sub(1, 7), 16) or 1
  vim.api.nvim_buf_del_extmark(buf, RUNNING, id)
  local live = require("tierwise.tasks").LIVE[task.state]
  if not live or not task.range or require("tierwise.ask").IN_TEXT[task.action] then
    return
  end
  local frame = render.frame(buf)
  local words = { routing = "Routing…", paused = "Paused: budget reached" }
  local chunks = {
    { "Tierwise ", "TierwiseHeader" },
    {
      words[task.state] or (task.decision.headline .. " · working"),
      task.state == "paused" and "TierwisePaused" or "TierwiseRunning",
    },
  }
  if task.progress and task.progress ~= "" and task.progress ~= "working" then
    chunks[#chunks + 1] = { " · " .. task.progress, "TierwiseReason" }
  end
  local hint = task.state == "paused" and "  :Tierwise raise USD  :Tierwise stop" or "  :Tierwise stop"
  chunks[#chunks + 1] = { hint, "TierwiseHint" }
  local row = math.min(task.range.start.line, vim.api.nvim_buf_line_count(buf) - 1)
  vim.api.nvim_buf_set_extmark(buf, RUNNING, row, 0, {
    id = id,
    virt_lines = { render.note(chunks, frame) },
    virt_lines_above = true,
    virt_lines_leftcol = true,
  })
  if row == 0 then
    make_room(buf, 1)
  end
end

---@param old tierwise.Task?
---@param task tierwise.Task
function M.task_changed(old, task)
  draw_running(task)
  for edit_id, preview in pairs(M.open) do
    if preview.task_id == task.taskId and edit_id ~= task.editId then
      M.close(edit_id)
    end
  end
  if task.editId and (task.state == "proposed" or task.state == "partlyApplied") then
    if M.open[task.editId] and old and old.state == task.state then
      M.look_again(task.editId)
    else
      M.fetch(task)
    end
  elseif task.editId then
    M.close(task.editId)
  end
end

--- A file came into a window: show what is proposed for it.
---@param buf integer
function M.entered(buf)
  if next(M.open) and vim.bo[buf].buftype == "" then
    M.draw(buf)
  end
end

---@param buf integer
---@param edit_id? string
---@return integer[] rows of the hunks, from 0, in order
function M.rows(buf, edit_id)
  local found = {}
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  for _, anchor in ipairs(anchors[buf] or {}) do
    if not edit_id or anchor.edit_id == edit_id then
      found[#found + 1] = vim.api.nvim_buf_get_extmark_by_id(buf, ANCHORS, anchor.mark, {})[1]
    end
  end
  table.sort(found)
  return found
end

--- The proposal and the hunk that the cursor stands on, else the nearest in this buffer; in
--- another buffer the only or latest one, without a hunk.
---@param buf integer
---@return tierwise.Preview?
---@return tierwise.Hunk?
function M.at_cursor(buf)
  local win = vim.fn.bufwinid(buf)
  local row = win ~= -1 and vim.api.nvim_win_get_cursor(win)[1] - 1 or 0
  local best, least
  for _, anchor in ipairs(anchors[buf] or {}) do
    local at = vim.api.nvim_buf_get_extmark_by_id(buf, ANCHORS, anchor.mark, { details = true })
    local first, last = at[1], at[3].end_row or at[1]
    local far = row < first and first - row or row > last and row - last or 0
    if not least or far < least then
      best, least = anchor, far
    end
  end
  if best then
    return M.open[best.edit_id], best.hunk
  end
  local latest
  for _, preview in pairs(M.open) do
    local task = require("tierwise.tasks").all[preview.task_id]
    if not latest or task.at > require("tierwise.tasks").all[latest.task_id].at then
      latest = preview
    end
  end
  return latest, nil
end

--- Move to the next or previous hunk of this buffer, around its end.
---@param buf integer
---@param step integer hunks forward, negative backward
function M.go(buf, step)
  local rows = M.rows(buf)
  if #rows == 0 then
    return require("tierwise.say").info("nothing is proposed in this file. :Tierwise list shows what is.")
  end
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local at
  if step > 0 then
    at = 0
    for i, start in ipairs(rows) do
      at = start <= row and i or at
    end
  else
    at = #rows + 1
    for i = #rows, 1, -1 do
      at = rows[i] >= row and i or at
    end
  end
  local target = rows[(at + step - 1) % #rows + 1]
  vim.cmd("normal! m'")
  vim.api.nvim_win_set_cursor(0, { target + 1, 0 })
end

return M
