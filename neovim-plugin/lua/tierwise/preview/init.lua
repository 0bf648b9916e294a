--- Shows proposals in buffers: keeps the open ones, and draws them again when something changes.
local M = {}

local buffers = require("tierwise.buffers")
local draw = require("tierwise.preview.draw")
local folds = require("tierwise.preview.folds")
local growing = require("tierwise.preview.growing")

---@class tierwise.Preview
---@field edit_id string
---@field task_id string
---@field hunks tierwise.Hunk[]
---@field note string
---@field diff string
---@field announced? boolean nil while the answer is still being written
---@field head? string the text on its task in the line above it

---@class tierwise.Anchor
---@field mark integer
---@field edit_id string
---@field hunk tierwise.Hunk

local AGAIN_AFTER_MS = 100

---@type table<string, tierwise.Preview>
M.open = {}
--- Tasks that ran in this session. Proposals of a night or an earlier session move no cursor and
--- fill no list.
---@type table<string, true>
local ran = {}
--- Proposals announced before. One that waits again after an undo moves no cursor.
---@type table<string, true>
local announced = {}
---@type table<integer, tierwise.Anchor[]>
M.anchors = {}
---@type table<integer, boolean>
local watched = {}
---@type table<string, uv.uv_timer_t>
local awaited = {}

---@param task tierwise.Task
---@return integer?
local function home(task)
  return task.uri and buffers.loaded(task.uri) or nil
end

--- The hunks of a preview to show in a buffer: those of its file, and at the task's place those of
--- other files.
---@param preview tierwise.Preview
---@param buf integer
---@return tierwise.Hunk[]
local function hunks_in(preview, buf)
  local task = require("tierwise.tasks").all[preview.task_id]
  ---@type table<string, boolean>
  local holds = {}
  local function here(uri)
    if holds[uri] == nil then
      holds[uri] = buffers.holds(buf, uri)
    end
    return holds[uri]
  end
  return vim.tbl_filter(function(hunk)
    if hunk.state ~= "pending" and hunk.state ~= "refused" then
      return false
    end
    if hunk.kind ~= "text" then
      return task ~= nil and (task.uri == nil or here(task.uri))
    end
    return here(hunk.uri)
  end, preview.hunks)
end

---@param preview tierwise.Preview
---@return tierwise.Hunk[]
function M.pending(preview)
  return vim.tbl_filter(function(hunk)
    return hunk.state == "pending" or hunk.state == "refused"
  end, preview.hunks)
end

--- Draw all proposals for a buffer.
---@param buf integer
function M.draw(buf)
  local had_signs = draw.clear(buf)
  local items = {}
  for _, known in ipairs({ M.open, growing.shown }) do
    for _, preview in pairs(known) do
      local mine = hunks_in(preview, buf)
      if #mine > 0 then
        local task = require("tierwise.tasks").all[preview.task_id]
        table.insert(items, { preview = preview, hunks = mine, task = task })
      end
    end
  end
  M.anchors[buf] = #items > 0 and draw.items(buf, items, had_signs) or {}
  if #M.anchors[buf] == 0 then
    M.anchors[buf], watched[buf] = nil, nil
    require("tierwise.preview.keys").unset(buf)
    return
  end
  require("tierwise.preview.keys").set(buf)
  M.watch(buf)
end

--- Draw again in some windows, because their shape changed.
---@param wins integer[]
local function reshaped(wins)
  local bufs = {}
  for _, win in ipairs(wins) do
    if vim.api.nvim_win_is_valid(win) then
      bufs[vim.api.nvim_win_get_buf(win)] = true
    end
  end
  for buf in pairs(bufs) do
    if M.anchors[buf] then
      M.draw(buf)
    end
  end
end

local shapes = vim.api.nvim_create_augroup("tierwise.shapes", {})
vim.api.nvim_create_autocmd("WinResized", {
  group = shapes,
  desc = "Tierwise: a proposal fits the window it is drawn in",
  callback = function()
    local wins = vim.v.event.windows
    vim.schedule(function()
      reshaped(wins)
    end)
  end,
})
vim.api.nvim_create_autocmd("OptionSet", {
  group = shapes,
  pattern = {
    "wrap",
    "number",
    "relativenumber",
    "numberwidth",
    "signcolumn",
    "statuscolumn",
    "foldcolumn",
    "tabstop",
  },
  desc = "Tierwise: a proposal fits the window it is drawn in",
  callback = vim.schedule_wrap(function()
    reshaped(vim.api.nvim_tabpage_list_wins(0))
  end),
})

--- Watch a buffer: after the operator typed, its proposals are fetched again.
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
      local edits = {}
      for _, anchor in ipairs(M.anchors[buf] or {}) do
        edits[anchor.edit_id] = true
      end
      vim.tbl_map(M.look_again, vim.tbl_keys(edits))
    end,
    on_detach = function()
      watched[buf] = nil
    end,
  })
end

--- Fetch a proposal again once the operator stops typing. Until then the marks move with the text.
---@param edit_id string
function M.look_again(edit_id)
  local timer = awaited[edit_id] or assert(vim.uv.new_timer())
  awaited[edit_id] = timer
  timer:start(
    AGAIN_AFTER_MS,
    0,
    vim.schedule_wrap(function()
      if awaited[edit_id] ~= timer or timer:get_due_in() > 0 then
        return
      end
      awaited[edit_id] = nil
      timer:close()
      local preview = M.open[edit_id]
      local task = preview and require("tierwise.tasks").all[preview.task_id]
      if task then
        M.fetch(task)
      end
    end)
  )
end

---@param a tierwise.Hunk
---@param b tierwise.Hunk
---@return boolean
local function alike(a, b)
  return a.id == b.id and a.state == b.state and a.newText == b.newText
end

--- True if the drawing of a proposal is still right: same hunks, each where its mark has moved with
--- the text. Then drawing again would only delay the next key.
---@param before tierwise.Preview?
---@param now tierwise.Preview
---@return boolean
local function drawn(before, now)
  if not before or before.head ~= now.head or before.note ~= now.note or #before.hunks ~= #now.hunks then
    return false
  end
  for i, hunk in ipairs(now.hunks) do
    if not alike(before.hunks[i], hunk) then
      return false
    end
  end
  local moved = {}
  for _, buf in ipairs(M.buffers(now)) do
    local wanted, bottom = {}, vim.api.nvim_buf_line_count(buf) - 1
    for _, hunk in ipairs(hunks_in(now, buf)) do
      wanted[hunk.id] = hunk
    end
    for _, anchor in ipairs(M.anchors[buf] or {}) do
      local hunk = anchor.edit_id == now.edit_id and wanted[anchor.hunk.id] or nil
      if hunk and hunk.kind == "text" and hunk.state == "pending" then
        local row = vim.api.nvim_buf_get_extmark_by_id(buf, draw.anchors, anchor.mark, {})[1]
        if row ~= math.min(require("tierwise.preview.place").rows(buf, hunk), bottom) then
          return false
        end
        wanted[hunk.id] = nil
        moved[anchor] = hunk
      end
    end
    if next(wanted) or not require("tierwise.preview.turns").whole(buf) then
      return false
    end
  end
  for anchor, hunk in pairs(moved) do
    anchor.hunk = hunk
  end
  return true
end

--- Buffers that show or could show a preview.
---@param preview tierwise.Preview
---@return integer[]
function M.buffers(preview)
  local found = {}
  local task = require("tierwise.tasks").all[preview.task_id]
  ---@type table<string, integer|false>
  local by_uri = {}
  local function at(uri)
    if by_uri[uri] == nil then
      by_uri[uri] = buffers.loaded(uri) or false
    end
    return by_uri[uri]
  end
  for _, hunk in ipairs(preview.hunks) do
    local buf = hunk.kind ~= "text" and task and home(task) or at(hunk.uri)
    if buf then
      found[buf] = true
    end
  end
  return vim.tbl_keys(found)
end

--- True if something of a task's proposal can still be applied. A reply about a proposal may come
--- after it was applied, and must not be shown then.
---@param task tierwise.Task
---@return boolean
local function waits(task)
  return task.state == "proposed" or task.state == "partlyApplied"
end

---@param task tierwise.Task
function M.fetch(task)
  local client = vim.lsp.get_client_by_id(task.client)
  if not client or not task.editId then
    return
  end
  local edit_id = task.editId
  client:request("tierwise/edit/get", { editId = edit_id }, function(err, result)
    local now = require("tierwise.tasks").all[task.taskId] or task
    if now.editId ~= edit_id or not waits(now) or err then
      growing.drop(task.taskId)
      return M.close(edit_id)
    end
    local before = M.open[edit_id]
    local preview = {
      edit_id = edit_id,
      task_id = task.taskId,
      hunks = result.hunks,
      note = result.note or "",
      diff = result.diff,
      announced = announced[edit_id] or false,
      head = ("%s %s %s"):format(now.decision.headline, now.decision.because, now.costUsd or 0),
    }
    M.open[edit_id] = #M.pending(preview) > 0 and preview or before
    growing.drop(task.taskId)
    if #M.pending(preview) == 0 then
      return M.close(edit_id)
    end
    if drawn(before, preview) then
      return
    end
    for _, buf in ipairs(M.buffers(preview)) do
      M.draw(buf)
    end
    if not preview.announced then
      preview.announced, announced[edit_id] = true, true
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
  for _, buf in ipairs(M.buffers(preview)) do
    folds.open(buf, M.anchors[buf] or {})
  end
  local here = ran[task.taskId]
  if here and vim.tbl_count(files) > 1 then
    require("tierwise.preview.list").show({ preview }, false)
  end
  local buf = vim.api.nvim_get_current_buf()
  if here and require("tierwise.config").get().preview.jump and M.anchors[buf] then
    local rows = require("tierwise.preview.cursor").rows(buf, preview.edit_id)
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
    for _, buf in ipairs(M.buffers(preview)) do
      M.draw(buf)
    end
  end
end

---@param old tierwise.Task?
---@param task tierwise.Task
function M.task_changed(old, task)
  ran[task.taskId] = ran[task.taskId] or require("tierwise.tasks").LIVE[task.state]
  local buf = home(task)
  if buf then
    require("tierwise.preview.running").show(buf, task)
  end
  growing.task_changed(task)
  for edit_id, preview in pairs(M.open) do
    if preview.task_id == task.taskId and edit_id ~= task.editId then
      M.close(edit_id)
    end
  end
  if task.editId and waits(task) then
    if M.open[task.editId] and old and old.state == task.state then
      M.look_again(task.editId)
    else
      M.fetch(task)
    end
  elseif task.editId then
    M.close(task.editId)
  end
end

--- Show the proposals for a buffer, because it came into a window.
---@param buf integer
function M.entered(buf)
  if (next(M.open) or next(growing.shown)) and vim.bo[buf].buftype == "" then
    M.draw(buf)
    folds.open(buf, M.anchors[buf] or {})
  end
end

return M
