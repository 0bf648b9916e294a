--- Starts tasks: finds the selection and the attached files, and sends them to the server.
local M = {}

--- The properties of each action, by its name.
---@type table<string, tierwise.Action>
M.actions = {}
for _, action in ipairs(require("tierwise.actions")) do
  M.actions[action.name] = action
end

---@class tierwise.AskOpts
---@field buf integer
---@field range? lsp.Range
---@field command? { range: integer, line1: integer, line2: integer }
---@field marks? { [1]: string, [2]: string, [3]: tierwise.Mode }
---@field instruction? string
---@field tier? string
---@field conversation? string

---@param range lsp.Range
---@param buf integer
---@return table[] diagnostics on the lines of the range
local function diagnostics(buf, range)
  local found = {}
  ---@type table<integer, string>
  local names = { "error", "warning", "information", "hint" }
  for _, item in ipairs(vim.diagnostic.get(buf)) do
    if item.lnum >= range.start.line and item.lnum <= range["end"].line then
      table.insert(found, {
        path = vim.fs.basename(vim.api.nvim_buf_get_name(buf)),
        line = item.lnum + 1,
        severity = names[item.severity] or "error",
        code = item.code,
        message = item.message,
      })
    end
  end
  return found
end

---@param opts tierwise.AskOpts
---@param encoding string
---@return lsp.Range
local function range_of(opts, encoding)
  local range = require("tierwise.range")
  if opts.range then
    return opts.range
  elseif opts.marks then
    return range.marks(opts.buf, opts.marks[1], opts.marks[2], opts.marks[3], encoding)
  elseif opts.command then
    local given = range.of_command(opts.buf, opts.command, encoding)
    if given then
      return given
    end
  end
  local win = vim.fn.bufwinid(opts.buf)
  return range.cursor(win ~= -1 and win or 0, encoding)
end

--- Start a task. If the action needs an instruction and has none, `vim.ui.input` asks for it.
---@param action string
---@param opts tierwise.AskOpts
function M.start(action, opts)
  local words = opts.instruction or ""
  local buffers = require("tierwise.buffers")
  if action ~= "commit" and not buffers.is_file(opts.buf) then
    local said = "%s: %s. :Tierwise ask asks about anything."
    return require("tierwise.say").warn(said:format(action, buffers.why_not(opts.buf)))
  end
  require("tierwise.client").with(opts.buf, function(client)
    -- The range is read before any question, because a question moves marks and cursor.
    local range = range_of(opts, client.offset_encoding)
    if action == "commit" then
      require("tierwise.commit").with_diff(opts.buf, words, function(instruction)
        M.send(client, action, opts, range, words, instruction)
      end)
    elseif words == "" and M.actions[action].needs_words then
      vim.ui.input({ prompt = "Tierwise " .. action .. ": " }, function(typed)
        if typed and vim.trim(typed) ~= "" then
          M.send(client, action, opts, range, typed)
        end
      end)
    else
      M.send(client, action, opts, range, words)
    end
  end)
end

---@param client vim.lsp.Client
---@param action string
---@param opts tierwise.AskOpts
---@param range lsp.Range
---@param words string the instruction as typed, which the chat shows
---@param instruction? string the instruction to send, if it differs
function M.send(client, action, opts, range, words, instruction)
  local uri = vim.uri_from_bufnr(opts.buf)
  local named = require("tierwise.buffers").is_file(opts.buf)
  local empty = vim.deep_equal(range.start, range["end"])
  if action == "review" and empty then
    range = require("tierwise.range").lines(opts.buf, 1, math.huge, client.offset_encoding)
  end
  local params = {
    action = action,
    instruction = instruction or words,
    tier = opts.tier,
    taskId = require("tierwise.client").new_id(),
    textDocument = named and { uri = uri } or nil,
    range = named and action ~= "commit" and range or nil,
    files = require("tierwise.chat.mentions").files(words),
  }
  if named and M.actions[action].takes_diagnostics then
    params.diagnostics = diagnostics(opts.buf, range)
    if vim.tbl_isempty(params.diagnostics) then
      params.diagnostics = nil
    end
  end
  if not M.actions[action].edits then
    params.conversationId = require("tierwise.chat").begin(params, opts.buf, words)
  end
  client:request("tierwise/task/start", params, function(err, result)
    if err then
      require("tierwise.chat.answer").refused(params.taskId, err.message)
      require("tierwise.say").error(err.message)
    else
      M.last = result.taskId
    end
  end)
end

return M
