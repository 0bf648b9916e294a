-- Read by `vim.lsp.enable("tierwise")`; extend it with `vim.lsp.config("tierwise", { ... })`.
return require("tierwise.client").config()
