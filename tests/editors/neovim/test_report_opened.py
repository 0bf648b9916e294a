"""`:Tierwise report open` in a real Neovim: the page is made by the server and opened outside."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.editors.neovim.driver import Open

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

BROWSER = """
_G.opened = nil
vim.ui.open = function(where)
  _G.opened = where
  return { wait = function() return { code = 0 } end }
end
"""
NO_BROWSER = "vim.ui.open = function() return nil, 'there is no browser' end"


@pytest.mark.parametrize(("word", "said"), [("open", "0 tasks"), ("demo", "invented")])
def test_the_page_opens_in_the_browser(open_nvim: Open, word: str, said: str) -> None:
    nvim = open_nvim().ready()
    nvim.lua(BROWSER)
    nvim.command(f"Tierwise report {word}")
    opened = nvim.until("return _G.opened")
    assert said in Path(unquote(urlsplit(opened).path)).read_text(encoding="utf-8")


def test_without_a_browser_the_place_of_the_page_is_said(open_nvim: Open) -> None:
    nvim = open_nvim().ready()
    nvim.lua(NO_BROWSER)
    nvim.command("Tierwise report demo")
    nvim.note("report-demo.html")
