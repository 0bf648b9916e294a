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
      return { place.rows(0, { range = range, newText = text }) }
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
    local chunks = render.added("ab", { { 1, 2 } }, { width = 6, gutter = 4, tabstop = 8 })
    eq(chunks, {
      { "+   ", "TierwiseSign" },
      { "a", "TierwiseAdd" },
      { "b", "TierwiseAddWord" },
      { "    ", "TierwiseAdd" },
    })
  end,
  ["render: a note that does not fit is cut with a sign"] = function()
    local line = render.note({ { "abcdef", "A" }, { "ghi", "B" } }, { width = 8, gutter = 2, tabstop = 8 })
    eq(line, { { "  ", "Normal" }, { "abcdef", "A" }, { "g…", "B" } })
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
  ["window: columns line up, marks not counted"] = function()
    eq(window.columns({ { "tier", "x" }, { "**Opus**", "10" } }), { "  tier    x", "  **Opus**   10" })
  end,
}
