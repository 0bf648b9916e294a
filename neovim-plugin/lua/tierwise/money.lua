--- Money as every client of Tierwise writes it.
local M = {}

--- Dollars as "$0.04"; "<$0.01" for anything above nothing and below a cent. Pure.
---@param usd number
---@return string
function M.dollars(usd)
  if usd > 0 and usd < 0.01 then
    return "<$0.01"
  end
  local cents = ("%.2f"):format(math.floor(usd * 100 + 0.5 + 1e-9) / 100)
  local whole, rest = cents:match("^(%d+)(%.%d+)$")
  whole = whole:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return "$" .. whole .. rest
end

--- Spend against a cap: "$1.20 of $5.00", or "$1.20, no cap". Pure.
---@param spent number
---@param cap number?
---@return string
function M.against(spent, cap)
  if cap == nil then
    return M.dollars(spent) .. ", no cap"
  end
  local share = cap > 0 and (" (%d %%)"):format(math.floor(spent / cap * 100 + 0.5)) or ""
  return ("%s of %s%s"):format(M.dollars(spent), M.dollars(cap), share)
end

return M
