--- Finds the fenced code blocks of an answer. Pure.
local M = {}

---@class tierwise.Block
---@field first integer row of the opening fence, from 1
---@field last integer row of the closing fence, or of the last line while it is open
---@field language string
---@field lines string[]

--- All blocks in a list of lines. A fence closes at one of the same character and length.
---@param lines string[]
---@return tierwise.Block[]
function M.all(lines)
  local found, open = {}, nil
  for row, line in ipairs(lines) do
    local indent, fence, info = line:match("^(%s*)(```+)%s*([^`]*)$")
    if not fence then
      indent, fence, info = line:match("^(%s*)(~~~+)%s*(.*)$")
    end
    if
      open
      and fence
      and fence:sub(1, 1) == open.fence:sub(1, 1)
      and #fence >= #open.fence
      and info == ""
    then
      open.block.last = row
      open = nil
    elseif open then
      local text = line
      if text:sub(1, #open.indent) == open.indent then
        text = text:sub(#open.indent + 1)
      end
      table.insert(open.block.lines, text)
      open.block.last = row
    elseif fence then
      local block = { first = row, last = row, language = info:match("^%S*"), lines = {} }
      table.insert(found, block)
      open = { fence = fence, indent = indent, block = block }
    end
  end
  return found
end

--- The block at a row, else the next one below, else the last one above.
---@param lines string[]
---@param row integer from 1
---@return tierwise.Block?
function M.near(lines, row)
  local above
  for _, block in ipairs(M.all(lines)) do
    if row <= block.last then
      return block
    end
    above = block
  end
  return above
end

return M
