"""Makes the packages and tries each in a clean place: `python -m tests.packages.make_dist`.

In `dist/` are then the wheel, the source archive, the extension for VS Code, the plugin for Neovim
and `constraints.txt`, the versions that the trials ran with. Each package is installed where
nothing else is, and `tierwise try` is run from there, without a key and without this folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tierwise import __version__

ROOT: Final = Path(__file__).parents[2]
DIST: Final = ROOT / "dist"
PLUGIN: Final = f"tierwise.nvim-{__version__}"
NVIM: Final = ROOT / ".tools/neovim/wheel/bin/nvim"
VSCE: Final = ("--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links")
"""There is no public address of the repository, so links stay as they are in the package."""
LEFT_OUT: Final = ("scripts", ".luacheckrc", "stylua.toml", ".stylua.toml")
"""What of the plugin's folder only its developers need."""


def run(words: Sequence[str | Path], cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program; what it printed. Raises `CalledProcessError` and shows the output first."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout)
        done.check_returncode()
    return done.stdout


def make() -> None:
    """All packages, into an empty `dist/`."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    run([sys.executable, "-m", "build", "--outdir", DIST, ROOT], ROOT)
    client = ROOT / "vscode-client"
    shutil.rmtree(client / "server", ignore_errors=True)
    (client / "server").mkdir()
    shutil.copy(wheel(), client / "server")
    run(["npm", "run", "--silent", "build"], client)
    vsix = DIST / f"tierwise-{__version__}.vsix"
    told = run(["npx", "vsce", "package", *VSCE, "-o", vsix], client)
    if "WARNING" in told:
        raise SystemExit(told)
    _plugin()


def wheel() -> Path:
    """The wheel that was made."""
    return next(DIST.glob("tierwise-*.whl"))


def _plugin() -> None:
    """The plugin's folder with the server's wheel beside it, which `:Tierwise install` takes."""

    def kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(entry.name).parts[1:]
        return None if parts and parts[0] in (*LEFT_OUT, "server") else entry

    with tarfile.open(DIST / f"{PLUGIN}.tar.gz", "w:gz") as archive:
        archive.add(ROOT / "neovim-plugin", PLUGIN, filter=kept)
        archive.add(wheel(), f"{PLUGIN}/server/{wheel().name}")


def environment(folder: Path, package: Path) -> Path:
    """A new environment with one package and what it needs; the folder of its programs."""
    run([sys.executable, "-m", "venv", folder], DIST)
    programs = folder / "bin"
    constraints = DIST / "constraints.txt"
    bound: list[str | Path] = ["-c", constraints] if constraints.exists() else []
    run([programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         *bound, package], DIST)  # fmt: skip
    return programs


def clean(folder: Path) -> dict[str, str]:
    """The variables of somebody who has just got this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}


def tried(programs: Path, folder: Path) -> None:
    """The main job, and the version, from an installed package."""
    env = clean(folder)
    assert run([programs / "tierwise", "--version"], folder, env).strip().endswith(__version__)
    told = run([programs / "tierwise", "try"], folder, env)
    assert "Applied." in told, told
    assert "What this run logged" in told, told


def from_wheel(folder: Path) -> None:
    """The wheel; the versions it came with become the constraints of the others."""
    programs = environment(folder / "env", wheel())
    tried(programs, folder)
    frozen = run([programs / "python", "-m", "pip", "freeze", "--exclude", "tierwise"], folder)
    lines = [line for line in frozen.splitlines() if "==" in line]
    (DIST / "constraints.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def from_sdist(folder: Path) -> None:
    """The source archive."""
    tried(environment(folder / "env", next(DIST.glob("tierwise-*.tar.gz"))), folder)


def from_vsix(folder: Path) -> None:
    """The extension: it carries the wheel, its icon and its pages."""
    with zipfile.ZipFile(next(DIST.glob("*.vsix"))) as archive:
        archive.extractall(folder / "vsix")
    extension = folder / "vsix" / "extension"
    for needed in ("media/icon.png", "package.json", "readme.md", "changelog.md", "LICENSE.txt"):
        names = {p.relative_to(extension).as_posix().lower() for p in extension.rglob("*")}
        assert needed.lower() in names, needed
    tried(environment(folder / "env", next((extension / "server").glob("*.whl"))), folder)


def from_plugin(folder: Path) -> None:
    """The plugin: Neovim loads it from its folder, and its wheel serves."""
    with tarfile.open(DIST / f"{PLUGIN}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    plugin = folder / PLUGIN
    tried(environment(folder / "env", next((plugin / "server").glob("*.whl"))), folder)
    if NVIM.exists():
        lua = "lua assert(vim.fn.exists(':Tierwise') == 2) vim.lsp.enable('tierwise')"
        env = {**clean(folder), "PATH": f"{folder / 'env/bin'}:{os.environ['PATH']}"}
        words: list[str | Path] = [
            NVIM,
            "--clean",
            "--headless",
            "--cmd",
            f"set rtp+={plugin}",
            "-c",
            lua,
            "-c",
            "qa!",
        ]
        told = run(words, folder, env)
        assert "Error" not in told, told


def main() -> None:
    """Make and try; one line per package with the seconds from its file to the end of `try`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-make", action="store_true")
    given = parser.parse_args()
    make()
    trials: tuple[Callable[[Path], None], ...] = (from_wheel, from_sdist, from_vsix, from_plugin)
    for trial in () if given.only_make else trials:
        with tempfile.TemporaryDirectory(prefix="tierwise-dist-") as folder:
            began = time.perf_counter()
            trial(Path(folder))
            name = trial.__name__.removeprefix("from_")
            print(f"{name:8} installed and tried in {time.perf_counter() - began:.0f} s")
    for file in sorted(DIST.iterdir()):
        print(f"{file.stat().st_size / 1e3:10,.0f} KB  {file.name}")


if __name__ == "__main__":
    main()
