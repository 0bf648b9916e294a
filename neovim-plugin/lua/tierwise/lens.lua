--- The server's code lenses, so that the stock keys (`grx` in 0.12) run them.
local M = {}

--- Show lenses in a buffer: Neovim 0.12 keeps them fresh, 0.11 is told when to ask.
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

--- 0.11 does not announce that a server may ask for a refresh, so a change of a task does.
---@param buf integer
function M.refresh(buf)
  if vim.lsp.codelens.enable or not require("tierwise.config").get().codelens then
    return
  end
  vim.lsp.codelens.refresh({ bufnr = buf })
end

return M
