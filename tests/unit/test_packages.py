"""What the package says of itself: everything it imports is declared, and everything declared is
imported."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TOOLS: Final = frozenset({"dev", "pictures", "docs", "dist"})
"""Extras of those who work on it; the server imports nothing of them."""
NO_IMPORT: Final = {"tzdata": "holds data that the standard library reads"}
"""Declared packages that no line imports, each with the reason."""


def declared() -> set[str]:
    """The packages that the server and its extras ask for, in one spelling."""
    lines = list(PROJECT["dependencies"])
    for name, extra in PROJECT["optional-dependencies"].items():
        lines += [] if name in TOOLS else extra
    return {
        re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower().replace("_", "-") for line in lines
    }


def imported() -> set[str]:
    """The modules of others that the server imports, at whatever time and in whatever way."""
    found: set[str] = set()
    for path in (ROOT / "server" / "tierwise").rglob("*.py"):
        if "fit" in path.parts:
            continue  # fitting needs the extra `dev`
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
        found |= {name.split(".")[0] for name in
                  re.findall(r"(?:import_module|deferred)\(\"([\w.]+)\"\)", text)}  # fmt: skip
    return found - set(sys.stdlib_module_names) - {"tierwise"}


def test_whatever_is_imported_is_declared() -> None:
    owners, asked = packages_distributions(), declared()
    missing = {
        module
        for module in imported()
        if not {name.lower().replace("_", "-") for name in owners.get(module, [module])} & asked
    }
    assert not missing


def test_whatever_is_declared_is_imported() -> None:
    owners = packages_distributions()
    used = {name.lower().replace("_", "-") for module in imported()
            for name in owners.get(module, [module])}  # fmt: skip
    grammars = {name for name in declared() if name.startswith("tree-sitter-")}
    idle = declared() - used - grammars - set(NO_IMPORT)
    assert not idle


def test_every_grammar_is_one_that_is_parsed_with() -> None:
    text = (ROOT / "server/tierwise/syntax/parse.py").read_text("utf-8")
    text += (ROOT / "server/tierwise/syntax/languages.py").read_text("utf-8")
    grammars = {name for name in declared() if name.startswith("tree-sitter-")}
    assert {name for name in grammars if name.replace("-", "_") not in text} == set()


def test_the_extension_has_the_version_of_the_server_and_what_a_shop_shows() -> None:
    from tierwise import __version__

    manifest = json.loads((ROOT / "vscode-client/package.json").read_text("utf-8"))
    assert manifest["version"] == __version__
    lock = json.loads((ROOT / "vscode-client/package-lock.json").read_text("utf-8"))
    assert lock["version"] == lock["packages"][""]["version"] == __version__
    assert (ROOT / "vscode-client" / manifest["icon"]).read_bytes().startswith(b"\x89PNG")
    assert {"categories", "keywords", "license", "galleryBanner"} <= manifest.keys()
    page = (ROOT / "vscode-client/README.md").read_text("utf-8")
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", page):
        assert (ROOT / "vscode-client" / picture).exists()
