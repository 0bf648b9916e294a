--- The configuration: `vim.g.tierwise`, a table or a function that returns one, over the defaults.
--- If a value does not fit, a message says so and its default is used.
local M = {}

---@class tierwise.Config
---@field server tierwise.Config.Server
---@field settings table<string, any> settings of the server, in camelCase: budget, floors, remap, ...
---@field trusted boolean|fun(root: string?): boolean whether a workspace may be read and sent
---@field codelens boolean show the server's code lenses
---@field keys tierwise.Config.Keys
---@field preview tierwise.Config.Preview
---@field chat tierwise.Config.Chat

---@class tierwise.Config.Server
---@field cmd? string[] the server's command; default: the plugin's own, else `tierwise` on PATH
---@field env table<string, string> environment added to it
---@field python string the Python that `:Tierwise install` makes its environment with
---@field public package? string what `:Tierwise install` installs: a path or an address; default: what was shipped

---@class tierwise.Config.Keys
---@field apply string|false
---@field discard string|false
---@field apply_all string|false
---@field discard_all string|false
---@field retry string|false
---@field diff string|false
---@field next string|false
---@field prev string|false

---@class tierwise.Config.Preview
---@field hint boolean show the line that names the keys
---@field words boolean highlight what changed within a line
---@field jump boolean move to the first hunk when a proposal arrives and it is off screen
---@field growing boolean show hunks while the answer is still being written

---@class tierwise.Config.Chat
---@field position "right"|"left"|"bottom"|"tab"|"current"
---@field size number columns or lines of the chat window; below 1 a share of the editor
---@field keys table<string, string|false> by the names in `chat/keys.lua`; false for no key

---@type tierwise.Config
M.defaults = {
  server = { cmd = nil, env = {}, python = "python3", package = nil },
  settings = {},
  trusted = true,
  codelens = false,
  keys = {
    apply = "do",
    discard = "dq",
    apply_all = "dO",
    discard_all = "dQ",
    retry = "dU",
    diff = "d=",
    next = "]v",
    prev = "[v",
  },
  preview = { hint = true, words = true, jump = true, growing = true },
  chat = {
    position = "right",
    size = 0.42,
    keys = {
      again = "d.",
      up = "dU",
      propose = "do",
      insert = "dp",
      yank = "dy",
      why = "K",
      project = "g!",
      focus = "gV",
      new = "gN",
      history = "gH",
    },
  },
}

---@alias tierwise.Check fun(value: any): boolean

---@param ... string
---@return { said: string, holds: tierwise.Check }
local function any(...)
  local kinds = { ... }
  return {
    said = table.concat(kinds, " or "),
    holds = function(value)
      for _, kind in ipairs(kinds) do
        if type(value) == kind or (kind == "false" and value == false) then
          return true
        end
      end
      return false
    end,
  }
end

---@param ... string
local function one_of(...)
  local words = { ... }
  return {
    said = "one of " .. table.concat(words, ", "),
    holds = function(value)
      return vim.tbl_contains(words, value)
    end,
  }
end

local words = {
  said = "a list of strings",
  holds = function(value)
    return type(value) == "table"
      and vim.islist(value)
      and #value > 0
      and vim.iter(value):all(function(word)
        return type(word) == "string"
      end)
  end,
}

local positive = {
  said = "a positive number",
  holds = function(value)
    return type(value) == "number" and value > 0
  end,
}

local key = any("string", "false")

local schema = {
  server = { cmd = words, env = any("table"), python = any("string"), package = any("string") },
  settings = any("table"),
  trusted = any("boolean", "function"),
  codelens = any("boolean"),
  keys = {
    apply = key,
    discard = key,
    apply_all = key,
    discard_all = key,
    retry = key,
    diff = key,
    next = key,
    prev = key,
  },
  preview = {
    hint = any("boolean"),
    words = any("boolean"),
    jump = any("boolean"),
    growing = any("boolean"),
  },
  chat = {
    position = one_of("right", "left", "bottom", "tab", "current"),
    size = positive,
    keys = {
      again = key,
      up = key,
      propose = key,
      insert = key,
      yank = key,
      why = key,
      project = key,
      new = key,
      history = key,
    },
  },
}

--- Merge `given` over the defaults, and list what does not fit. Pure.
---@param given any
---@return tierwise.Config config
---@return string[] problems one sentence each
function M.resolve(given)
  local config = vim.deepcopy(M.defaults)
  local problems = {}

  local function take(into, from, rules, path)
    for name, value in pairs(from) do
      local at = path .. "." .. tostring(name)
      local rule = rules[name]
      if rule == nil then
        local known = vim.tbl_keys(rules)
        table.sort(known)
        table.insert(problems, ("%s is not a setting. Settings: %s."):format(at, table.concat(known, ", ")))
      elseif rule.holds == nil then
        if type(value) == "table" then
          take(into[name], value, rule, at)
        else
          table.insert(problems, ("%s must be a table, not %s."):format(at, type(value)))
        end
      elseif rule.holds(value) then
        into[name] = value
      else
        table.insert(problems, ("%s must be %s, not %s."):format(at, rule.said, vim.inspect(value)))
      end
    end
  end

  if type(given) == "function" then
    local ok, made = pcall(given)
    if not ok then
      table.insert(problems, "the function in vim.g.tierwise failed: " .. tostring(made))
      made = nil
    end
    given = made
  end
  if type(given) == "table" then
    take(config, given, schema, "vim.g.tierwise")
  elseif given ~= nil then
    table.insert(problems, "vim.g.tierwise must be a table or a function, not " .. type(given) .. ".")
  end
  table.sort(problems)
  return config, problems
end

---@type tierwise.Config?
local resolved
local source

--- The configuration in force. It is read again when `vim.g.tierwise` changes. Each problem is
--- shown once.
---@return tierwise.Config
function M.get()
  local given = vim.g.tierwise
  if resolved == nil or not vim.deep_equal(given, source) then
    local problems
    source = given
    resolved, problems = M.resolve(given)
    M.problems = problems
    for _, problem in ipairs(problems) do
      require("tierwise.say").warn(problem)
    end
  end
  return resolved
end

return M
