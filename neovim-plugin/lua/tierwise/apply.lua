--- The server's edits: refused where a buffer is not what they were made for, else one undo block.
local M = {}

---@param buf integer
local function break_undo(buf)
  -- Setting the option to itself ends the current undo block (|undo-break|).
  vim.bo[buf].undolevels = vim.bo[buf].undolevels
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

---@param _ lsp.ResponseError?
---@param params lsp.ApplyWorkspaceEditParams
---@param ctx lsp.HandlerContext
---@return lsp.ApplyWorkspaceEditResult
function M.on_apply_edit(_, params, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local touched = {}
  for _, change in ipairs(params.edit.documentChanges or {}) do
    if change.textDocument then
      local why, buf = refusal(change)
      if why then
        return { applied = false, failureReason = why }
      end
      touched[#touched + 1] = buf
    end
  end
  vim.tbl_map(break_undo, touched)
  local ok, failed = pcall(vim.lsp.util.apply_workspace_edit, params.edit, client.offset_encoding)
  vim.tbl_map(break_undo, touched)
  return { applied = ok, failureReason = not ok and tostring(failed) or nil }
end

return M
