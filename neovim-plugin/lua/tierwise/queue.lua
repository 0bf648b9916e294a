--- The night queue: queues the selection or the file, shows the results, and applies, undoes or
--- cancels a group.
local M = {}

M.WAYS = { "add", "report", "apply", "undo", "cancel" }
local TITLE = "Tierwise queue · :Tierwise queue apply, undo or cancel means the group at the cursor"

local say = require("tierwise.say")

--- The ids of the groups in the last list, newest first.
---@type string[]
local listed = {}

---@param buf integer
---@param method string
---@param params table
---@param done? fun(result: any)
local function ask(buf, method, params, done)
  require("tierwise.client").request(buf, "tierwise/queue/" .. method, params, done)
end

---@return string[]
function M.groups()
  return listed
end

--- The quickfix items of a report: for each group its line, then its jobs. Pure.
---@param groups table[]
---@return table[]
function M.items(groups)
  local items = {}
  for _, group in ipairs(groups) do
    items[#items + 1] = { text = group.id .. "  " .. group.line, valid = 0, user_data = { group = group.id } }
    for _, job in ipairs(group.jobs) do
      items[#items + 1] = {
        filename = vim.uri_to_fname(job.uri),
        lnum = (job.line or 0) + 1,
        text = job.said,
        user_data = { group = group.id },
      }
    end
  end
  return items
end

--- Queue a task on the selected lines, else on the whole file, for tonight.
---@param ctx tierwise.Ctx
---@param instruction string
local function add(ctx, instruction)
  local buffers = require("tierwise.buffers")
  if instruction == "" then
    return say.error("say what is to be done: :Tierwise queue add {instruction}")
  elseif not buffers.is_file(ctx.buf) then
    return say.warn(("queue: %s."):format(buffers.why_not(ctx.buf)))
  end
  require("tierwise.client").with(ctx.buf, function(client)
    ask(ctx.buf, "add", {
      action = "edit",
      instruction = instruction,
      textDocuments = { { uri = vim.uri_from_bufnr(ctx.buf) } },
      range = require("tierwise.range").of_command(ctx.buf, ctx, client.offset_encoding),
    })
  end)
end

--- True if the quickfix list shows the queue.
---@return boolean
local function shown()
  return vim.fn.getqflist({ title = 1 }).title == TITLE
end

--- List the groups with their jobs. Their proposals are shown when their files are opened.
---@param buf integer
---@param again? boolean whether the list is shown already and only its content is replaced
function M.report(buf, again)
  ask(buf, "report", vim.empty_dict(), function(result)
    listed = vim.tbl_map(function(group)
      return group.id
    end, result.groups)
    if #listed == 0 and not again then
      return say.info("the queue is empty. :Tierwise queue add {instruction} queues this file for tonight.")
    end
    local how = shown() and "r" or " "
    vim.fn.setqflist({}, how, { title = TITLE, items = M.items(result.groups) })
    if not again then
      vim.cmd("botright copen")
    end
  end)
end

--- The group at the cursor, if the current window shows the queue's list.
---@return string?
local function at_cursor()
  if vim.bo.buftype ~= "quickfix" or not shown() then
    return nil
  end
  local item = vim.fn.getqflist()[vim.api.nvim_win_get_cursor(0)[1]]
  return item and vim.tbl_get(item, "user_data", "group")
end

--- Refresh the list if it is shown, because a group changed.
---@param buf integer
local function refresh(buf)
  if shown() and vim.fn.getqflist({ winid = 1 }).winid ~= 0 then
    M.report(buf, true)
  end
end

---@param count integer
---@param noun string
---@return string
local function several(count, noun)
  return ("%d %s%s"):format(count, noun, count == 1 and "" or "s")
end

--- Tell how many jobs of a group were changed, and why the others were left, each reason once.
---@param result { applied: string[], left: { reason: string }[] }
---@param done string
local function resolved(result, done)
  local reasons = {}
  for _, left in ipairs(result.left) do
    if not vim.tbl_contains(reasons, left.reason) then
      reasons[#reasons + 1] = left.reason
    end
  end
  local rest = #reasons > 0 and (" %d left: %s"):format(#result.left, table.concat(reasons, " ")) or ""
  say.info(("%s %s.%s"):format(several(#result.applied, "proposal"), done, rest))
end

---@type table<string, fun(buf: integer, group: string)>
local acts = {
  apply = function(buf, group)
    ask(buf, "apply", { group = group, passed = true }, function(result)
      resolved(result, "applied")
      refresh(buf)
    end)
  end,
  undo = function(buf, group)
    ask(buf, "undo", { group = group }, function(result)
      resolved(result, "taken back")
      refresh(buf)
    end)
  end,
  cancel = function(buf, group)
    ask(buf, "cancel", { group = group }, function(count)
      say.info(several(count, "job") .. " given up.")
      refresh(buf)
    end)
  end,
}

--- Run `:Tierwise queue WAY`. Without an id it means the group at the cursor, else the newest.
---@param ctx tierwise.Ctx
function M.run(ctx)
  local way = ctx.args[1] or "report"
  if way == "add" then
    return add(ctx, vim.trim((ctx.rest:gsub("^%s*add", "", 1))))
  elseif way == "report" then
    return M.report(ctx.buf)
  end
  local group = ctx.args[2] or at_cursor()
  if group then
    return acts[way](ctx.buf, group)
  end
  ask(ctx.buf, "list", vim.empty_dict(), function(result)
    if #result.groups == 0 then
      return say.info("the queue is empty.")
    end
    acts[way](ctx.buf, result.groups[1].id)
  end)
end

return M
