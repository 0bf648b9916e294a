--- Which words of a changed line changed. Pure but for Neovim's own diff.
local M = {}

---@type fun(a: string, b: string, opts: table): integer[][]
local diff = vim.text and vim.text.diff or vim.diff

--- Lines that share less than this are not compared word by word: everything changed.
M.SAME_AT_LEAST = 0.3
--- Bytes of a line from which it is not compared: a minified file is no prose.
M.LONGEST = 2000

---@alias tierwise.Spans integer[][] each {from, to}: bytes from 0, half-open

--- Words, runs of spaces, and single other characters.
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

--- What changed between two lines; nil where they have too little in common.
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

--- The stretches in which two lists of lines differ, as {old first, old count, new first, new
--- count}, from 1; a first with count 0 is the line before, as diff counts.
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
