--- Finds the diff for a commit message: the staged changes, else those that are not staged yet.
local M = {}

--- The most bytes of a diff that are sent. The rest would say little more about the commit.
M.MOST = 60000

---@param root string
---@param args string[]
---@param done fun(out: string?)
local function git(root, args, done)
  local cmd =
    vim.list_extend({ "git", "-C", root, "--no-pager", "diff", "--no-color", "--no-ext-diff" }, args)
  local ok = pcall(
    vim.system,
    cmd,
    { text = true },
    vim.schedule_wrap(function(out)
      done(out.code == 0 and out.stdout or nil)
    end)
  )
  if not ok then
    done(nil)
  end
end

--- Call `ask` with the operator's words and the diff behind them. The server removes what ignore
--- files and the secret scan hold back, as it does with any pasted text.
---@param buf integer
---@param words string
---@param ask fun(instruction: string)
function M.with_diff(buf, words, ask)
  local say = require("tierwise.say")
  local name = vim.api.nvim_buf_get_name(buf)
  local from = vim.bo[buf].buftype == "" and name ~= "" and vim.fs.dirname(name) or vim.uv.cwd()
  local root = vim.fs.root(from, ".git")
  if not root then
    return say.info("this is no git repository, so there is nothing to commit.")
  end
  git(root, { "--cached" }, function(staged)
    git(root, {}, function(changed)
      local diff = staged and staged ~= "" and staged or changed
      if not diff or diff == "" then
        return say.info("git diff is empty, so there is nothing to commit.")
      end
      if #diff > M.MOST then
        diff = diff:sub(1, M.MOST):gsub("[^\n]*$", "") .. "(cut here)\n"
      end
      ask(vim.trim(words .. "\n\n```diff\n" .. diff .. "```"))
    end)
  end)
end

return M
