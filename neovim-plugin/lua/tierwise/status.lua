--- The state of the server for status lines: a text, kept where any status line can read it.
local M = {}

---@class tierwise.Status
---@field kind "error"|"paused"|"rehearsal"|"busy"|"soft"|"ready"|"stopped"
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

--- No server answers: a status that still showed a tier would be a lie.
function M.server_gone()
  take({ kind = "stopped", text = "Tierwise stopped", tooltip = "The server does not run." })
end

--- The text for a status line; empty while no server was ever there.
---@return string
function M.text()
  return M.last and M.last.text or ""
end

return M
