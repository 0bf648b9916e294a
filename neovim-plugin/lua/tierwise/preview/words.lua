--- Finds the changed words of a changed line. Pure, except for Neovim's own diff.
local M = {}

---@type fun(a: string, b: string, opts: table): integer[][]
local diff = vim.text and vim.text.diff or vim.diff

--- Two lines that share a smaller part than this count as completely changed.
M.SAME_AT_LEAST = 0.3
--- A line with more bytes than this, as in a minified file, is not compared.
M.LONGEST = 2000

---@alias tierwise.Spans integer[][] each {from, to}: bytes from 0, half-open

--- Split a line into words, runs of spaces, and single other characters.
---@param line string
---@return string[] tokens
function M.tokens(line)
  local found, at = {}, 1
  while at <= #line do
    local stop = select(2, line:find("^[%w_\128-\255]+", at)) or select(2, line:find("^%s+", at)) or at
    found[#found + 1] = line:sub(at, stop)
    at = stop + 1
  end
  return found
end

---@param tokens string[]
---@param first integer
---@param count integer
---@param offsets integer[]
local function span(tokens, first, count, offsets)
  local last = first + count - 1
  return { offsets[first], offsets[last] + #tokens[last] }
end

---@param tokens string[]
---@return integer[] offset of each token
local function offsets_of(tokens)
  local at, found = 0, {}
  for i, token in ipairs(tokens) do
    found[i] = at
    at = at + #token
  end
  return found
end

--- The changed spans of two lines; nil if they have too little in common.
---@param old string
---@param new string
---@return tierwise.Spans? old_spans
---@return tierwise.Spans? new_spans
function M.between(old, new)
  if #old > M.LONGEST or #new > M.LONGEST then
    return nil, nil
  end
  local a, b = M.tokens(old), M.tokens(new)
  ---@type integer[][]
  local changes =
    diff(table.concat(a, "\n") .. "\n", table.concat(b, "\n") .. "\n", { result_type = "indices" })
  local offsets_a, offsets_b = offsets_of(a), offsets_of(b)
  local spans_a, spans_b, changed = {}, {}, 0
  for _, change in ipairs(changes) do
    if change[2] > 0 and #a > 0 then
      spans_a[#spans_a + 1] = span(a, change[1], change[2], offsets_a)
      changed = changed + spans_a[#spans_a][2] - spans_a[#spans_a][1]
    end
    if change[4] > 0 and #b > 0 then
      spans_b[#spans_b + 1] = span(b, change[3], change[4], offsets_b)
      changed = changed + spans_b[#spans_b][2] - spans_b[#spans_b][1]
    end
  end
  if changed > (1 - M.SAME_AT_LEAST) * (#old + #new) then
    return nil, nil
  end
  return spans_a, spans_b
end

--- The stretches in which two lists of lines differ, each {old first, old count, new first, new
--- count}. Lines count from 1. If a count is 0, its first is the line before, as in a diff.
---@param old string[]
---@param new string[]
---@return integer[][]
function M.stretches(old, new)
  if #old == 0 or #new == 0 then
    return { { #old > 0 and 1 or 0, #old, #new > 0 and 1 or 0, #new } }
  end
  return diff(table.concat(old, "\n") .. "\n", table.concat(new, "\n") .. "\n", { result_type = "indices" })
end

return M
