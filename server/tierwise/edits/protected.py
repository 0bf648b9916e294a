"""Files that run code or steer tools. To change one inside the workspace needs an explicit yes.

A line in one of these is run by a shell, a version control hook, a build machine, an editor
or another assistant, often without anybody looking at it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from tierwise.core.path_concern import PathCode

FOLDERS: Final = frozenset(
    (
        # version control
        ".git", ".hg", ".svn", ".jj", ".githooks", "git~1",
        # editors and other assistants
        ".vscode", ".vscode-server", ".idea", ".fleet", ".zed", ".nvim", ".vim", ".emacs.d",
        ".helix", ".cursor", ".claude", ".codex", ".gemini", ".continue", ".devcontainer",
        # build machines
        ".github", ".gitlab", ".circleci", ".ci", ".buildkite", ".teamcity", ".forgejo", ".gitea",
        ".woodpecker", ".husky",
        # keys and package managers
        ".ssh", ".gnupg", ".aws", ".kube", ".docker", ".cargo", ".bundle",
    )
)  # fmt: skip
FILES: Final = frozenset(
    (
        # shells
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile",
        ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".cshrc", ".tcshrc", ".login",
        ".kshrc", ".inputrc", ".xprofile", ".xinitrc", ".xsession", ".xsessionrc", ".envrc",
        "config.fish", "profile.ps1", "microsoft.powershell_profile.ps1",
        # version control
        ".gitconfig", ".gitmodules", ".gitattributes", ".hgrc", ".pre-commit-config.yaml",
        "lefthook.yml", "lefthook.yaml",
        # editors and other assistants
        ".vimrc", ".gvimrc", ".nvimrc", ".exrc", ".nvim.lua", ".emacs", ".dir-locals.el",
        ".mcp.json", ".editorconfig",
        # build machines
        ".gitlab-ci.yml", ".travis.yml", ".drone.yml", "jenkinsfile", "azure-pipelines.yml",
        "bitbucket-pipelines.yml", "appveyor.yml", ".appveyor.yml", "cloudbuild.yaml",
        "cloudbuild.yml", ".woodpecker.yml",
        # package managers and interpreters
        ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pypirc", "pip.conf", ".mise.toml",
        "mise.toml", "sitecustomize.py", "usercustomize.py",
        # what may be sent, and ours
        ".gitignore", ".tierwiseignore", ".aiignore", ".aiexclude", ".cursorignore",
        ".copilotignore", ".codeiumignore", ".clineignore", ".rooignore", ".continueignore",
        ".geminiignore", ".augmentignore", ".aiderignore", ".claudeignore", ".noai",
        ".tierwise.toml",
    )
)  # fmt: skip
ENDINGS: Final = (".code-workspace", ".pth")
"""Ends of file names: of an editor's workspace, and of an interpreter's start-up file."""


def folded(name: str) -> str:
    """A name as the least careful file system sees it: without case, invisible marks, accent
    variants.

    Some systems open `.GIT`, `.git` with an invisible character in it, and both spellings
    of an accent as the same file.
    """
    shown = "".join(
        c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf"
    )
    return unicodedata.normalize("NFKC", shown.casefold())


def why(parts: Sequence[str]) -> PathCode | None:
    """Why changing a path needs an explicit yes; None if it needs none. `parts` are the path's
    parts below its workspace folder.
    """
    names = [folded(part) for part in parts]
    if any(name in FOLDERS for name in names):
        return "tool_folder"
    last = names[-1]
    if (
        last in FILES
        or (last.startswith(".") and last.endswith(ENDINGS))
        or last.endswith(ENDINGS[:2])
    ):
        return "tool_file"
    return None
