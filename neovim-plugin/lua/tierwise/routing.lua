--- Shows which tier answers and why, and lets the operator choose another one.
local M = {}

local say = require("tierwise.say")

---@param tier string
local function label(tier)
  return tier:sub(1, 1):upper() .. tier:sub(2)
end

--- A decision as lines of markdown: the server's page. Pure.
---@param decision tierwise.Decision
---@return string[]
function M.explained(decision)
  return vim.split(vim.trim(decision.page or ("**" .. decision.shown.sentence .. "**")), "\n")
end

---@param buf integer
function M.why(buf)
  local task = require("tierwise.tasks").current(buf)
  if not task then
    return say.info("nothing was asked yet.")
  end
  require("tierwise.client").request(
    buf,
    "tierwise/route/explain",
    { taskId = task.taskId },
    function(decision)
      local lines = M.explained(decision)
      table.insert(
        lines,
        2,
        ("%s · %s · %s"):format(
          task.action,
          require("tierwise.tasks").said(task.state),
          require("tierwise.money").cost(task.costUsd or 0, task.rehearsal)
        )
      )
      require("tierwise.window").float("Why " .. label(decision.answering), lines)
    end
  )
end

---@param buf integer
---@param params table
---@param done string the message to show after it
local function override(buf, params, done)
  require("tierwise.client").request(buf, "tierwise/route/override", params, function()
    say.info(done)
  end)
end

--- Move the current task to another tier. If it is over, it is redone there.
---@param buf integer
---@param tier string
function M.use(buf, tier)
  local task = require("tierwise.tasks").current(buf)
  if not task then
    return say.info("there is no task. Begin an instruction with @" .. tier .. " instead.")
  end
  require("tierwise.client").request(
    buf,
    "tierwise/route/override",
    { scope = "task", taskId = task.taskId, to = tier }
  )
end

M.SCOPES = { "session", "project", "file", "action", "conversation" }

--- Pin a tier for a scope, or clear it with "auto".
---@param buf integer
---@param tier string
---@param scope? string
---@param action? string
function M.pin(buf, tier, scope, action)
  scope = scope or "session"
  if not vim.tbl_contains(M.SCOPES, scope) then
    return say.error(scope .. ": a scope is one of " .. table.concat(M.SCOPES, ", ") .. ".")
  end
  local params, what = { scope = scope, to = tier }, scope
  if scope == "file" then
    if not require("tierwise.buffers").is_file(buf) then
      return say.error("pin for a file from a window that shows one.")
    end
    params.uri = vim.uri_from_bufnr(buf)
    what = vim.fs.basename(vim.api.nvim_buf_get_name(buf))
  elseif scope == "action" then
    if not action then
      return say.error("name the action, as in :Tierwise pin " .. tier .. " action review")
    end
    params.action, what = action, action
  elseif scope == "conversation" then
    local chat = require("tierwise.chat").of(buf) or require("tierwise.chat").latest()
    if not chat then
      return say.error("there is no chat to pin a tier for.")
    end
    params.conversationId, what = chat.id, "this chat"
  end
  local done = tier == "auto" and ("%s: the router chooses again."):format(what)
    or ("%s: %s answers."):format(what, label(tier))
  override(buf, params, done)
end

--- What a choice is about, for the operator. Pure.
---@param choice { scope: string, key: string, tier: string }
---@return string
local function about(choice)
  if choice.scope == "file" then
    return vim.fs.basename(vim.uri_to_fname(choice.key))
  end
  return choice.scope == "action" and choice.key or "this " .. choice.scope
end

--- Take a pin off: the one there is, else the one that the operator picks.
---@param buf integer
function M.unpin(buf)
  ---@param choice? { scope: string, key: string, tier: string }
  local function clear(choice)
    if choice then
      local names = { file = "uri", action = "action", conversation = "conversationId" }
      local params = { scope = choice.scope, to = "auto" }
      if names[choice.scope] then
        params[names[choice.scope]] = choice.key
      end
      override(buf, params, ("%s: the router chooses again."):format(about(choice)))
    end
  end
  require("tierwise.client").request(buf, "tierwise/route/choices", vim.empty_dict(), function(result)
    local pins = vim.tbl_filter(function(choice)
      return choice.scope ~= "tier"
    end, result.choices)
    if #pins == 0 then
      return say.info("nothing is pinned.")
    elseif #pins == 1 then
      return clear(pins[1])
    end
    vim.ui.select(pins, {
      prompt = "Tierwise: unpin which?",
      format_item = function(choice)
        return ("%s: %s"):format(about(choice), label(choice.tier))
      end,
    }, clear)
  end)
end

---@param buf integer
---@param from string
---@param to string
function M.remap(buf, from, to)
  local done = (to == "auto" or to == from)
      and ("what is routed to %s goes to %s."):format(label(from), label(from))
    or ("what is routed to %s goes to %s."):format(label(from), label(to))
  override(buf, { scope = "tier", from = from, to = to == from and "auto" or to }, done)
end

--- Show the choices in force in this window.
---@param buf integer
function M.pins(buf)
  require("tierwise.client").request(buf, "tierwise/route/choices", vim.empty_dict(), function(result)
    local lines = {}
    for _, choice in ipairs(result.choices) do
      local key = choice.key:find("^file:") and vim.fn.fnamemodify(vim.uri_to_fname(choice.key), ":.")
        or choice.key
      if choice.scope == "tier" then
        lines[#lines + 1] = ("- remap %s to **%s**"):format(label(key), label(choice.tier))
      elseif choice.scope == "session" or choice.scope == "project" then
        lines[#lines + 1] = ("- %s: **%s**"):format(choice.scope, label(choice.tier))
      else
        lines[#lines + 1] = ("- %s %s: **%s**"):format(choice.scope, key, label(choice.tier))
      end
    end
    if #lines == 0 then
      lines = { "Nothing is pinned: the router chooses.", "", "`:Tierwise pin sonnet [scope]` pins a tier." }
    end
    require("tierwise.window").float("Pins", lines)
  end)
end

---@class tierwise.Rating
---@field word string as it is typed
---@field name "tooWeak"|"fine"|"overkill" as the server calls it
---@field said string a sentence, with the tier in it

---@type tierwise.Rating[]
M.RATINGS = {
  { word = "weak", name = "tooWeak", said = "%s was too weak" },
  { word = "right", name = "fine", said = "%s was right" },
  { word = "cheaper", name = "overkill", said = "a cheaper tier than %s would have done" },
}

--- Rate the tier of the current task. Without a word the operator chooses from a list.
---@param buf integer
---@param word? string
function M.rate(buf, word)
  local task = require("tierwise.tasks").current(buf)
  if not task then
    return say.info("there is no task to rate.")
  end
  local tier = label(task.decision.answering)
  ---@param rating tierwise.Rating?
  local function rate(rating)
    if not rating then
      return
    end
    local params = { taskId = task.taskId, rating = rating.name }
    require("tierwise.client").command(buf, "tierwise.route.rate", params, function()
      say.info(("noted for this task: %s."):format(rating.said:format(tier)))
    end)
  end
  if word then
    return rate(vim.iter(M.RATINGS):find(function(rating)
      return rating.word == word
    end))
  end
  vim.ui.select(M.RATINGS, {
    prompt = "Tierwise: was the tier right?",
    format_item = function(rating)
      return rating.said:format(tier)
    end,
  }, rate)
end

return M
