--- Made by `make types` from the server's table of actions; edit that, not this file.
---@class tierwise.Action
---@field name string
---@field title string what it is called where it is not typed, as in the menu of code actions
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
    title = "Ask",
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
    title = "Edit",
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
    title = "Explain",
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
    title = "Fix",
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
    title = "Add docs",
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
    title = "Write tests",
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
    title = "Refactor",
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
    title = "Generate",
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
    title = "Review",
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
    title = "Commit message",
    about = "write a commit message",
    args = "[instruction]",
    edits = false,
    needs_words = false,
    on_code = false,
    at_cursor = false,
    takes_diagnostics = false,
  },
}
