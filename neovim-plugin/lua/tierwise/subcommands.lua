--- The table of subcommands of `:Tierwise`: arguments, completion, and the function of each.
---@class tierwise.Ctx
---@field buf integer
---@field args string[] the words after the subcommand
---@field rest string these words as one text, as typed
---@field range integer
---@field line1 integer
---@field line2 integer
---@field count integer
---@field bang boolean

---@class tierwise.Sub
---@field run fun(ctx: tierwise.Ctx)
---@field about string
---@field args? string its arguments, as the help shows them
---@field complete? fun(words: string[]): string[] candidates for the next word

local function later(module, fn, ...)
  local given = { ... }
  return function(ctx)
    return require(module)[fn](ctx.buf, unpack(given))
  end
end

---@param action string
---@return fun(ctx: tierwise.Ctx)
local function starts(action)
  return function(ctx)
    require("tierwise.ask").start(action, {
      buf = ctx.buf,
      command = ctx.range > 0 and ctx or nil,
      instruction = ctx.rest,
    })
  end
end

---@param way "ask"|"open"
---@return fun(ctx: tierwise.Ctx)
local function chats(way)
  return function(ctx)
    require("tierwise.chat.asking")[way](ctx)
  end
end

---@param ... string|fun(): string[]
local function words(...)
  local places = { ... }
  return function(given)
    local place = places[#given + 1]
    if type(place) == "function" then
      return place()
    end
    return place and vim.split(place, " ") or {}
  end
end

local function tiers()
  return require("tierwise.client").tiers()
end

---@param ... string
local function tiers_and(...)
  local more = { ... }
  return function()
    return vim.list_extend(vim.deepcopy(more), tiers())
  end
end

local ACTIONS = table.concat(
  vim.tbl_map(function(action)
    return action.name
  end, require("tierwise.actions")),
  " "
)

local PARTS = { "hunk", "file", "all" }

---@param ctx tierwise.Ctx
---@param names string[]
---@param of string
---@return boolean
local function known(ctx, names, of)
  if vim.tbl_contains(names, ctx.args[1]) then
    return true
  end
  local said = ("%s is one of %s."):format(of, table.concat(names, ", "))
  require("tierwise.say").error(ctx.args[1] and ctx.args[1] .. ": " .. said or said)
  return false
end

---@param action "apply"|"discard"
---@return fun(ctx: tierwise.Ctx)
local function resolves(action)
  return function(ctx)
    if ctx.args[1] == nil or known(ctx, PARTS, "what is meant") then
      require("tierwise.resolve").run(ctx.buf, action, ctx.args[1])
    end
  end
end

---@param way 1|-1
---@return fun(ctx: tierwise.Ctx)
local function goes(way)
  return function(ctx)
    require("tierwise.preview.cursor").go(ctx.buf, way * math.max(1, ctx.count))
  end
end

---@type table<string, tierwise.Sub>
local subs = {
  ask = {
    run = chats("ask"),
    args = "{question}",
    about = "ask about the selection; the answer is in the chat",
  },
  chat = { run = chats("open"), args = "[prompt]", about = "open the chat; with ! a new one" },
  apply = {
    run = resolves("apply"),
    args = "[hunk|file|all]",
    complete = words(table.concat(PARTS, " ")),
    about = "apply the hunk at the cursor, those of this file, or all",
  },
  discard = {
    run = resolves("discard"),
    args = "[hunk|file|all]",
    complete = words(table.concat(PARTS, " ")),
    about = "discard the hunk at the cursor, those of this file, or all",
  },
  undo = { run = later("tierwise.resolve", "undo"), about = "take a whole applied task back, all its files" },
  next = {
    run = goes(1),
    args = "[count]",
    about = "move to the next hunk",
  },
  prev = {
    run = goes(-1),
    args = "[count]",
    about = "move to the previous hunk",
  },
  list = {
    run = function()
      require("tierwise.preview.list").all()
    end,
    about = "everything proposed or running, in the quickfix list",
  },
  diff = {
    run = function(ctx)
      local preview = require("tierwise.preview.cursor").at(ctx.buf)
      if not preview then
        return require("tierwise.say").info("nothing is proposed.")
      end
      require("tierwise.preview.tab").show(preview, ctx.buf)
    end,
    about = "the proposal side by side, in a tab",
  },
  retry = {
    run = function(ctx)
      require("tierwise.resolve").retry(ctx.buf, ctx.args[1] or "same")
    end,
    args = "[up|same|TIER]",
    complete = words(tiers_and("up", "same")),
    about = "redo the task, one tier up or on a tier",
  },
  use = {
    run = function(ctx)
      if known(ctx, tiers(), "a tier") then
        require("tierwise.routing").use(ctx.buf, ctx.args[1])
      end
    end,
    args = "TIER",
    complete = words(tiers),
    about = "let this task be answered by a tier",
  },
  pin = {
    run = function(ctx)
      if #ctx.args == 0 then
        return require("tierwise.routing").pins(ctx.buf)
      end
      if known(ctx, vim.list_extend({ "auto" }, tiers()), "a tier") then
        require("tierwise.routing").pin(ctx.buf, ctx.args[1], ctx.args[2], ctx.args[3])
      end
    end,
    args = "[TIER|auto] [session|project|file|action|conversation] [ACTION]",
    complete = words(tiers_and("auto"), "session project file action conversation", ACTIONS),
    about = "pin a tier for a scope, auto clears; alone: what is pinned",
  },
  unpin = {
    run = later("tierwise.routing", "unpin"),
    about = "take a pin off: the one there is, or the one that is chosen",
  },
  remap = {
    run = function(ctx)
      if known(ctx, tiers(), "a tier") then
        local to = ctx.args[2] or "auto"
        if to == "auto" or vim.tbl_contains(tiers(), to) then
          return require("tierwise.routing").remap(ctx.buf, ctx.args[1], to)
        end
        require("tierwise.say").error(to .. ": a tier is one of " .. table.concat(tiers(), ", ") .. ".")
      end
    end,
    args = "FROM TO|auto",
    complete = words(tiers, tiers_and("auto")),
    about = "whatever is routed to one tier, give to another",
  },
  dial = {
    run = function(ctx)
      local dial = require("tierwise.dial")
      if #ctx.args == 0 then
        return dial.show(ctx.buf)
      end
      if known(ctx, dial.SETTINGS, "a setting") then
        dial.turn(ctx.buf, ctx.args[1])
      end
    end,
    args = "[save|balanced|right]",
    complete = words("save balanced right"),
    about = "what to do when unsure: save money, or be right first time; alone: what each would have meant",
  },
  why = { run = later("tierwise.routing", "why"), about = "why this tier: reasons, estimate, forecast" },
  rate = {
    run = function(ctx)
      if ctx.args[1] == nil or known(ctx, { "weak", "right", "cheaper" }, "a rating") then
        require("tierwise.routing").rate(ctx.buf, ctx.args[1])
      end
    end,
    args = "[weak|right|cheaper]",
    complete = words("weak right cheaper"),
    about = "say whether the tier was right, too weak, or dearer than needed; the router learns from it",
  },
  budget = { run = later("tierwise.budget", "show"), about = "what is spent, of which cap" },
  raise = {
    run = function(ctx)
      require("tierwise.budget").raise(ctx.buf, ctx.args[1] or "", ctx.args[2])
    end,
    args = "USD [day|project]",
    complete = words("1 2 5", "day project"),
    about = "raise the cap that was reached, or the one named, for its day or period",
  },
  resume = {
    run = function(ctx)
      require("tierwise.budget").resume(ctx.buf, ctx.args[1] == "anyway")
    end,
    args = "[anyway]",
    complete = words("anyway"),
    about = "go on; anyway lets the paused task run beyond the budget",
  },
  stop = {
    run = function(ctx)
      require("tierwise.resolve").stop(ctx.buf, ctx.bang or ctx.args[1] == "all")
    end,
    args = "[all]",
    complete = words("all"),
    about = "stop the task at hand, or all that run",
  },
  queue = {
    run = function(ctx)
      local queue = require("tierwise.queue")
      if #ctx.args == 0 or known(ctx, queue.WAYS, "what is meant") then
        queue.run(ctx)
      end
    end,
    args = "[add {instruction}|report|apply [GROUP]|undo [GROUP]|cancel [GROUP]]",
    complete = words("add report apply undo cancel", function()
      return require("tierwise.queue").groups()
    end),
    about = "queue the selection or file for tonight; list what became of it; apply, take back or "
      .. "give up the group at the cursor of that list, or the newest",
  },
  history = {
    run = function(ctx)
      require("tierwise.history").show(ctx.buf)
    end,
    about = "past tasks: pick one to see what came back, and why",
  },
  keys = { run = later("tierwise.preview.keys", "show"), about = "which keys there are, here and in a chat" },
  report = {
    run = function(ctx)
      local history = require("tierwise.history")
      if ctx.args[1] == "open" or ctx.args[1] == "demo" then
        return history.open_report(ctx.buf, ctx.args[1] == "demo")
      end
      history.report(ctx.buf)
    end,
    args = "[open|demo]",
    complete = words("open demo"),
    about = "spend by tier and what the routing saved; open: the whole report as a page",
  },
  log = { run = later("tierwise.health", "log"), about = "open the server's log" },
  health = {
    run = function()
      vim.cmd.checkhealth("tierwise")
    end,
    about = "check the set-up",
  },
  install = {
    run = function()
      require("tierwise.install").run()
    end,
    about = "install the server into the plugin's own Python environment",
  },
  restart = {
    run = function()
      require("tierwise.client").restart()
    end,
    about = "start the server anew",
  },
}

for _, action in ipairs(require("tierwise.actions")) do
  -- The action `chat` has subcommands of its own above.
  if not subs[action.name] then
    subs[action.name] = { run = starts(action.name), args = action.args, about = action.about }
  end
end

return subs
