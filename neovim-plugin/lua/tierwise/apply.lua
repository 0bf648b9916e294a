--- The server's edits: refused where a buffer is not what they were made for, else one undo block.
local M = {}

---@param buf integer
local function break_undo(buf)
  -- Setting the option to itself ends the current undo block (|undo-break|).
  vim.bo[buf].undolevels = vim.bo[buf].undolevels
end

--- Write a file that no window and no buffer had before the edit, as the edit made it, and let go of
--- it: what nobody has open would stay behind unsaved. Formatters that run on a write do not run.
---@param path string
local function save_unseen(path)
  local buf = vim.fn.bufnr(path)
  if buf == -1 or not vim.api.nvim_buf_is_loaded(buf) or #vim.fn.win_findbuf(buf) > 0 then
    return
  end
  vim.api.nvim_buf_call(buf, function()
    vim.cmd("silent noautocmd write")
  end)
  vim.api.nvim_buf_delete(buf, { unload = true })
end

---@param change lsp.TextDocumentEdit
---@return string? why
---@return integer? buf
local function refusal(change)
  local name = vim.fs.basename(vim.uri_to_fname(change.textDocument.uri))
  local buf = vim.fn.bufnr(vim.uri_to_fname(change.textDocument.uri))
  if buf == -1 or not vim.api.nvim_buf_is_loaded(buf) then
    return nil, nil
  end
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

--- The new files of an edit, and the rest of it. A file is made with its bytes as they are: an empty
--- buffer has a line of its own that would stay behind the text.
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

--- Make files that are not there yet; nothing is ever overwritten.
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

---@param _ lsp.ResponseError?
---@param params lsp.ApplyWorkspaceEditParams
---@param ctx lsp.HandlerContext
---@return lsp.ApplyWorkspaceEditResult
function M.on_apply_edit(_, params, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local created, rest = split(params.edit)
  local touched, unseen = {}, {}
  for _, change in ipairs(rest.documentChanges) do
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
  local made, failed = make(created)
  local ok = failed == nil
  if ok then
    vim.tbl_map(break_undo, touched)
    ok, failed = pcall(vim.lsp.util.apply_workspace_edit, rest, client.offset_encoding)
    vim.tbl_map(break_undo, touched)
  end
  if ok then
    ok, failed = pcall(vim.tbl_map, save_unseen, unseen)
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
  return { applied = ok, failureReason = not ok and tostring(failed) or nil }
end

return M
