--- Sets keys in a buffer while a proposal is open in it, and restores the shadowed ones afterwards.
---
--- The keys use no leader. If Space is both leaders, the operator could type `<localleader>d` or
--- `<localleader>r` as the start of a longer mapping, and so discard or pay by mistake. The keys
--- begin with `d`, which waits for a motion or a text object. None of these is named `o`, `q`, `=`
--- or `U`, so nothing is lost, and `do` has the same meaning in a diff. If the operator pauses
--- after the `d`, the rest of the key still works.
local M = {}

---@class tierwise.Key
---@field name string its name in the settings
---@field about string
---@field words string[] the subcommand it runs

---@type tierwise.Key[]
M.ORDER = {
  { name = "apply", about = "apply", words = { "apply" } },
  { name = "discard", about = "discard", words = { "discard" } },
  { name = "apply_all", about = "apply all", words = { "apply", "all" } },
  { name = "discard_all", about = "discard all", words = { "discard", "all" } },
  { name = "next", about = "next", words = { "next" } },
  { name = "prev", about = "previous", words = { "prev" } },
  { name = "diff", about = "side by side", words = { "diff" } },
  { name = "retry", about = "redo one tier up", words = { "retry", "up" } },
}

---@type table<integer, table[]>
local saved = {}

--- A key in the form in which it is shown to the operator.
---@param lhs string
---@return string
function M.shown(lhs)
  local function typed(leader)
    return leader == " " and "<Space>" or leader
  end
  lhs = lhs:gsub("<[lL]ocal[lL]eader>", typed(vim.g.maplocalleader or "\\"))
  return (lhs:gsub("<[lL]eader>", typed(vim.g.mapleader or "\\")))
end

--- Every key that works here and what it does, as chunks of text.
---@return tierwise.Chunk[][]
function M.hint()
  local keys, found = require("tierwise.config").get().keys, {}
  for _, item in ipairs(M.ORDER) do
    local lhs = keys[item.name]
    if lhs and item.name ~= "prev" then
      found[#found + 1] = { { M.shown(lhs), "TierwiseSign" }, { " " .. item.about, "TierwiseHint" } }
    end
  end
  return found
end

---@param lhs string
---@param mode? "n"|"o"
---@return table mapping as |maparg()| gives it; empty if there is none
local function mapped(lhs, mode)
  lhs = lhs:gsub("<[lL]ocal[lL]eader>", vim.g.maplocalleader or "\\")
  return vim.fn.maparg(lhs:gsub("<[lL]eader>", vim.g.mapleader or "\\"), mode or "n", false, true)
end

--- Map the rest of a key that begins with `d` for the time when Neovim waits for a motion. A
--- mapping of the operator's own stays.
---@param buf integer
---@param item tierwise.Key
---@param rest string
---@return table? key for `unset`
local function set_pending(buf, item, rest)
  local taken = vim.api.nvim_buf_call(buf, function()
    return mapped(rest, "o").lhs
  end)
  if taken then
    return nil
  end
  vim.keymap.set("o", rest, function()
    if vim.v.operator ~= "d" or vim.wo.diff then
      return rest
    end
    return "<Esc>" .. require("tierwise.operator").repeatable(table.concat(item.words, " "))
  end, { buffer = buf, expr = true, desc = "Tierwise: " .. item.about })
  return { lhs = rest, mode = "o" }
end

---@param buf integer
function M.set(buf)
  if saved[buf] then
    return
  end
  saved[buf] = {}
  local keys = require("tierwise.config").get().keys
  for _, item in ipairs(M.ORDER) do
    local lhs = keys[item.name]
    if lhs then
      local before = vim.api.nvim_buf_call(buf, function()
        return mapped(lhs)
      end)
      table.insert(saved[buf], { lhs = lhs, mode = "n", before = before.buffer == 1 and before or nil })
      local rest = lhs:match("^d(.)$")
      saved[buf][#saved[buf] + 1] = rest and set_pending(buf, item, rest) or nil
      vim.keymap.set("n", lhs, function()
        -- In a diff `do` gets the text of the other window, as usual.
        if lhs == "do" and vim.wo.diff then
          return lhs
        end
        return require("tierwise.operator").repeatable(table.concat(item.words, " "))
      end, { buffer = buf, expr = true, nowait = true, desc = "Tierwise: " .. item.about })
    end
  end
end

---@param buf integer
function M.unset(buf)
  local mine = saved[buf]
  saved[buf] = nil
  if not mine or not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  for _, key in ipairs(mine) do
    pcall(vim.keymap.del, key.mode, key.lhs, { buffer = buf })
    if key.before then
      vim.api.nvim_buf_call(buf, function()
        vim.fn.mapset("n", false, key.before)
      end)
    end
  end
end

--- All keys as lines of markdown: of proposals, of chats, and the `<Plug>` mappings.
---@param buf integer
---@return string[]
local function lines(buf)
  local keys = require("tierwise.config").get().keys
  local found = { "**Where something is proposed**" }
  local function row(lhs, about)
    found[#found + 1] = ("`%s`%s %s"):format(lhs, (" "):rep(10 - vim.api.nvim_strwidth(lhs)), about)
  end
  for _, item in ipairs(M.ORDER) do
    local lhs = keys[item.name]
    local other = lhs and not saved[buf] and mapped(lhs).lhs and ", over a mapping of yours" or ""
    row(lhs and M.shown(lhs) or "(none)", item.about .. other)
  end
  vim.list_extend(found, { "", "**In a chat**" })
  for _, key in ipairs(require("tierwise.chat.keys").keys()) do
    row(M.shown(key.lhs), key.about)
  end
  return vim.list_extend(found, {
    "`vim.g.tierwise.keys` and `.chat.keys` change them; `false` leaves one out.",
    "Everything has a `<Plug>(Tierwise...)` too: |tierwise-mappings|.",
  })
end

--- Show all keys.
---@param buf integer
function M.show(buf)
  require("tierwise.window").float("Keys", lines(buf))
end

return M
