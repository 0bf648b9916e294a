--- Proposals on screen: what is open, where each hunk stands, and when it is drawn anew.
local M = {}

local draw = require("tierwise.preview.draw")
local growing = require("tierwise.preview.growing")

---@class tierwise.Preview
---@field edit_id string
---@field task_id string
---@field hunks tierwise.Hunk[]
---@field note string
---@field diff string
---@field announced? boolean nil for what is still being written

---@class tierwise.Anchor
---@field mark integer
---@field edit_id string
---@field hunk tierwise.Hunk

local AGAIN_AFTER_MS = 100

---@type table<string, tierwise.Preview>
M.open = {}
--- Proposals that were announced. One that waits again, because its edit was undone, moves no cursor.
---@type table<string, true>
local announced = {}
---@type table<integer, tierwise.Anchor[]>
M.anchors = {}
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

--- Hunks of a preview that stand in a buffer: its own, and other files at the task's place.
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
    if hunk.kind ~= "text" then
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

--- Draw everything that is proposed for a buffer.
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
      for _, anchor in ipairs(M.anchors[buf] or {}) do
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
function M.buffers(preview)
  local found = {}
  local task = require("tierwise.tasks").all[preview.task_id]
  for _, hunk in ipairs(preview.hunks) do
    local buf = hunk.kind ~= "text" and task and home(task) or loaded(hunk.uri)
    if buf then
      found[buf] = true
    end
  end
  return vim.tbl_keys(found)
end

--- Whether something of a task's proposal can still be applied. An answer about a proposal may
--- arrive after it was applied, and is then too late to be shown.
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
    }
    M.open[edit_id] = #M.pending(preview) > 0 and preview or before
    growing.drop(task.taskId)
    if #M.pending(preview) == 0 then
      return M.close(edit_id)
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
  if vim.tbl_count(files) > 1 then
    require("tierwise.preview.list").show({ preview }, false)
  end
  local buf = vim.api.nvim_get_current_buf()
  if require("tierwise.config").get().preview.jump and M.anchors[buf] then
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

--- A file came into a window: show what is proposed for it.
---@param buf integer
function M.entered(buf)
  if (next(M.open) or next(growing.shown)) and vim.bo[buf].buftype == "" then
    M.draw(buf)
  end
end

return M
