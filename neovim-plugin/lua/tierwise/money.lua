--- Writes amounts of money in the way that the server and all clients do.
local M = {}

local CENT = 1e7 -- nano-dollars

---@param nanos number
---@return string
local function dollars(nanos)
  local cents = math.floor((nanos + CENT / 2) / CENT)
  if cents == 0 and nanos > 0 then
    return "<$0.01"
  end
  local whole = ("%d"):format(math.floor(cents / 100))
  whole = whole:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return ("$%s.%02d"):format(whole, cents % 100)
end

---@param nanos number
---@return string
local function cents(nanos)
  if nanos == 0 then
    return "0¢"
  elseif nanos < 1000 then
    return "<0.0001¢"
  end
  local place = nanos >= 10 * CENT and CENT or 10 ^ math.max(0, math.floor(math.log10(nanos)) - 1)
  return ("%.10g¢"):format(math.floor((nanos + place / 2) / place) * place / CENT)
end

--- Several amounts of one sentence, all in the unit of the largest. Pure.
---@param ... number dollars
---@return string ...
function M.amounts(...)
  local nanos, large = {}, false
  for i, usd in ipairs({ ... }) do
    nanos[i] = math.floor(usd * 1e9 + 0.5)
    large = large or nanos[i] >= 99.5 * CENT
  end
  return unpack(vim.tbl_map(large and dollars or cents, nanos))
end

--- A single amount in a sentence: "0.04¢", "12¢", "$1.20". Pure.
---@param usd number
---@return string
function M.amount(usd)
  return (M.amounts(usd))
end

--- The cost of a task. For a rehearsal, which is free, it is what it would cost with a key. Pure.
---@param usd number
---@param rehearsal boolean?
---@return string
function M.cost(usd, rehearsal)
  if not rehearsal then
    return M.amount(usd)
  end
  return usd > 0 and ("0¢ (with a key: %s)"):format(M.amount(usd)) or "0¢"
end

--- The spent amount with its cap: "$1.20 of $5.00", or "$1.20, no cap". Pure.
---@param spent number
---@param cap number?
---@return string
function M.against(spent, cap)
  if cap == nil then
    return M.amount(spent) .. ", no cap"
  end
  local share = cap > 0 and (" (%d %%)"):format(math.floor(spent / cap * 100 + 0.5)) or ""
  local used, most = M.amounts(spent, cap)
  return ("%s of %s%s"):format(used, most, share)
end

return M
