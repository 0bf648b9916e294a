--- Writes the parts of doc/tierwise.txt that are made from the code:
--- `nvim --clean -l scripts/doc.lua` writes, `--check` fails where they differ.
local root = vim.fs.dirname(vim.fs.dirname(vim.fs.abspath(arg[0])))
vim.opt.rtp:prepend(root)

local function wrapped(text, indent, width)
  local lines, line = {}, indent
  for word in text:gmatch("%S+") do
    if #line + #word + 1 > width and line ~= indent then
      lines[#lines + 1] = line
      line = indent
    end
    line = line == indent and line .. word or line .. " " .. word
  end
  lines[#lines + 1] = line
  return lines
end

local function tagged(left, tag)
  return left .. (" "):rep(math.max(1, 78 - #left - #tag - 2)) .. "*" .. tag .. "*"
end

local function commands()
  local command, lines = require("tierwise.command"), {}
  for _, name in ipairs(command.names()) do
    local sub = command.subs[name]
    local usage = ":Tierwise " .. name .. (sub.args and " " .. sub.args or "")
    local tag = "tierwise-" .. name
    if #usage + #tag + 4 > 78 then
      lines[#lines + 1] = tagged("", tag)
      lines[#lines + 1] = usage
    else
      lines[#lines + 1] = tagged(usage, tag)
    end
    vim.list_extend(lines, wrapped(sub.about:sub(1, 1):upper() .. sub.about:sub(2) .. ".", "    ", 78))
    lines[#lines + 1] = ""
  end
  return lines
end

local function settings()
  local shown = vim.deepcopy(require("tierwise.config").defaults)
  local lines = { ">lua", "    vim.g.tierwise = {" }
  local order = { "server", "settings", "trusted", "codelens", "keys", "preview", "chat" }
  for _, name in ipairs(order) do
    local value = vim.inspect(shown[name], { newline = "\n", indent = "  " })
    local parts = vim.split(name .. " = " .. value .. ",", "\n")
    for _, part in ipairs(parts) do
      lines[#lines + 1] = "      " .. part
    end
  end
  vim.list_extend(lines, { "    }", "<" })
  return lines
end

local function highlights()
  local groups, lines = require("tierwise.highlights").groups, {}
  local names = vim.tbl_keys(groups)
  table.sort(names)
  for _, name in ipairs(names) do
    lines[#lines + 1] = ("    %-24s %s"):format(name, groups[name])
  end
  lines[#lines + 1] = ""
  return lines
end

local function keys()
  local lines = {}
  for _, key in ipairs(require("tierwise.chat.keys").keys()) do
    lines[#lines + 1] = ("    %-20s %s"):format(key.lhs, key.about)
  end
  lines[#lines + 1] = ""
  return lines
end

local function plugs()
  vim.cmd.runtime("plugin/tierwise.lua")
  local lines, seen = {}, {}
  for _, map in ipairs(vim.api.nvim_get_keymap("n")) do
    if map.lhs:find("^<Plug>%(Tierwise") and not seen[map.lhs] then
      seen[map.lhs] = true
      lines[#lines + 1] = ("    %-36s %s"):format(map.lhs, (map.desc:gsub("^Tierwise: ", "")))
    end
  end
  table.sort(lines)
  lines[#lines + 1] = ""
  return lines
end

local parts =
  { commands = commands, settings = settings, highlights = highlights, ["chat-keys"] = keys, plugs = plugs }

--- The help with every made part in its place: between "begin NAME" and "end NAME" lines.
local function made(text)
  for name, make in pairs(parts) do
    local first, last = "#begin " .. name .. "\n", "#end " .. name .. "\n"
    local from, stop = select(2, text:find(first, 1, true)), text:find(last, 1, true)
    assert(from and stop, "no place for " .. name)
    text = text:sub(1, from) .. table.concat(make(), "\n") .. "\n" .. text:sub(stop)
  end
  return text
end

local source = root .. "/scripts/tierwise.txt"
local target = root .. "/doc/tierwise.txt"
local file = assert(io.open(source))
local text = made(file:read("*a")):gsub("#begin [%w-]+\n", ""):gsub("#end [%w-]+\n", "")
file:close()
if arg[1] == "--check" then
  local have = io.open(target)
  local same = have ~= nil and have:read("*a") == text
  if have then
    have:close()
  end
  if not same then
    io.stderr:write("doc/tierwise.txt is not what the code says; run make format\n")
  end
  os.exit(same and 0 or 1)
end
file = assert(io.open(target, "w"))
file:write(text)
file:close()
