--- The budget in lines: the team's beside the operator's own.
local lines = require("tierwise.budget").lines

local own = { kind = "ready", level = "ok", spentTodayUsd = 1, dayUsd = 5, spentProjectUsd = 2 }

local function text(more)
  return table.concat(lines(vim.tbl_extend("force", own, more)), "\n")
end

return {
  a_team_stands_beside_the_own_budget = function()
    local said = "Paused by the team's budget of today: $50.00 of $50.00, ask Olga."
    local shown = text({ kind = "paused", team = { said, "Team, today: $50.00 of $50.00" } })
    eq(shown:find(said, 1, true) ~= nil, true)
    eq(shown:find("Today", 1, true) ~= nil, true)
    eq(shown:find("raises the cap", 1, true), nil)
  end,
  an_own_pause_says_how_it_is_raised = function()
    eq(text({ kind = "paused", level = "paused" }):find("raises the cap", 1, true) ~= nil, true)
  end,
  without_a_team_nothing_is_said_of_one = function()
    eq(text({}):lower():find("team", 1, true), nil)
  end,
}
