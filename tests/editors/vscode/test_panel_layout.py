"""How the panel is laid out, measured in the workbench: nothing is cut, words stay whole."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .rig.desk import Desk
from .rig.panel import Panel

pytestmark = [pytest.mark.editors, pytest.mark.timeout(180)]
WIDTHS = (197, 230, 300)
"""Pixels: as narrow as a side bar gets, where the prompt's words change, and its default."""
WIDE = """\
| setting | what it does | default |
| --- | --- | --- |
| confidence_target | a floor under the expected loss | none |
| second_opinion | asks the cheapest tier where the estimate is unsure | off |

```python
result = compute_everything_there_is(first_argument, second_argument, third_argument, fourth=4)
```
"""
BROKEN = """cells => cells.flatMap(cell => {
  const found = [];
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0]);
    }
  }
  return found;
})"""
"""Words that begin on one line and end on another."""
CUT = """nodes => nodes
  .filter(node => node.scrollWidth > node.clientWidth + 1)
  .filter(node => !['auto', 'scroll'].includes(getComputedStyle(node).overflowX))
  .map(node => `${node.className}: ${node.textContent}`)"""
"""Elements with more in them than is seen, and no way to scroll there."""
PLACEHOLDER = """field => {
  const style = getComputedStyle(field);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return room - pen.measureText(field.placeholder).width;
}"""
"""Pixels that are left beside the placeholder on its line."""


def wide(panel: Panel, pixels: int) -> None:
    """Lay the page out as in a side bar of that width."""
    panel.frame.locator("body").evaluate("(body, to) => { body.style.width = `${to}px`; }", pixels)
    panel.frame.locator("body").evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def nothing_is_cut(*parts: Locator) -> None:
    for part in parts:
        assert part.evaluate_all(CUT) == []


def test_words_stay_whole_and_nothing_is_cut_at_any_width(desk: Desk) -> None:
    desk.model.answers(WIDE)
    window = desk.open("sample.py")
    window.focus_editor("sample.py")
    window.go_to(5, 5)
    panel = window.show_panel()
    chip = panel.frame.locator(".composer .chip.focus")
    chip.wait_for()
    panel.ask("which settings are there?")
    panel.answered()
    cells = panel.body.locator("th, td")
    expect(cells).to_have_count(9)
    for pixels in WIDTHS:
        wide(panel, pixels)
        assert panel.prompt.evaluate(PLACEHOLDER) >= 0, pixels
        assert cells.evaluate_all(BROKEN) == [], pixels
        head = panel.head.locator(".tier, .because, .badge")
        assert head.evaluate_all(BROKEN) == []
        nothing_is_cut(
            head,
            panel.last.locator(".used, .prompt, .chip"),
            panel.body.locator("table, pre"),
            panel.frame.locator(".composer .chip, .composer .tools button"),
            panel.budget.locator(".figures"),
        )
    expect(panel.body.locator(".code pre")).to_have_css("white-space", "pre-wrap")
    window.tier.wait_for()
    nothing_is_cut(window.tier.locator("a"))


def test_the_names_of_slash_commands_are_read_whole(desk: Desk) -> None:
    window = desk.open("sample.py")
    panel = window.show_panel()
    panel.prompt.press_sequentially("/")
    names = panel.frame.locator(".completions .option span:first-child")
    expect(names.first).to_be_visible()
    assert names.count() >= 8
    for pixels in WIDTHS:
        wide(panel, pixels)
        assert names.evaluate_all(BROKEN) == [], pixels
        nothing_is_cut(names)
        seen = names.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
        assert min(seen) > 20, pixels
