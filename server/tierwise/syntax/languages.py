"""Language ids of editors and file suffixes, and which grammar reads them."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

_BY_SUFFIX: Final = {
    ".py": "python", ".pyi": "python", ".js": "javascript", ".mjs": "javascript",
    ".cjs": "javascript", ".jsx": "javascriptreact", ".ts": "typescript", ".mts": "typescript",
    ".tsx": "typescriptreact", ".rs": "rust", ".go": "go", ".java": "java", ".c": "c",
    ".h": "c", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hpp": "cpp", ".lua": "lua",
    ".rb": "ruby", ".sh": "shellscript", ".bash": "shellscript", ".md": "markdown",
    ".json": "json", ".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".html": "html",
    ".css": "css", ".sql": "sql", ".kt": "kotlin", ".swift": "swift", ".php": "php",
}  # fmt: skip

_GRAMMARS: Final = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "rust": ("tree_sitter_rust", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "lua": ("tree_sitter_lua", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "shellscript": ("tree_sitter_bash", "language"),
    "sh": ("tree_sitter_bash", "language"),
    "bash": ("tree_sitter_bash", "language"),
}


def suffixes() -> tuple[str, ...]:
    """The file suffixes of the languages that are known, with their dots."""
    return tuple(_BY_SUFFIX)


def of_path(path: str) -> str | None:
    """The language id of a file by its suffix, None when unknown."""
    return _BY_SUFFIX.get(PurePath(path).suffix.lower())


def grammar(language: str | None) -> tuple[str, str] | None:
    """Module and function of the grammar for a language id, None when there is none."""
    return _GRAMMARS.get(language or "")
