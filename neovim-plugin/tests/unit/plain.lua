local config = require("tierwise.config")
local events = require("tierwise.events")
local money = require("tierwise.money")
local range = require("tierwise.range")
local winbar = require("tierwise.chat.winbar")

local function task(state, answering, cause, more)
  return vim.tbl_extend("force", {
    taskId = "t",
    state = state,
    decision = { answering = answering, routed = "haiku", cause = cause or "routed", final = true },
  }, more or {})
end

return {
  ["money: as the server writes it"] = function()
    local here = vim.fs.dirname(debug.getinfo(1, "S").source:sub(2))
    local file = vim.fs.joinpath(here, "../../../tests/support/amounts.json")
    local cases = vim.json.decode(table.concat(vim.fn.readfile(file), "\n"))
    for _, case in ipairs(cases.one) do
      eq(money.amount(case[1]), case[2])
    end
    for _, case in ipairs(cases.several) do
      eq({ money.amounts(unpack(case[1])) }, case[2])
    end
    eq(money.against(1.2, 5), "$1.20 of $5.00 (24 %)")
    eq(money.against(1.2, nil), "$1.20, no cap")
    eq(money.against(0, 0), "0¢ of 0¢")
  end,
  ["money: a rehearsal costs nothing and says what the same would cost"] = function()
    eq(money.cost(0.004, false), "0.4¢")
    eq(money.cost(0.004, true), "0¢ (with a key: 0.4¢)")
    eq(money.cost(0, true), "0¢")
  end,
  ["winbar: answering from routed"] = function()
    eq(winbar.arrow({ answering = "opus", routed = "opus" }), "Opus")
    eq(winbar.arrow({ answering = "opus", routed = "haiku" }), "Haiku → Opus")
  end,
  ["config: a table over the defaults"] = function()
    local got, problems = config.resolve({ keys = { apply = false }, settings = { x = 1 } })
    eq(problems, {})
    eq(got.keys.apply, false)
    eq(got.keys.discard, config.defaults.keys.discard)
    eq(got.settings, { x = 1 })
    eq(config.defaults.keys.apply, "do", "defaults stay")
  end,
  ["config: a function, and one that fails"] = function()
    eq(
      config.resolve(function()
        return { codelens = true }
      end).codelens,
      true
    )
    local got, problems = config.resolve(function()
      error("boom", 0)
    end)
    eq(got, config.defaults)
    eq(problems, { "the function in vim.g.tierwise failed: boom" })
  end,
  ["config: whatever does not fit is said and left out"] = function()
    local got, problems = config.resolve({
      server = { cmd = "tierwise" },
      keys = 3,
      chat = { position = "up" },
      colour = "red",
    })
    eq(got, config.defaults)
    eq(#problems, 4)
    eq(
      problems[1],
      'vim.g.tierwise.chat.position must be one of right, left, bottom, tab, current, not "up".'
    )
    eq(problems[3], "vim.g.tierwise.keys must be a table, not number.")
    eq(problems[4], 'vim.g.tierwise.server.cmd must be a list of strings, not "tierwise".')
    eq(
      { config.resolve(7) },
      { config.defaults, { "vim.g.tierwise must be a table or a function, not number." } }
    )
  end,
  ["events: what a change means"] = function()
    eq(events.between(nil, task("running", "haiku")), { "Routed", "Streaming" })
    eq(events.between(task("running", "haiku"), task("running", "haiku")), {})
    local switches = { { from = "haiku", to = "opus", text = "Haiku: slow; Opus answers" } }
    local switched = task("running", "opus", "failover", { switches = switches, notices = { "Not sent: a" } })
    eq(events.between(task("running", "haiku"), switched), { "Routed", "Failover" })
    eq(events.between(switched, switched), {}, "said once")
    eq(events.beside(switched), { "Not sent: a", "Haiku: slow; Opus answers" })
    eq(events.beside(nil), {})
    eq(
      events.between(task("running", "haiku"), task("proposed", "haiku", nil, { editId = "e" })),
      { "Preview" }
    )
    eq(
      events.between(
        task("proposed", "haiku", nil, { editId = "e" }),
        task("proposed", "haiku", nil, { editId = "f" })
      ),
      { "Preview" }
    )
    eq(events.between(task("proposed", "haiku"), task("partlyApplied", "haiku")), { "Applied" })
    eq(events.between(task("routing", "haiku"), task("paused", "haiku")), { "Paused" })
  end,
  ["range: positions in every encoding"] = function()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { "aß🎉z", "x" })
    eq(range.position(0, 0, 7, "utf-8").character, 7)
    eq(range.position(0, 0, 7, "utf-16").character, 4)
    eq(range.position(0, 0, 7, "utf-32").character, 3)
    eq(range.position(0, 0, 999, "utf-32").character, 4)
  end,
  ["range: whole lines end before the next, or at the end of the last"] = function()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { "aß", "b", "ü" })
    eq(range.lines(0, 1, 2, "utf-8"), {
      start = { line = 0, character = 0 },
      ["end"] = { line = 2, character = 0 },
    })
    eq(range.lines(0, 2, 9, "utf-16"), {
      start = { line = 1, character = 0 },
      ["end"] = { line = 2, character = 1 },
    })
  end,
  ["range: the last character is taken whole"] = function()
    eq(range.after_char("e\204\129x", 0), 3)
    eq(range.after_char("🎉", 0), 4)
    eq(range.after_char("ab", 9), 2)
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { "a🎉b" })
    local got = range.between(0, { 0, 0 }, { 0, 1 }, "v", "utf-8")
    eq(got["end"].character, 5)
    vim.o.selection = "exclusive"
    got = range.between(0, { 0, 0 }, { 0, 1 }, "v", "utf-8")
    vim.o.selection = "inclusive"
    eq(got["end"].character, 1)
  end,
  ["range: a block means its lines"] = function()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { "abc", "def", "ghi" })
    eq(range.between(0, { 0, 1 }, { 1, 1 }, "\22", "utf-8"), range.lines(0, 1, 2, "utf-8"))
  end,
  ["range: as shown"] = function()
    local function at(l1, l2, c2)
      return range.shown({ start = { line = l1, character = 0 }, ["end"] = { line = l2, character = c2 } })
    end
    eq(at(3, 5, 0), "4-5")
    eq(at(3, 4, 0), "4")
    eq(at(3, 4, 2), "4-5")
  end,
}
