--- The dial: how much a wrong answer counts when the router is unsure.
local M = {}

---@class tierwise.DialSetting
---@field preference string
---@field text string the setting with the cost and redos of a week, in words
---@field current boolean

---@class tierwise.Dial
---@field question string
---@field settings tierwise.DialSetting[]
---@field basis string a sentence on the tasks from which the weeks were computed
---@field note? string present if the operator's own amount counts instead of the dial

local say = require("tierwise.say")

M.SETTINGS = { "save", "balanced", "right" }

--- The dial as lines of markdown. Pure.
---@param dial tierwise.Dial
---@return string[]
function M.lines(dial)
  local lines = { dial.basis, "" }
  for _, setting in ipairs(dial.settings) do
    lines[#lines + 1] = setting.current and ("- **%s** (current)"):format(setting.text)
      or "- " .. setting.text
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = dial.note or "`:Tierwise dial save|balanced|right` turns it."
  return lines
end

--- Show what a week with each setting would have cost.
---@param buf integer
function M.show(buf)
  require("tierwise.client").request(buf, "tierwise/dial/get", vim.empty_dict(), function(dial)
    require("tierwise.window").float(dial.question, M.lines(dial))
  end)
end

--- Write a setting to the operator's own configuration file.
---@param buf integer
---@param preference string
function M.turn(buf, preference)
  require("tierwise.client").request(buf, "tierwise/dial/turn", { preference = preference }, function(dial)
    for _, setting in ipairs(dial.settings) do
      if setting.current then
        say.info(("%s: %s."):format(dial.question:lower(), setting.text))
      end
    end
  end)
end

return M
