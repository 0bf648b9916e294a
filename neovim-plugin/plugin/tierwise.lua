if vim.g.loaded_tierwise then
  return
end
vim.g.loaded_tierwise = true

if vim.fn.has("nvim-0.11") == 0 then
  vim.api.nvim_create_user_command("Tierwise", function()
    local v = vim.version()
    vim.notify(
      ("Tierwise: the plugin needs Neovim 0.11 or newer, this is %d.%d.%d."):format(v.major, v.minor, v.patch)
        .. " Its server works here through vim.lsp.start: see :h tierwise-0.10.",
      vim.log.levels.ERROR
    )
  end, { nargs = "*", range = true, bang = true, desc = "Tierwise (needs Neovim 0.11)" })
  return
end

vim.g.tierwise_status = "Tierwise"

vim.api.nvim_create_user_command("Tierwise", function(opts)
  require("tierwise.command").run(opts)
end, {
  nargs = "*",
  range = true,
  bang = true,
  bar = false,
  desc = "Tierwise: ask, edit, review, apply; :h tierwise-commands",
  complete = function(lead, line, pos)
    return require("tierwise.command").complete(lead, line, pos)
  end,
})

-- On a selection the command takes the marks of it; as an operator the same words follow `.`.
-- The list is written here and not read from the table of actions, so that nothing is loaded at start.
local on_selection = { "ask", "edit", "explain", "fix", "document", "test", "refactor", "review" }
for _, name in ipairs(on_selection) do
  local plug = "<Plug>(Tierwise" .. name:sub(1, 1):upper() .. name:sub(2) .. ")"
  vim.keymap.set("n", plug, "<Cmd>Tierwise " .. name .. "<CR>", { desc = "Tierwise: " .. name })
  vim.keymap.set("x", plug, ":Tierwise " .. name .. "<CR>", { desc = "Tierwise: " .. name, silent = true })
  vim.keymap.set("n", plug:gsub("%)$", "Operator)"), function()
    return require("tierwise.operator").start(name)
  end, { expr = true, desc = "Tierwise: " .. name .. " over a motion" })
end

for plug, action in pairs({
  Chat = "chat",
  Stop = "stop",
  Why = "why",
  Next = "next",
  Prev = "prev",
  ApplyHunk = "apply",
  ApplyAll = "apply all",
  DiscardHunk = "discard",
  DiscardAll = "discard all",
  Retry = "retry up",
  Undo = "undo",
  List = "list",
  Diff = "diff",
}) do
  vim.keymap.set("n", "<Plug>(Tierwise" .. plug .. ")", function()
    return require("tierwise.operator").repeatable(action)
  end, { expr = true, desc = "Tierwise: " .. action })
end

local group = vim.api.nvim_create_augroup("tierwise", {})
vim.api.nvim_create_autocmd("BufWritePost", {
  group = group,
  desc = "Tierwise: know a buffer that became a file",
  callback = function(event)
    local client = package.loaded["tierwise.client"]
    if client then
      client.written(event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd("BufWinEnter", {
  group = group,
  desc = "Tierwise: show what is proposed for this file",
  callback = function(event)
    local preview = package.loaded["tierwise.preview"]
    if preview then
      preview.entered(event.buf)
    end
  end,
})
