--- Completion of the chat for blink.cmp and nvim-cmp. It offers the same as `omnifunc`, in the form
--- that these plugins need.
local M = {}

local complete = require("tierwise.chat.complete")

M.TRIGGERS = { "@", "/" }

--- True if a buffer is a chat. These sources offer nothing elsewhere.
---@param buf? integer
---@return boolean
function M.enabled(buf)
  ---@type { of: fun(buf: integer): table? }?
  local chat = package.loaded["tierwise.chat"]
  return chat ~= nil and chat.of(buf or vim.api.nvim_get_current_buf()) ~= nil
end

--- The completions of a line, as items of the protocol.
---@param line string
---@param row integer from 0
---@param col integer bytes before the cursor
---@return lsp.CompletionItem[]
local function items(line, row, col)
  local before = line:sub(1, col)
  local at = complete.start(before)
  if not at then
    return {}
  end
  local kinds = vim.lsp.protocol.CompletionItemKind
  return vim.tbl_map(function(found)
    local label = vim.trim(found.word)
    return {
      label = label,
      filterText = label,
      kind = label:find("^/") and kinds.Function or found.user_data and kinds.File or kinds.Keyword,
      labelDetails = { description = found.menu },
      insertTextFormat = vim.lsp.protocol.InsertTextFormat.PlainText,
      textEdit = {
        newText = found.word,
        range = {
          start = { line = row, character = vim.str_utfindex(line, "utf-16", at, false) },
          ["end"] = { line = row, character = vim.str_utfindex(line, "utf-16", col, false) },
        },
      },
    }
  end, complete.items(before:sub(at + 1), at == 0))
end

--- Call `done` with the completions at the cursor, once the files of the workspace are known.
---@param line string
---@param row integer from 0
---@param col integer bytes before the cursor
---@param done fun(items: lsp.CompletionItem[])
function M.offers(line, row, col, done)
  if not complete.start(line:sub(1, col)) then
    return done({})
  end
  complete.prepare(function()
    done(items(line, row, col))
  end)
end

return M
