--- Applies the server's edits, each as one undo block. An edit is refused if a buffer has changed
--- since the edit was made.
local M = {}

local buffers = require("tierwise.buffers")

---@param buf integer
local function break_undo(buf)
  -- Setting the option to itself ends the current undo block (|undo-break|).
  vim.bo[buf].undolevels = vim.bo[buf].undolevels
end

--- Write a file that was open nowhere before the edit, and close its buffer. Else it would stay
--- unsaved where nobody sees it. Formatters that run on a write do not run. If the file cannot be
--- written, its text stays in the buffer, and the operator is told of it.
---@param path string
---@return integer? buf that could not be written
local function save_unseen(path)
  local buf = buffers.loaded(vim.uri_from_fname(path))
  if not buf or #vim.fn.win_findbuf(buf) > 0 then
    return nil
  end
  local written = pcall(vim.api.nvim_buf_call, buf, function()
    vim.cmd("silent noautocmd write")
  end)
  if not written then
    vim.bo[buf].buflisted = true
    return buf
  end
  vim.api.nvim_buf_delete(buf, { unload = true })
end

--- True if a file that is not open can be written.
---@param path string
---@return boolean
local function writable(path)
  local found = vim.uv.fs_stat(path)
  -- As the superuser Neovim could write a read-only file, but the operator did not mean that.
  return found == nil
    or (vim.fn.filewritable(path) == 1 and require("bit").band(found.mode, tonumber("222", 8)) ~= 0)
end

---@param change lsp.TextDocumentEdit
---@return string? why
---@return integer? buf
local function refusal(change)
  local name = vim.fs.basename(vim.uri_to_fname(change.textDocument.uri))
  local buf = buffers.loaded(change.textDocument.uri)
  if not buf then
    local can = writable(vim.uri_to_fname(change.textDocument.uri))
    return not can and name .. " is read-only" or nil, nil
  end
  -- The edit goes to the open buffer of the file, even if its URI is spelled in another way.
  change.textDocument.uri = vim.uri_from_bufnr(buf)
  local version = change.textDocument.version
  local known = vim.lsp.util.buf_versions[buf]
  if type(version) == "number" and known and version ~= known then
    return name .. " changed meanwhile", nil
  end
  if not vim.bo[buf].modifiable then
    return name .. " cannot be modified", nil
  end
  return nil, buf
end

--- Split an edit into its new files and the rest. New files are written directly, because an empty
--- buffer has a line of its own, which would stay below the text.
---@param edit lsp.WorkspaceEdit
---@return table<string, string> created text by URI
---@return lsp.WorkspaceEdit rest
local function split(edit)
  local created, rest = {}, {}
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == "create" then
      created[change.uri] = ""
    elseif change.textDocument and created[change.textDocument.uri] then
      local texts = vim.tbl_map(function(one)
        return one.newText
      end, change.edits)
      created[change.textDocument.uri] = table.concat(texts)
    else
      rest[#rest + 1] = change
    end
  end
  return created, { documentChanges = rest, changeAnnotations = edit.changeAnnotations }
end

--- Make files that do not exist yet. An existing file is never overwritten.
---@param created table<string, string>
---@return string[] made paths
---@return string? why one could not be made
local function make(created)
  local made = {}
  for uri, text in pairs(created) do
    local path = vim.uri_to_fname(uri)
    vim.fn.mkdir(vim.fs.dirname(path), "p")
    local file = vim.uv.fs_open(path, "wx", 420)
    if not file then
      return made, vim.fs.basename(path) .. " is there already, or cannot be written"
    end
    vim.uv.fs_write(file, text)
    vim.uv.fs_close(file)
    made[#made + 1] = path
  end
  return made, nil
end

--- Tell the operator which files an edit left unsaved that no window shows.
---@param touched integer[]
local function tell_unsaved(touched)
  local here, names = vim.api.nvim_get_current_buf(), {}
  for _, buf in ipairs(touched) do
    if buf ~= here and vim.bo[buf].modified then
      names[#names + 1] = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ":.")
    end
  end
  if #names > 0 then
    table.sort(names)
    local are = #names == 1 and "is" or "are"
    require("tierwise.say").info(
      ("%s %s changed and not saved yet; :wall saves all."):format(table.concat(names, ", "), are)
    )
  end
end

---@param _ lsp.ResponseError?
---@param params lsp.ApplyWorkspaceEditParams
---@param ctx lsp.HandlerContext
---@return lsp.ApplyWorkspaceEditResult
function M.on_apply_edit(_, params, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local created, rest = split(params.edit)
  local touched, unseen = {}, {}
  for _, change in ipairs(rest.documentChanges or {}) do
    if change.textDocument then
      local why, buf = refusal(change)
      if why then
        return { applied = false, failureReason = why }
      end
      touched[#touched + 1] = buf
      if not buf then
        unseen[#unseen + 1] = vim.uri_to_fname(change.textDocument.uri)
      end
    end
  end
  ---@type string[], any
  local made, failed = make(created)
  local ok = failed == nil
  if ok then
    vim.tbl_map(break_undo, touched)
    ok, failed = pcall(vim.lsp.util.apply_workspace_edit, rest, client.offset_encoding)
    vim.tbl_map(break_undo, touched)
  end
  for _, path in ipairs(ok and unseen or {}) do
    touched[#touched + 1] = save_unseen(path)
  end
  for _, path in ipairs(made) do
    if ok then
      local buf = vim.fn.bufadd(path)
      vim.fn.bufload(buf)
      vim.bo[buf].buflisted = true
    else
      vim.uv.fs_unlink(path)
    end
  end
  if ok then
    tell_unsaved(touched)
  end
  return { applied = ok, failureReason = not ok and tostring(failed) or nil }
end

return M
