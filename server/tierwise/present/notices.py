"""Sentences that the operator sees once: about settings, and what was left undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from tierwise.present.money import amount
from tierwise.present.names import label

FIRST_LINES: Final = 6
FIRST_LETTERS: Final = 600
"""Lines, and characters, of a text answer that are shown as a message; the rest is elsewhere."""
SHOWN_FILES: Final = 5
"""Files named in a sentence; more are counted."""


def share_risen(tier: str, recent: float, usual: float) -> str:
    """The dearest tier answers far more than it used to; shares in [0, 1]."""
    return (
        f"{label(tier)} answered {recent:.0%} of the last day's tasks, {usual:.0%} is usual."
        " `tierwise stats` and `tierwise why` say what moved them."
    )


def answer_capped(tokens: int) -> str:
    """An answer was given less room than it asked for, so that it fits the budget."""
    return f"answer capped at {tokens:,} tokens to fit what is left"


def wish_waits(sentence: str) -> str:
    """A wish of the repository's own file that nobody accepted yet."""
    return f"{sentence} It is not used until you accept it."


def prices_wrong(problem: str) -> str:
    """A row of the operator's own prices cannot be."""
    return f"prices: {problem}. No paid call is made until it is mended."


def configuration_gone(name: str) -> str:
    """A configuration file that was there is not, or holds nothing any more."""
    return f"{name} is empty or gone. "


def as_it_was(why: str) -> str:
    """A configuration with a mistake that would hold paid calls is not taken; `why` ends open."""
    return f"{why}The configuration as it was stays in force."


def read_again(keys: Sequence[str]) -> str:
    """A configuration file that was edited is in force; `keys` are those that differ now."""
    named = ", ".join(keys[:6])
    rest = f" and {len(keys) - 6} more" if len(keys) > 6 else ""
    return f"The configuration was read again: {named}{rest} as the file says from now on."


def check_silent(
    language: str | None, program: str, kind: Literal["missing", "slow"], seconds: float
) -> str:
    """The operator's own check said nothing about an edit; `seconds` is what it was given."""
    problem = "was not found" if kind == "missing" else f"did not finish in {seconds:g} s"
    return f"[verify] {language}: {program} {problem}, so it does not count."


def waits(title: str, where: str) -> str:
    """A proposal waits, in an editor that shows it by hover and code actions; `where` may be ""."""
    place = f" at {where}" if where else ""
    return f"{title} is ready{place}. Hover shows it, code actions apply or discard it."


def place(name: str, line: int) -> str:
    """A line (from 0) of a file, as it is named in a sentence."""
    return f"{name}:{line + 1}"


def begins(text: str, where: str, path: str) -> str:
    """The first lines of a text answer, and where the rest is: by hover, in a file; "" for none."""
    lines = text.strip().split("\n")
    first = "\n".join(lines[:FIRST_LINES])
    short = first if len(first) <= FIRST_LETTERS else first[:FIRST_LETTERS].rstrip() + "…"
    if short == "\n".join(lines):
        return short
    rest = [f"hover at {where}"] if where else []
    rest += [path] if path else []
    return f"{short}\nThe rest: {' or '.join(rest)}." if rest else "\n".join(lines)


def kept_in(path: str) -> str:
    """A document that the editor cannot open by itself."""
    return f"It is in {path}."


def hunks_left(count: int) -> str:
    """Hunks that were not applied, because the text under them changed."""
    return f"{count} hunk(s) no longer fit and were left"


def files_left(names: Sequence[str]) -> str:
    """Files that an undo left as they are, because they changed since the edit."""
    return f"{_listed(names)} changed since and was left"


def undo_there(names: Sequence[str]) -> str:
    """An undo that has nothing to take back any more."""
    return f"{_listed(names)} changed since; undo it there."


def joined(parts: Sequence[str]) -> str:
    """Several remarks about one proposal as one line."""
    return ". ".join(part for part in parts if part)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def not_sent_uses(count: int, name: str) -> str:
    """Files that use a name and were not sent."""
    verb = "files use" if count > 1 else "file uses"
    return f"{count} more {verb} `{name}`: not sent"


def files_unchanged(wanted: int, missing: Sequence[str]) -> str:
    """Of the files with a place to change, those that the answer leaves as they are."""
    shown = ", ".join(missing[:SHOWN_FILES])
    rest = f" and {len(missing) - SHOWN_FILES} more" if len(missing) > SHOWN_FILES else ""
    return f"{wanted - len(missing)} of {wanted} files are changed; left as they are: {shown}{rest}"


def parts_lost(count: int, of: int, paths: Sequence[str]) -> str:
    """Parts of a task that were not answered, and the files they were about."""
    shown = ", ".join(paths[:SHOWN_FILES])
    rest = f" and {len(paths) - SHOWN_FILES} more" if len(paths) > SHOWN_FILES else ""
    return f"{of - count} of {of} parts were answered; not asked or not answered: {shown}{rest}"


def project_title(cost: int) -> str:
    """What stands on the chip of the project's context; `cost` in nano-dollars."""
    return f"+{amount(cost)} project context" if cost else "project context"


def sent_of_project(files: int, cost: int) -> tuple[str, ...]:
    """Files that nobody has open and that are sent from; `cost` in nano-dollars, 0 for none."""
    if not files:
        return ()
    one = "1 file" if files == 1 else f"{files} files"
    price = f" (+{amount(cost)})" if cost else ""
    return (f"Sent from {one} of the project that nobody has open{price}",)


def index_unready(indexed: int, files: int) -> str:
    """The index does not hold the whole project yet; there may be more than was found."""
    return f"index: {indexed:,} of {files:,} files, catching up" if files else "index: starting"


TOO_MANY_PLACES = "too many places"
"""Why a piece is not sent that is to change, where there are more than parts for them."""
NOT_CONFIRMED = "not confirmed"
"""Why a proposal was not applied: the operator said no."""
REFUSED = "the editor refused the edit"
"""Why a proposal was not applied, where the editor gave no reason."""
GROWING = "still being written"
"""What stands beside a proposal whose answer is not complete."""
CANNOT_MOVE_OPEN = "this editor cannot rename or delete a file that is open"
NO_REPLY = "the editor did not answer"
CHANGES_IGNORED = "its changes: it is ignored"
"""Why a part of a diff was not sent."""


def not_applied(why: str) -> str:
    """An edit that was not made."""
    return f"not applied: {why}"


def not_written(kind: str) -> str:
    """A file of an edit could not be written; `kind` is the system's name of the error."""
    return f"a file could not be written ({kind})"


def not_looked_at(name: str, paths: Sequence[str]) -> str:
    """What a rename did not reach, because it was neither open nor attached."""
    shown = ", ".join(paths[:SHOWN_FILES])
    rest = f" and {len(paths) - SHOWN_FILES} more" if len(paths) > SHOWN_FILES else ""
    return (
        f"Not looked at, and using {name}: {shown}{rest}; open or attach them to rename there too"
    )
