--- `:checkhealth tierwise`, and the server's log.
local M = {}

local health = vim.health

local WITHIN_MS = 45000
--- Milliseconds for which a result of `tierwise doctor` is used again.
local FRESH_MS = 10000

---@type { at: integer, facts: table?, why: string? }?
local answer

--- Run `tierwise doctor` in the background. It takes a second or more, which must not block keys.
---@param done fun(facts: table?, why: string?)
function M.doctor(done)
  local cmd = require("tierwise.server").find()
  if not cmd then
    return done(nil, require("tierwise.server").MISSING)
  end
  local env = require("tierwise.config").get().server.env
  local args = vim.list_extend(vim.deepcopy(cmd), { "doctor", "--json" })
  local ok, failed = pcall(
    vim.system,
    args,
    { text = true, env = env, timeout = WITHIN_MS },
    vim.schedule_wrap(function(out)
      local decoded, facts = pcall(vim.json.decode, out.stdout or "")
      local lines = vim.split(vim.trim(out.stderr or ""), "\n")
      local why = not decoded and "`tierwise doctor` failed: " .. lines[#lines] or nil
      answer = {
        at = vim.uv.now(),
        facts = decoded and facts --[[@as table]] or nil,
        why = why,
      }
      done(answer.facts, why)
    end)
  )
  if not ok then
    done(nil, tostring(failed))
  end
end

---@alias tierwise.HealthRow { [1]: "ok"|"warn"|"error"|"info", [2]: string, [3]: string? }

--- The results of the doctor as rows of the report. Pure.
---@param facts table?
---@param why string?
---@return tierwise.HealthRow[]
function M.rows(facts, why)
  if not facts then
    return { { "error", why or "it cannot be asked" } }
  end
  local rows = { { "ok", ("Tierwise %s on Python %s"):format(facts.tierwise, facts.python) } }
  local keys = {}
  for tier, present in vim.spairs(facts.keys or {}) do
    keys[#keys + 1] = tier .. (present and " yes" or " no")
  end
  local shown = "keys: " .. table.concat(keys, ", ")
  if facts.rehearsal then
    rows[#rows + 1] = { "ok", "rehearsal: answers come from the built-in model" }
  elseif facts.ready then
    rows[#rows + 1] = { "ok", shown }
  else
    rows[#rows + 1] = { "warn", shown, "Set ANTHROPIC_API_KEY, or rehearsal = true" }
  end
  rows[#rows + 1] = { "info", "state folder: " .. facts.state }
  local there = facts.configExists and "" or " (not there)"
  rows[#rows + 1] = { "info", ("configuration: %s%s"):format(facts.config, there) }
  if facts.ledger ~= "ok" then
    rows[#rows + 1] = { "error", "ledger: " .. tostring(facts.ledger) }
  end
  for _, notice in ipairs(facts.notices or {}) do
    rows[#rows + 1] = { "warn", notice }
  end
  return rows
end

local ASKED = "the server is asked; what it says comes into this line"
local SIGNS = { ok = "✅ OK ", warn = "⚠️ WARNING ", error = "❌ ERROR ", info = "" }

--- Insert the doctor's rows at the place left for them, in every report that is still open.
---@param rows tierwise.HealthRow[]
local function fill(rows)
  local lines = {}
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "- " .. SIGNS[row[1]] .. row[2] .. (row[3] and " (" .. row[3] .. ")" or "")
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].filetype == "checkhealth" then
      for at, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
        if line:find(ASKED, 1, true) then
          local modifiable = vim.bo[buf].modifiable
          vim.bo[buf].modifiable = true
          vim.api.nvim_buf_set_lines(buf, at - 1, at, false, lines)
          vim.bo[buf].modifiable, vim.bo[buf].modified = modifiable, false
          break
        end
      end
    end
  end
end

local function check_neovim()
  health.start("Tierwise: Neovim")
  local v = vim.version()
  local shown = ("Neovim %d.%d.%d"):format(v.major, v.minor, v.patch)
  if vim.fn.has("nvim-0.11") == 0 then
    return health.error(shown .. ": the plugin needs 0.11 or newer")
  end
  health.ok(shown .. (vim.lsp.codelens.enable and "" or ": code lenses are refreshed by the plugin"))
  require("tierwise.config").get()
  local problems = require("tierwise.config").problems or {}
  if #problems == 0 then
    health.ok("vim.g.tierwise holds nothing that does not fit")
  end
  for _, problem in ipairs(problems) do
    health.warn(problem)
  end
  if not vim.tbl_get(vim.lsp, "_enabled_configs", "tierwise") then
    health.info('vim.lsp.enable("tierwise") was not called; :Tierwise starts the server on first use')
  end
end

local function check_server()
  health.start("Tierwise: server")
  local cmd, where = require("tierwise.server").find()
  if not cmd then
    return health.error(require("tierwise.server").MISSING)
  end
  health.ok(("%s (%s)"):format(table.concat(cmd, " "), where))
  if answer and vim.uv.now() - answer.at < FRESH_MS then
    for _, row in ipairs(M.rows(answer.facts, answer.why)) do
      health[row[1]](row[2], row[3])
    end
    return
  end
  health.info(ASKED)
  M.doctor(function(facts, why)
    fill(M.rows(facts, why))
  end)
end

local function check_connection()
  health.start("Tierwise: connection")
  local client = require("tierwise.client").get()
  if not client then
    return health.info("no server runs; open a file, or run :Tierwise chat")
  end
  local info = client.server_info or {}
  health.ok(
    ("connected to %s %s, positions in %s"):format(
      info.name or "tierwise",
      info.version or "",
      client.offset_encoding
    )
  )
  health.info("tiers: " .. table.concat(require("tierwise.client").tiers(), ", "))
  local flags = vim.tbl_get(client, "config", "capabilities", "experimental", "tierwise") or {}
  local names = vim.tbl_keys(flags)
  table.sort(names)
  health.info("client shows: " .. table.concat(names, ", "))
  health.info("root: " .. (client.root_dir or "none; only open buffers are in scope"))
  local status = require("tierwise.status").last
  if status then
    for _, line in ipairs(require("tierwise.budget").lines(status)) do
      if line ~= "" then
        health.info((line:gsub("%*%*", "")))
      end
    end
  end
  local last = require("tierwise.say").last_error
  if last then
    health.warn("last error: " .. last, "See :Tierwise log")
  else
    health.ok("no error in this session")
  end
end

function M.check()
  check_neovim()
  if vim.fn.has("nvim-0.11") == 1 then
    check_server()
    check_connection()
  end
end

--- Open the server's log in a split, at its end.
function M.log()
  M.doctor(function(facts, why)
    if not facts then
      return require("tierwise.say").error(why or "the server cannot be asked for its log")
    end
    local path = facts.log or vim.fs.joinpath(facts.state, "tierwise.log")
    if not vim.uv.fs_stat(path) then
      return require("tierwise.say").info("there is no log yet: " .. path)
    end
    vim.cmd("botright split " .. vim.fn.fnameescape(path))
    vim.bo.autoread = true
    vim.bo.readonly = true
    vim.cmd("normal! G")
  end)
end

return M
