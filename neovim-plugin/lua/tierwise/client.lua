--- The connection to the server: its configuration for `vim.lsp`, requests and restarts.
local M = {}

local NAME = "tierwise"
local ATTACH_WITHIN_MS = 15000
local RESTARTS_PER_MINUTE = 3

--- The client's configuration, which Neovim merges from several sources.
---@return vim.lsp.ClientConfig
local function resolved()
  ---@diagnostic disable-next-line: undefined-field -- its type knows no names
  return vim.deepcopy(vim.lsp.config[NAME])
end

---@param module string
---@param fn string
local function later(module, fn)
  return function(...)
    return require(module)[fn](...)
  end
end

--- The configuration for `lsp/tierwise.lua`. Its functions load other modules only when they run.
---@return vim.lsp.Config
function M.config()
  return {
    cmd = later("tierwise.server", "start"),
    root_dir = later("tierwise.client", "root_dir"),
    capabilities = {
      experimental = {
        tierwise = {
          chat = true,
          status = true,
          task = true,
          preview = true,
          budget = true,
          progress = true,
        },
      },
    },
    -- Without a delay the server always has the current text when it decides.
    flags = { debounce_text_changes = 0 },
    before_init = later("tierwise.client", "before_init"),
    on_attach = later("tierwise.client", "on_attach"),
    on_exit = later("tierwise.client", "on_exit"),
    handlers = {
      ["tierwise/task/didChange"] = later("tierwise.tasks", "on_change"),
      ["tierwise/chat/didStream"] = later("tierwise.chat.stream", "on_stream"),
      ["tierwise/status/didChange"] = later("tierwise.status", "on_change"),
      ["tierwise/budget/didChange"] = later("tierwise.budget", "on_change"),
      ["workspace/applyEdit"] = later("tierwise.apply", "on_apply_edit"),
      ["window/showMessage"] = later("tierwise.client", "on_message"),
    },
  }
end

local MARKERS = { ".tierwise.toml", ".git", ".hg", "pyproject.toml", "package.json" }

--- Attach only buffers with files to a server. Without a server this shows one message.
---@param buf integer
---@param on_dir fun(root: string?)
function M.root_dir(buf, on_dir)
  -- A plugin may set 'filetype' before 'buftype', so the buffer is checked a moment later.
  vim.schedule(function()
    if not require("tierwise.buffers").is_file(buf) then
      return
    end
    local server = require("tierwise.server")
    if server.find() then
      return on_dir(vim.fs.root(buf, MARKERS))
    elseif not M.told_missing then
      M.told_missing = true
      require("tierwise.say").warn(server.MISSING)
      require("tierwise.status").missing()
    end
  end)
end

--- Attach a file to the server of its root, and start that server if it does not run. The root is
--- that of `vim.lsp.config`, which the operator may have changed.
---@param buf integer
function M.attach(buf)
  local config = resolved()
  local function start(root)
    config.root_dir = root
    vim.lsp.start(config, { bufnr = buf })
  end
  local root = config.root_dir
  if type(root) == "function" then
    root(buf, start)
  else
    start(root)
  end
end

--- Attach a file that nobody asked about, unless the operator named other kinds of files in
--- `vim.lsp.config`.
---@param buf integer
local function attach_unasked(buf)
  ---@diagnostic disable-next-line: undefined-field -- the type is that of a client
  local kinds = resolved().filetypes
  if kinds == nil or vim.tbl_contains(kinds, vim.bo[buf].filetype) then
    M.attach(buf)
  end
end

--- Attach a buffer that was just written, because it may have had no name before.
---@param buf integer
function M.written(buf)
  local running = #vim.lsp.get_clients({ name = NAME, _uninitialized = true }) > 0
  if running and #vim.lsp.get_clients({ name = NAME, bufnr = buf, _uninitialized = true }) == 0 then
    attach_unasked(buf)
  end
end

--- An id for this Neovim, so that the pins of the session survive a restart of the server.
---@return string
local function session()
  if not M.session_id then
    M.session_id = M.new_id()
  end
  return M.session_id
end

---@param params lsp.InitializeParams
---@param config vim.lsp.ClientConfig
function M.before_init(params, config)
  require("tierwise.status").starting()
  local own = require("tierwise.config").get()
  local trusted = own.trusted
  if type(trusted) == "function" then
    trusted = trusted(config.root_dir) and true or false
  end
  params.initializationOptions = vim.tbl_deep_extend("force", params.initializationOptions or {}, {
    trusted = trusted,
    sessionId = session(),
    settings = next(own.settings) and own.settings or nil,
  })
  config.settings = vim.tbl_deep_extend("keep", config.settings or {}, {
    tierwise = next(own.settings) and own.settings or nil,
  } --[[@as table]])
end

---@param client vim.lsp.Client
---@param buf integer
function M.on_attach(client, buf)
  require("tierwise.highlights").define()
  if not M.greeted or M.greeted ~= client.id then
    M.greeted = client.id
    require("tierwise.status").fetch(client)
    vim.api.nvim_create_autocmd("FocusGained", {
      group = vim.api.nvim_create_augroup("tierwise_focus", {}),
      desc = "Tierwise: other programs may have written files",
      callback = M.focused,
    })
  end
  require("tierwise.lens").attach(buf)
end

--- Make the server look for changed files, because the operator came back to Neovim.
function M.focused()
  for _, client in ipairs(vim.lsp.get_clients({ name = NAME })) do
    client:notify("tierwise/window/didFocus", vim.empty_dict())
  end
end

--- Start a server again that ended by itself, at most a few times a minute.
---@param _ integer
---@param _ integer
---@param client_id integer
function M.on_exit(_, _, client_id)
  local ended = require("tierwise.server").ended or { code = 0, signal = 0 }
  vim.schedule(function()
    require("tierwise.tasks").server_gone(client_id)
    require("tierwise.status").server_gone()
    if M.leaving or vim.v.exiting ~= vim.NIL or (ended.code == 0 and ended.signal == 0) then
      return
    end
    local say = require("tierwise.say")
    local now = vim.uv.now()
    M.restarts = vim.tbl_filter(function(at)
      return now - at < 60000
    end, M.restarts or {})
    if #M.restarts >= RESTARTS_PER_MINUTE then
      say.error("the server keeps ending. See :Tierwise log; :Tierwise restart tries again.")
      return
    end
    table.insert(M.restarts, now)
    say.warn("the server ended and was started again.")
    M.restart()
  end)
end

--- Stop the servers and attach the open files to new ones.
function M.restart()
  M.told_missing = nil
  local old = vim.lsp.get_clients({ name = NAME })
  M.leaving = #old > 0
  for _, client in ipairs(old) do
    client:stop(true)
  end
  vim.defer_fn(function()
    M.leaving = false
    vim.lsp.enable(NAME)
    vim.tbl_map(attach_unasked, require("tierwise.buffers").open_files())
  end, M.leaving and 200 or 0)
end

---@param filter vim.lsp.get_clients.Filter
---@return vim.lsp.Client?
local function running(filter)
  for _, client in ipairs(vim.lsp.get_clients(filter)) do
    if client.initialized and not client:is_stopped() then
      return client
    end
  end
end

--- The client of a buffer, else any running one.
---@param buf? integer
---@return vim.lsp.Client?
function M.get(buf)
  return buf and running({ name = NAME, bufnr = buf }) or running({ name = NAME })
end

--- Start a server without a file, for a request from a chat or from another plugin's window.
local function start_alone()
  vim.lsp.enable(NAME)
  if #vim.lsp.get_clients({ name = NAME, _uninitialized = true }) == 0 then
    local config = resolved()
    config.root_dir = vim.fs.root(0, { ".tierwise.toml", ".git" }) or vim.uv.cwd()
    vim.lsp.start(config, { attach = false })
  end
end

--- Run `fn` with the client of a buffer. If no server runs, it is started first. The server knows
--- the file before `fn` runs.
---@param buf integer
---@param fn fun(client: vim.lsp.Client)
function M.with(buf, fn)
  local file = require("tierwise.buffers").is_file(buf)
  local filter = { name = NAME, bufnr = file and buf or nil }
  local client = running(filter)
  if client then
    return fn(client)
  end
  local server, say = require("tierwise.server"), require("tierwise.say")
  if not server.find() then
    return say.error(server.MISSING)
  end
  if file then
    M.attach(buf)
  else
    start_alone()
  end
  local timer = assert(vim.uv.new_timer())
  local deadline = vim.uv.now() + ATTACH_WITHIN_MS
  timer:start(
    20,
    20,
    vim.schedule_wrap(function()
      local started = running(filter)
      if timer:is_closing() or not (started or vim.uv.now() > deadline) then
        return
      end
      timer:close()
      if started then
        fn(started)
      else
        say.error("the server did not start. See :checkhealth tierwise.")
      end
    end)
  )
end

--- Send a request. An error is shown in the server's own sentence, unless `on_error` is given.
---@param buf integer
---@param method string
---@param params table
---@param on_ok? fun(result: any, client: vim.lsp.Client)
---@param on_error? fun(message: string, name: string?)
function M.request(buf, method, params, on_ok, on_error)
  M.with(buf, function(client)
    client:request(method, params, function(err, result)
      if err then
        local name = type(err.data) == "table" and err.data.name or nil
        if on_error then
          on_error(err.message, name)
        else
          require("tierwise.say").error(err.message)
        end
      elseif on_ok then
        on_ok(result, client)
      end
    end)
  end)
end

--- Run a command of the server.
---@param buf integer
---@param command string
---@param argument table
---@param on_ok? fun(result: any, client: vim.lsp.Client)
function M.command(buf, command, argument, on_ok)
  local given = next(argument) == nil and vim.empty_dict() or argument
  M.request(buf, "workspace/executeCommand", { command = command, arguments = { given } }, on_ok)
end

--- Stop a task, because nobody waits for its answer any more.
---@param task_id string
function M.give_up(task_id)
  local client = M.get()
  if client then
    client:request("tierwise/task/cancel", { taskId = task_id }, function() end)
  end
end

---@param buf integer
---@param method string
---@param params table
function M.notify(buf, method, params)
  local client = M.get(buf)
  if client then
    client:notify(method, params)
  end
end

---@param _ lsp.ResponseError?
---@param params lsp.ShowMessageParams
function M.on_message(_, params)
  local say = require("tierwise.say")
  local text = params.message:gsub("^Tierwise: ", "")
  if params.type == vim.lsp.protocol.MessageType.Error then
    say.error(text)
  elseif params.type == vim.lsp.protocol.MessageType.Warning then
    say.warn(text)
  else
    say.info(text)
  end
  return vim.NIL
end

--- The tiers that the server knows, cheapest first.
---@return string[]
function M.tiers()
  local client = M.get()
  local own = client and vim.tbl_get(client.server_capabilities or {}, "experimental", "tierwise")
  return own and own.tiers or { "haiku", "sonnet", "opus" }
end

--- A new id that is unique among all windows.
---@return string
function M.new_id()
  local bytes = vim.uv.random(6) --[[@as string]]
  return (bytes:gsub(".", function(char)
    return ("%02x"):format(char:byte())
  end))
end

return M
