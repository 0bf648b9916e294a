--- Keys of a buffer while a proposal is open in it; what they shadowed comes back afterwards.
local M = {}

local ORDER = {
  { "apply", "apply", "apply" },
  { "discard", "discard", "discard" },
  { "apply_all", "apply all", "apply", "all" },
  { "discard_all", "discard all", "discard", "all" },
  { "next", "next", "next" },
  { "prev", "prev", "prev" },
  { "diff", "side by side", "diff" },
  { "retry", "redo", "retry", "up" },
}

---@type table<integer, table[]>
local saved = {}

---@param lhs string
---@return string as typed on this keyboard
local function shown(lhs)
  local leader = vim.g.maplocalleader or "\\"
  return (lhs:gsub("<[lL]ocal[lL]eader>", leader == " " and "<Space>" or leader))
end

--- The hint line: every key that works here and what it does.
---@return tierwise.Chunk[]
function M.hint()
  local keys, chunks = require("tierwise.config").get().keys, {}
  for _, item in ipairs(ORDER) do
    local lhs = keys[item[1]]
    if lhs and item[1] ~= "prev" then
      chunks[#chunks + 1] = { (#chunks > 0 and "  " or "") .. shown(lhs), "TierwiseSign" }
      chunks[#chunks + 1] = { " " .. item[2], "TierwiseHint" }
    end
  end
  return chunks
end

---@param buf integer
function M.set(buf)
  if saved[buf] then
    return
  end
  saved[buf] = {}
  local keys = require("tierwise.config").get().keys
  for _, item in ipairs(ORDER) do
    local lhs = keys[item[1]]
    if lhs then
      local before = vim.api.nvim_buf_call(buf, function()
        return vim.fn.maparg(lhs:gsub("<[lL]ocal[lL]eader>", vim.g.maplocalleader or "\\"), "n", false, true)
      end)
      table.insert(saved[buf], { lhs = lhs, before = before.buffer == 1 and before or nil })
      vim.keymap.set("n", lhs, function()
        local subcommand = table.concat({ item[3], item[4] }, " ")
        return require("tierwise.operator").repeatable(subcommand)
      end, { buffer = buf, expr = true, nowait = true, desc = "Tierwise: " .. item[2] })
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
    pcall(vim.keymap.del, "n", key.lhs, { buffer = buf })
    if key.before then
      vim.api.nvim_buf_call(buf, function()
        vim.fn.mapset("n", false, key.before)
      end)
    end
  end
end

return M
