"""Sentences that the operator sees once: about settings, and what was left undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from tierwise.present.money import amount
from tierwise.present.names import label

FIRST_LINES: Final = 6
FIRST_LETTERS: Final = 600
"""The most lines (above) and characters of a text answer that are shown as a message. The rest is
elsewhere.
"""
SHOWN_FILES: Final = 5
"""How many files a sentence names. Further ones are counted."""


def share_risen(tier: str, recent: float, usual: float) -> str:
    """Says that the dearest tier answers far more than usual. The shares are in [0, 1]."""
    return (
        f"{label(tier)} answered {recent:.0%} of the last day's tasks, {usual:.0%} is usual."
        " `tierwise stats` and `tierwise why` say what moved them."
    )


def shadow_over(found: str) -> str:
    """Says that the week is over in which the cheapest tier answered unseen beside a dearer one.
    `found` is what that showed.
    """
    return f'{found}. The week is over; shadow = "uncertain" goes on where the router is unsure.'


def not_kept(why: str) -> str:
    """Says that a choice could not be written into the configuration; `why` is a sentence."""
    return f"Nothing was changed. {why}"


def answer_capped(tokens: int) -> str:
    """Says that an answer has a smaller limit than asked for, so that it fits the budget."""
    return f"answer capped at {tokens:,} tokens to fit what is left"


def other_model(tier: str, model: str) -> str:
    """Says that a team's gateway used a model that no tier here has."""
    return f"the team's gateway answered with {model}, not with {tier}; it is booked at its price"


def wish_waits(sentence: str) -> str:
    """Says that the repository's configuration file asks for something that the operator has not
    accepted yet.
    """
    return f"{sentence} It is not used until you accept it."


def prices_wrong(problem: str) -> str:
    """Says that one of the operator's own prices cannot be read."""
    return f"prices: {problem}. No paid call is made until it is mended."


def configuration_gone(name: str) -> str:
    """Says that a configuration file was removed or is empty now."""
    return f"{name} is empty or gone. "


def as_it_was(why: str) -> str:
    """Says that the old configuration stays in force, because the new one would stop paid calls."""
    return f"{why}The configuration as it was stays in force."


def read_again(keys: Sequence[str]) -> str:
    """Says that an edited configuration file is in force; `keys` are those that changed."""
    named = ", ".join(keys[:6])
    rest = f" and {len(keys) - 6} more" if len(keys) > 6 else ""
    return f"The configuration was read again: {named}{rest} as the file says from now on."


def check_silent(
    language: str | None, program: str, kind: Literal["missing", "slow"], seconds: float
) -> str:
    """Says that the operator's own check gave no result in `seconds`, or was not found."""
    problem = "was not found" if kind == "missing" else f"did not finish in {seconds:g} s"
    return f"[verify] {language}: {program} {problem}, so it does not count."


def waits(title: str, where: str) -> str:
    """Says that a proposal waits, for an editor that shows it by hover and code actions.

    `where` may be "".
    """
    place = f" at {where}" if where else ""
    return f"{title} is ready{place}. Hover shows it, code actions apply or discard it."


def place(name: str, line: int) -> str:
    """A line (from 0) of a file, as it is named in a sentence."""
    return f"{name}:{line + 1}"


def begins(text: str, where: str, path: str) -> str:
    """The first lines of a text answer, and where the rest is.

    `where` is a place to hover, `path` a file. Either may be "". With neither, all is shown.
    """
    lines = text.strip().split("\n")
    first = "\n".join(lines[:FIRST_LINES])
    short = first if len(first) <= FIRST_LETTERS else first[:FIRST_LETTERS].rstrip() + "…"
    if short == "\n".join(lines):
        return short
    rest = [f"hover at {where}"] if where else []
    rest += [path] if path else []
    return f"{short}\nThe rest: {' or '.join(rest)}." if rest else "\n".join(lines)


def kept_in(path: str) -> str:
    """Says where a document is kept, for an editor that cannot open it by itself."""
    return f"It is in {path}."


def hunks_left(count: int) -> str:
    """Says how many hunks were not applied, because the text under them changed."""
    if count == 1:
        return "1 hunk no longer fits and was left"
    return f"{count} hunks no longer fit and were left"


def files_left(names: Sequence[str]) -> str:
    """Names the files that an undo left alone, because they changed since the edit."""
    return f"{_listed(names)} changed since and was left"


def undo_there(names: Sequence[str]) -> str:
    """Says that an undo changes nothing, because all files of the edit changed since."""
    return f"{_listed(names)} changed since; undo it there."


def joined(parts: Sequence[str]) -> str:
    """Several remarks about one proposal in one line."""
    return ". ".join(part for part in parts if part)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def not_sent_uses(count: int, name: str) -> str:
    """Says how many files use a name and were not sent."""
    verb = "files use" if count > 1 else "file uses"
    return f"{count} more {verb} `{name}`: not sent"


def files_unchanged(wanted: int, missing: Sequence[str]) -> str:
    """Names the files that the answer leaves as they were although the task asks to change them."""
    shown = ", ".join(missing[:SHOWN_FILES])
    rest = f" and {len(missing) - SHOWN_FILES} more" if len(missing) > SHOWN_FILES else ""
    return f"{wanted - len(missing)} of {wanted} files are changed; left as they are: {shown}{rest}"


def parts_lost(count: int, of: int, paths: Sequence[str]) -> str:
    """Says how many parts of a task were answered, and which files the other `count` were about."""
    shown = ", ".join(paths[:SHOWN_FILES])
    rest = f" and {len(paths) - SHOWN_FILES} more" if len(paths) > SHOWN_FILES else ""
    return f"{of - count} of {of} parts were answered; not asked or not answered: {shown}{rest}"


def project_title(cost: int) -> str:
    """The text on the chip for the project's context; `cost` in nano-dollars."""
    return f"+{amount(cost)} project context" if cost else "project context"


def focus_label(path: str, name: str, lines: tuple[int, int]) -> str:
    """What the operator sees: the definition, or the lines (from 1) of the file."""
    file, (first, last) = path.rsplit("/", 1)[-1], lines
    span = f"{first}" if first == last else f"{first}–{last}"
    return f"{name} in {file}" if name else f"{file}:{span}"


def focus_title(label: str, cost: int) -> str:
    """The text on the chip for `focus_label`: the label and the price. `cost` is in
    nano-dollars.
    """
    return f"{label} · {amount(cost)}"


def sent_of_project(files: int, cost: int) -> tuple[str, ...]:
    """Says how many files are sent that nobody has open. `cost` is in nano-dollars, 0 for none."""
    if not files:
        return ()
    one = "1 file" if files == 1 else f"{files} files"
    price = f" (+{amount(cost)})" if cost else ""
    return (f"Sent from {one} of the project that nobody has open{price}",)


def index_unready(indexed: int, files: int) -> str:
    """Says that the index is not complete yet, so that there may be more than was found."""
    return f"index: {indexed:,} of {files:,} files, catching up" if files else "index: starting"


TOO_MANY_PLACES = "too many places"
"""Why a place to change is not sent: there are more of them than fit the allowed parts."""
NOT_CONFIRMED = "not confirmed"
"""Why a proposal was not applied: the operator said no."""
REFUSED = "the editor refused the edit"
"""Why a proposal was not applied, where the editor gave no reason."""
GROWING = "still being written"
"""The remark on a proposal whose answer is still being written."""
CANNOT_MOVE_OPEN = "this editor cannot rename or delete a file that is open"
NO_REPLY = "the editor did not answer"
CHANGES_IGNORED = "its changes: it is ignored"
"""Why a part of a diff was not sent."""


def not_applied(why: str) -> str:
    """Says that an edit was not made, and why."""
    return f"not applied: {why}"


def not_written(kind: str) -> str:
    """Says that a file could not be written; `kind` is the system's name of the error."""
    return f"a file could not be written ({kind})"


def not_looked_at(name: str, paths: Sequence[str]) -> str:
    """Names the files that a rename did not reach, because they were neither open nor attached."""
    shown = ", ".join(paths[:SHOWN_FILES])
    rest = f" and {len(paths) - SHOWN_FILES} more" if len(paths) > SHOWN_FILES else ""
    return (
        f"Not looked at, and using {name}: {shown}{rest}; open or attach them to rename there too"
    )
