--- Shows a proposal side by side in a tab: the file now, and the file after the change.
local M = {}

---@param name string
---@param lines string[]
---@param filetype string
---@return integer
local function scratch(name, lines, filetype)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  pcall(vim.api.nvim_buf_set_name, buf, name)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  if filetype ~= "" then
    vim.bo[buf].filetype = filetype
  end
  return buf
end

--- The text of a file after the pending hunks of a preview.
---@param preview tierwise.Preview
---@param uri string
---@param before string[]
---@return string[]
function M.after(preview, uri, before)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, before)
  local edits = {}
  for _, hunk in ipairs(require("tierwise.preview").pending(preview)) do
    if hunk.uri == uri and hunk.range and hunk.state == "pending" then
      edits[#edits + 1] = { range = hunk.range, newText = hunk.newText or "" }
    end
  end
  local client = assert(require("tierwise.client").get())
  vim.lsp.util.apply_text_edits(edits, buf, client.offset_encoding)
  local after = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  vim.api.nvim_buf_delete(buf, { force = true })
  return after
end

---@param preview tierwise.Preview
---@param buf integer the file to show, if the proposal changes it
function M.show(preview, buf)
  local pending = require("tierwise.preview").pending(preview)
  local hunk = pending[1]
  for _, other in ipairs(pending) do
    if require("tierwise.buffers").holds(buf, other.uri) then
      hunk = other
      break
    end
  end
  local path = vim.uri_to_fname(hunk.uri)
  local filetype = vim.filetype.match({ filename = path }) or ""
  local before = {}
  if hunk.kind ~= "create" then
    local own = require("tierwise.buffers").loaded(hunk.uri) or vim.fn.bufadd(path)
    vim.fn.bufload(own)
    before = vim.api.nvim_buf_get_lines(own, 0, -1, false)
  end
  local after = hunk.kind == "create" and require("tierwise.preview.place").lines(hunk.newText or "")
    or M.after(preview, hunk.uri, before)
  local task = require("tierwise.tasks").all[preview.task_id]
  local short = vim.fn.fnamemodify(path, ":.")
  vim.cmd.tabnew()
  local tab = vim.api.nvim_get_current_tabpage()
  local left = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(left, scratch("tierwise://before/" .. short, before, filetype))
  vim.cmd.vsplit({ mods = { split = "belowright" } })
  local right = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_buf(right, scratch("tierwise://after/" .. short, after, filetype))
  -- A diff of two windows colours lines that only the old side has as additions. They are removals.
  vim.wo[left].winhighlight = "DiffAdd:TierwiseDelete"
  vim.wo[left].winbar = "%#TierwiseTier#" .. short .. "%* as it is"
  local headline = task.decision.headline:gsub("%%", "%%%%")
  vim.wo[right].winbar = "%<%#TierwiseTier#" .. headline .. "%* · a apply  d discard  q close"
  local function finish(subcommand)
    if vim.api.nvim_tabpage_is_valid(tab) and #vim.api.nvim_list_tabpages() > 1 then
      vim.cmd.tabclose(vim.api.nvim_tabpage_get_number(tab))
    end
    if subcommand then
      require("tierwise.resolve").resolve(preview, subcommand, nil)
    end
  end
  for _, win in ipairs({ left, right }) do
    vim.api.nvim_win_call(win, vim.cmd.diffthis)
    for key, subcommand in pairs({ q = false, a = "apply", d = "discard" }) do
      vim.keymap.set("n", key, function()
        finish(subcommand or nil)
      end, {
        buffer = vim.api.nvim_win_get_buf(win),
        nowait = true,
        desc = "Tierwise: " .. (subcommand or "close"),
      })
    end
  end
  vim.cmd("silent! normal! gg]c")
end

return M
