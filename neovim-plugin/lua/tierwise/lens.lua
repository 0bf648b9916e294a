--- Enables the server's code lenses, so that the default keys (`grx` in 0.12) run them.
local M = {}

--- Show lenses in a buffer. Neovim 0.12 refreshes them by itself, 0.11 must be told when to ask.
---@param buf integer
function M.attach(buf)
  if not require("tierwise.config").get().codelens then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buf })
  else
    M.refresh(buf)
  end
end

--- Refresh the lenses after a change of a task. Neovim 0.11 needs this, because it does not tell
--- the server that it can be asked to refresh.
---@param buf integer
function M.refresh(buf)
  if vim.lsp.codelens.enable or not require("tierwise.config").get().codelens then
    return
  end
  vim.lsp.codelens.refresh({ bufnr = buf })
end

return M
