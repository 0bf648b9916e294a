--- A lualine component: `lualine_x = { "tierwise" }`. Its colour follows the kind of status.
---@diagnostic disable-next-line: unresolved-require -- lualine brings it
local Component = require("lualine.component"):extend()

local colours = {
  error = "DiagnosticError",
  stopped = "DiagnosticError",
  paused = "DiagnosticError",
  soft = "DiagnosticWarn",
  rehearsal = "DiagnosticHint",
}

function Component:init(options)
  Component.super.init(self, options)
  if self.options.color == nil then
    self.options.color = function()
      local state = require("tierwise").state()
      return state and colours[state.kind] or nil
    end
  end
end

function Component:update_status()
  return require("tierwise").status()
end

return Component
