local blocks = require("tierwise.chat.blocks")
local complete = require("tierwise.chat.complete")
local mentions = require("tierwise.chat.mentions")
local words = require("tierwise.preview.words")
local place = require("tierwise.preview.place")
local render = require("tierwise.preview.render")
local window = require("tierwise.window")

local function cut(line, spans)
  return vim.tbl_map(function(span)
    return line:sub(span[1] + 1, span[2])
  end, spans)
end

return {
  ["words: tokens are words, spaces and single characters"] = function()
    eq(words.tokens("a_b(ü, 1)"), { "a_b", "(", "ü", ",", " ", "1", ")" })
    eq(words.tokens(""), {})
    eq(table.concat(words.tokens("  if x ~= 'ß' then")), "  if x ~= 'ß' then")
  end,
  ["words: only what changed is marked"] = function()
    local old, new = "def total(order):", "def total_price(order):"
    local a, b = words.between(old, new)
    eq(cut(old, a), { "total" })
    eq(cut(new, b), { "total_price" })
  end,
  ["words: an insertion marks nothing in the old line"] = function()
    local a, b = words.between("f(x)", "f(x, y)")
    eq(a, {})
    eq(cut("f(x, y)", b), { ", y" })
  end,
  ["words: lines with little in common are not compared"] = function()
    eq({ words.between("return a + b", "import os, sys, json") }, {})
  end,
  ["words: very long lines are left alone"] = function()
    eq({ words.between(("x"):rep(3000), "x") }, {})
  end,
  ["words: stretches leave equal lines out"] = function()
    eq(words.stretches({ "a", "b", "c" }, { "A", "b", "C" }), { { 1, 1, 1, 1 }, { 3, 1, 3, 1 } })
    eq(words.stretches({}, { "a" }), { { 0, 0, 1, 1 } })
    eq(words.stretches({ "a", "b" }, {}), { { 1, 2, 0, 0 } })
  end,
  ["place: lines of a text, with or without a last line end"] = function()
    eq(place.lines(""), {})
    eq(place.lines("a\n"), { "a" })
    eq(place.lines("a\r\nb"), { "a", "b" })
    eq(place.lines("\n"), { "" })
    eq(place.lines("a\n\n"), { "a", "" })
  end,
  ["place: rows of a hunk in the buffer"] = function()
    vim.api.nvim_buf_set_lines(0, 0, -1, false, { "a", "b", "c" })
    local function rows(l1, c1, l2, c2, text)
      local range = { start = { line = l1, character = c1 }, ["end"] = { line = l2, character = c2 } }
      local first, last = place.rows(0, { range = range })
      return { first, last, place.lines(text) }
    end
    eq(rows(1, 0, 2, 0, "B\n"), { 1, 2, { "B" } })
    eq(rows(1, 0, 1, 0, "x\n"), { 1, 1, { "x" } })
    eq(rows(2, 0, 2, 1, "C"), { 2, 3, { "C" } })
    eq(rows(9, 0, 9, 0, "x"), { 3, 3, { "x" } })
  end,
  ["render: tabs become the spaces they are"] = function()
    eq({ render.expanded("a\tb", 0, 4) }, { "a   b", 5 })
    eq({ render.expanded("\t\tx", 2, 8) }, { (" "):rep(14) .. "x", 17 })
    eq({ render.expanded("日本", 0, 8) }, { "日本", 4 })
  end,
  ["render: an added line reaches the edge and says plus"] = function()
    local function added(sign, width)
      local frame = { width = width, gutter = 4, sign = sign, wraps = false, tabstop = 8 }
      local rows = {}
      render.added("ab", { { 1, 2 } }, frame, rows)
      return rows
    end
    local text = { { "a", "TierwiseAdd" }, { "b", "TierwiseAddWord" } }
    local function row(gutter, fill)
      return { { { gutter, "TierwiseSign" }, text[1], text[2], { (" "):rep(fill), "TierwiseAdd" } } }
    end
    eq(added(0, 6), row("+   ", 4))
    eq(added(2, 6), row("  + ", 4))
    eq(added(nil, 6), row("    + ", 2), "before the text where no signs are shown")
  end,
  ["render: a long line takes several rows where lines wrap, and one where they scroll"] = function()
    local function rows(text, wraps)
      local frame = { width = 6, gutter = 2, sign = 0, wraps = wraps, tabstop = 4 }
      local drawn = {}
      render.added(text, {}, frame, drawn)
      return vim.tbl_map(function(row)
        return table.concat(vim.tbl_map(function(chunk)
          return chunk[1]
        end, row))
      end, drawn)
    end
    eq(rows("abcdefghijklmno", false), { "+ abcdefghijklmno" })
    eq(rows("abcdefghijklmno", true), { "+ abcdef", "  ghijkl", "  mno   " })
    eq(rows("日本語日本語", true), { "+ 日本語", "  日本語" })
    eq(rows("a日本語", true), { "+ a日本", "  語    " })
    eq(rows("\tabc", true), { "+     ab", "  c     " })
    eq(#rows(("x"):rep(1e5), true), render.ROWS_MOST + 1, "a minified file fills no screen")
  end,
  ["render: a note goes on in the next row at a word, and a group of words is not parted"] = function()
    local frame = { width = 10, gutter = 2, wraps = false, tabstop = 8 }
    local function texts(rows)
      return vim.tbl_map(function(row)
        return table.concat(vim.tbl_map(function(chunk)
          return chunk[1]
        end, row))
      end, rows)
    end
    eq(texts(render.note({ { "abc def", "A" }, { " ghi", "B" } }, frame)), { "  abc def", "  ghi" })
    eq(texts(render.note({ { "abcdefghijklmno", "A" } }, frame)), { "  abcdefghij", "  klmno" })
    local keys = { { { "do", "A" }, { " apply", "B" } }, { { "dq", "A" }, { " discard", "B" } } }
    eq(texts(render.notes(keys, frame, "  ")), { "  do apply", "  dq discard" })
    frame.width = 5
    eq(texts(render.notes(keys, frame, "  ")), { "  do", "  apply", "  dq", "  disca", "  rd" })
    frame.width = 30
    eq(texts(render.notes(keys, frame, "  ")), { "  do apply  dq discard" })
  end,
  ["blocks: fences of both kinds, nested and unclosed"] = function()
    local lines = { "a", "````md", "```", "x", "```", "````", "~~~", "y", "~~~", "```lua", "z" }
    local found = blocks.all(lines)
    eq(#found, 3)
    eq(found[1], { first = 2, last = 6, language = "md", lines = { "```", "x", "```" } })
    eq(found[2].lines, { "y" })
    eq(found[3], { first = 10, last = 11, language = "lua", lines = { "z" } })
  end,
  ["blocks: an indented fence gives its lines without the indent"] = function()
    eq(blocks.all({ "- x:", "  ```", "  a", "    b", "  ```" })[1].lines, { "a", "  b" })
  end,
  ["blocks: the one at the row, else the next, else the last"] = function()
    local lines = { "```", "a", "```", "t", "```", "b", "```", "end" }
    eq(blocks.near(lines, 2).lines, { "a" })
    eq(blocks.near(lines, 4).lines, { "b" })
    eq(blocks.near(lines, 8).lines, { "b" })
    eq(blocks.near({ "no code" }, 1), nil)
  end,
  ["mentions: paths, lines, quotes; not addresses"] = function()
    eq(mentions.parse("see @src/a.py:10-20, @b.lua:3 and (@c.md)."), {
      { path = "src/a.py", first = 10, last = 20 },
      { path = "b.lua", first = 3, last = 3 },
      { path = "c.md" },
    })
    eq(mentions.parse('@"my file.txt" x'), { { path = "my file.txt" } })
    eq(mentions.parse("mail me@example.org"), {})
    eq(mentions.parse("@opus do it"), { { path = "opus" } })
  end,
  ["complete: where a word begins"] = function()
    eq({ complete.start("/exp") }, { 0, "action" })
    eq({ complete.start("a /exp") }, {})
    eq({ complete.start("see @src/ma") }, { 4, "file" })
    eq({ complete.start("me@ex") }, {})
  end,
  ["window: bold and code are taken out and kept as spans"] = function()
    local text, spans = window.plain("a **b** `c`")
    eq(text, "a b c")
    eq(spans, { { 2, 3, "TierwiseTier" }, { 4, 5, "TierwiseSign" } })
  end,
  ["window: a table lines up whatever marks it holds, and becomes lines where it does not fit"] = function()
    local table =
      { "x", "| tier | cost |", "|------|-----:|", "| **Opus** (routed) | 1¢ |", "| Haiku | 0.2¢ |", "y" }
    eq(window.tables(table, 40), {
      "x",
      "  tier            cost",
      "  **Opus** (routed)   1¢",
      "  Haiku           0.2¢",
      "y",
    })
    eq(window.tables(table, 12), { "x", "- **Opus** (routed) · cost 1¢", "- Haiku · cost 0.2¢", "y" })
    eq(window.tables({ "a | b", "|" }, 40), { "a | b", "|" })
  end,
  ["window: columns line up, marks not counted"] = function()
    eq(window.columns({ { "tier", "x" }, { "**Opus**", "10" } }), { "  tier    x", "  **Opus**   10" })
  end,
}
