--- `:Tierwise SUBCOMMAND ...`: parses the command line, runs the subcommand and completes words.
local M = {}

M.subs = require("tierwise.subcommands")

---@return string[] names sorted
function M.names()
  local names = vim.tbl_keys(M.subs)
  table.sort(names)
  return names
end

--- Run a subcommand by name.
---@param name string
---@param args string[]
---@param opts table as a command callback gets it, or part of it
function M.call(name, args, opts)
  local sub = M.subs[name]
  if not sub then
    local said = ("there is no subcommand %s. There are: %s."):format(name, table.concat(M.names(), ", "))
    return require("tierwise.say").error(said)
  end
  sub.run({
    buf = vim.api.nvim_get_current_buf(),
    args = args,
    rest = opts.rest or table.concat(args, " "),
    range = opts.range or 0,
    line1 = opts.line1 or 0,
    line2 = opts.line2 or 0,
    count = opts.count and opts.count > 0 and opts.count or tonumber(args[1]) or 1,
    bang = opts.bang or false,
  })
end

---@param opts vim.api.keyset.create_user_command.command_args
function M.run(opts)
  local name = opts.fargs[1]
  if not name then
    return M.menu(opts)
  end
  local rest = vim.trim((opts.args:gsub("^%s*%S+%s?", "")))
  M.call(name, vim.list_slice(opts.fargs, 2), {
    rest = rest,
    range = opts.range,
    line1 = opts.line1,
    line2 = opts.line2,
    bang = opts.bang,
  })
end

--- Let the operator choose a subcommand, for `:Tierwise` without one.
---@param opts table
function M.menu(opts)
  vim.ui.select(M.names(), {
    prompt = "Tierwise",
    format_item = function(name)
      return ("%-9s %s"):format(name, M.subs[name].about)
    end,
  }, function(name)
    if name then
      M.call(name, {}, { range = opts.range, line1 = opts.line1, line2 = opts.line2 })
    end
  end)
end

--- Complete subcommands, then the arguments of each.
---@param lead string
---@param line string
---@param pos integer
---@return string[]
function M.complete(lead, line, pos)
  local typed = line:sub(1, pos):gsub("^.-Tierwise!?%s*", "")
  local given = vim.split(typed, "%s+", { trimempty = true })
  if lead ~= "" then
    table.remove(given)
  end
  local candidates
  if #given == 0 then
    candidates = M.names()
  else
    local sub = M.subs[table.remove(given, 1)]
    if not sub then
      candidates = {}
    elseif sub.complete then
      candidates = sub.complete(given)
    elseif vim.startswith(lead, "@") then
      candidates = vim.tbl_map(function(item)
        return vim.trim(item.word)
      end, require("tierwise.chat.complete").items(lead, #given == 0))
    else
      candidates = {}
    end
  end
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, candidates)
end

return M
