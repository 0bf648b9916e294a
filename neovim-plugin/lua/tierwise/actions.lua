--- Made by `make types` from the server's table of actions; edit that, not this file.
---@class tierwise.Action
---@field name string
---@field about string what it does, for completion and help
---@field args string how its words read in the help
---@field edits boolean whether the answer becomes an edit; else it is shown in the chat
---@field needs_words boolean whether it means nothing without an instruction
---@field on_code boolean whether it is about a place in a document
---@field at_cursor boolean whether its answer is put at the cursor
---@field takes_diagnostics boolean whether the problems of its lines go along

---@type tierwise.Action[]
return {
  {
    name = "chat",
    about = "ask a question",
    args = "{question}",
    edits = false,
    needs_words = true,
    on_code = false,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "edit",
    about = "change the selection, or the symbol at the cursor",
    args = "{instruction}",
    edits = true,
    needs_words = true,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "explain",
    about = "explain the selection",
    args = "[question]",
    edits = false,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "fix",
    about = "fix the problems of the selection",
    args = "[instruction]",
    edits = true,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = true,
  },
  {
    name = "document",
    about = "write documentation for the selection",
    args = "[instruction]",
    edits = true,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "test",
    about = "write tests for the selection",
    args = "[instruction]",
    edits = true,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "refactor",
    about = "restructure the selection, same behaviour",
    args = "[instruction]",
    edits = true,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "generate",
    about = "write code at the cursor",
    args = "{instruction}",
    edits = true,
    needs_words = true,
    on_code = true,
    at_cursor = true,
    takes_diagnostics = false,
  },
  {
    name = "review",
    about = "review the selection, or the file",
    args = "[question]",
    edits = false,
    needs_words = false,
    on_code = true,
    at_cursor = false,
    takes_diagnostics = false,
  },
  {
    name = "commit",
    about = "write a commit message",
    args = "[instruction]",
    edits = false,
    needs_words = false,
    on_code = false,
    at_cursor = false,
    takes_diagnostics = false,
  },
}
