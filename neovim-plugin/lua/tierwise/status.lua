--- Keeps the status of the server, and its text in a place where any status line can read it.
local M = {}

---@class tierwise.Status
---@field kind "error"|"paused"|"rehearsal"|"busy"|"soft"|"ready"|"stopped"|"starting"|"installing"
---@field text string at most 24 characters
---@field tooltip string markdown
---@field tier? string
---@field routed? string
---@field confidence? number
---@field spentTodayUsd? number
---@field reservedUsd? number
---@field dayUsd? number
---@field spentProjectUsd? number
---@field projectUsd? number
---@field level? "ok"|"soft"|"paused" the state of the operator's own budget
---@field team? string[] lines on what the team may spend and has spent

---@type tierwise.Status?
M.last = nil

---@param status tierwise.Status
local function take(status)
  M.last = status
  vim.g.tierwise_status = status.text
  require("tierwise.events").fire("Status", status)
  vim.cmd.redrawstatus({ bang = true })
end

---@param _ lsp.ResponseError?
---@param params tierwise.Status
function M.on_change(_, params)
  take(params)
end

---@param client vim.lsp.Client
function M.fetch(client)
  client:request("tierwise/status", vim.empty_dict(), function(err, result)
    if not err then
      take(result)
    end
  end)
end

--- Show that no server runs, because a tier in the status would be wrong then.
function M.server_gone()
  take({ kind = "stopped", text = "Tierwise stopped", tooltip = "The server does not run." })
end

--- Show that a server is starting.
function M.starting()
  take({ kind = "starting", text = "Tierwise starts…", tooltip = "The server is on its way." })
end

--- Show that there is no server to start.
function M.missing()
  take({ kind = "error", text = "Tierwise: no server", tooltip = require("tierwise.server").MISSING })
end

--- Show how far an installation is.
---@param text string at most 24 characters
function M.installing(text)
  take({ kind = "installing", text = text, tooltip = "The server is being installed." })
end

--- The text for a status line.
---@return string
function M.text()
  return M.last and M.last.text or "Tierwise"
end

return M
