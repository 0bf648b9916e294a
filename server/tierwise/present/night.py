"""Texts about the night queue: reports, reasons, questions and refusals. Amounts are in
nano-dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tierwise.core.amounts import amount, amounts
from tierwise.core.jobs import AHEAD, Each, JobState, TestsSaid
from tierwise.present.questions import OperatorQuestion

_STATES: Final[Mapping[JobState, str]] = {
    "ready": "ready",
    "red": "tests red",
    "needsYou": "need you",
    "changed": "changed meanwhile",
    "running": "running",
    "waiting": "waiting",
    "queued": "queued",
    "failed": "failed",
    "refused": "refused",
    "expired": "did not run in time",
    "unchanged": "without a change",
    "applied": "applied",
    "discarded": "discarded",
    "cancelled": "cancelled",
}
_REASONS: Final[Mapping[str, str]] = {
    "money": "The night's purse is used up. It goes on when it is raised, or in the next night.",
    "hour": "The hour's budget is used up. It goes on when the hour frees up.",
    "hold": "Money waits for your word. See: tierwise budget",
    "request_cap": "A single call of it may cost more than request_usd allows.",
    "group_cap": "The group's cap is reached. It goes on when the cap is raised.",
    "too_dear": "Its forecast is above what is asked for before it is spent, and nobody looked on.",
    "ledger": "The ledger could not be written, so nothing was spent. It is tried again.",
    "key": "No key is set for its tier. Set one, or choose the rehearsal model.",
    "model": "The model could not be reached. It is tried again.",
    "model_gone": "The model refused all three calls of it. Queue it again to go on.",
    "no_answer": "None of its three calls got a whole answer. Queue it again to go on.",
    "calls": "It has used up its three calls. Queue it again to go on.",
    "ignored": "The file is kept back by an ignore rule or may hold keys.",
    "untrusted": "The workspace is not trusted.",
    "too_large": "It is more than a model can be sent.",
    "tier": "There is no such tier any more.",
    "changed": "The file changed meanwhile and the edit has no place any more. Queue it again.",
    "gone": "The file is gone.",
    "check": "The answer did not pass its checks.",
    "words": "The model answered in words and changed nothing.",
    "error": "It failed; the log says why.",
    "interrupted": "It was interrupted twice in the middle of a call. Queue it again to go on.",
    "killed": "The worker ended three times while it ran, so it was given up.",
    "late": "Its time was over before it could run. Nothing was spent on it.",
    "too_late": "Its time was over before it was done.",
    "battery": "The machine runs on battery. It goes on when it is plugged in.",
    "disk": "The disk has less than 1 GB left.",
    "clock": "The clock went back. Check the date, then run: tierwise budget resume",
    "tests": "Its tests fail with the change.",
    "by_hand": "You cancelled it.",
    "job_money": "A call of its command was refused for want of money. It goes on with more.",
    "no_cell": "Its command cannot be cut off from the network here, so it was not run. It may run "
    "with: network = true in [queue.test]",
    "no_copy": "The tree could not be copied for its command.",
    "no_gateway": "No gateway could be started for its command. It is tried again.",
    "command": "Its command failed. `tierwise queue show` has the end of what it printed.",
    "command_time": "Its command took too long and was ended.",
    "nothing": "Its command changed nothing.",
    "left_out": "Its command changed only what cannot be proposed: files that are no text or too "
    "large.",
    "no_tree": "Its folder is not on this machine. A worker on a machine that has it does it.",
    "notes_gone": "Its instruction is no longer kept.",
}
_TESTS: Final[Mapping[TestsSaid, str]] = {
    "passed": "tests passed",
    "red": "tests red",
    "redBefore": "tests red before",
    "flaky": "tests flaky",
    "none": "",
    "notRun": "tests not run",
}
OTHER: Final = "another machine"
NOT_QUEUED: Final = "Nothing was queued."
NO_PURSE: Final = (
    "No night purse is set, so nothing was queued. Set night_usd, or run: "
    "tierwise budget set --night 2"
)
NO_PLACE: Final = "Nothing was queued: there is no file, definition or diagnostic to work on."
NO_DIAGNOSTIC: Final = (
    "Nothing was queued: diagnostics are read from a checker's output, as in: ruff check "
    "--output-format concise | tierwise queue add 'Fix this' --action fix --each diagnostic"
)
NO_INSTRUCTION: Final = "Nothing was queued: say what is to be done."
NO_CAP: Final = (
    "Nothing was queued: a command needs a cap, since nobody knows how many calls it makes. "
    "Say it with: --cap 1"
)
NOT_KEPT: Final = (
    "The queue keeps instructions and proposals on this machine, and "
    "content_keep_days is 0. Set it to the days a night may take."
)
NO_ENGINE: Final = (
    "The worker needs its extra: run `pip install 'tierwise[queue]'` with the pip of the "
    "environment that this program runs in (.venv/bin/pip in a clone)."
)
OPEN_ELSEWHERE: Final = (
    "Its proposal is open in an editor, or no longer kept. Apply or undo it there."
)
UNTITLED: Final = "(its instruction is no longer kept)"
NO_PLACE_NOW: Final = "The file changed meanwhile. Queue it again."
NOT_TOGETHER: Final = "The tests fail with it and the others together. Look at it by itself."
TESTS_NOT_RUN: Final = "The tests could not be run on what would be applied. Try it again."
NOTHING_NOW: Final = "Nothing is queued that may run now. `tierwise queue list` shows what waits."
NO_WORKER: Final = (
    "No worker runs here. Start one with: tierwise work (as a service: tierwise work --install)"
)
NOTHING: Final = "The queue is empty. `tierwise queue add '...' FILES --tonight` puts jobs into it."
PURSE: Final = ("$0.50", "$1", "$2", "$5")
"""The amounts that are offered when a night's budget is asked for."""


def state(name: JobState) -> str:
    """The state of a job in words."""
    return _STATES[name]


def reason(code: str | None) -> str | None:
    """Why a job is in its state. None if there is nothing to say."""
    return _REASONS.get(code or "")


def tests(said: TestsSaid | None, network: bool | None) -> str:
    """The result of the tests, and whether they had the network."""
    words = _TESTS[said] if said is not None else ""
    return f"{words} (network on)" if words and network else words


def step(routed: str | None, tier: str | None) -> str:
    """The tier that the router chose and the one that answered: "Haiku → Opus". Empty if they are
    the same or one is not known.
    """
    return f"{routed.title()} → {tier.title()}" if routed and tier and routed != tier else ""


def job(
    name: JobState, said: TestsSaid | None, network: bool | None, why: str | None,
    *, routed: str | None = None, tier: str | None = None,
) -> str:  # fmt: skip
    """A job in one line: its state, its tiers if another one answered, its tests, and the reason.

    The tests are left out if the state already says the same.
    """
    shown = state(name), step(routed, tier), tests(said, network), reason(why) or ""
    return " · ".join(dict.fromkeys(part for part in shown if part))


def units(count: int, each: Each) -> str:
    """How many jobs there are, named by what each job is about: "38 files"."""
    return f"{count} {each}{'s' if count != 1 else ''}"


def line(
    title: str, each: Each, counts: Mapping[JobState, int], cost: int, baseline: int, tier: str,
    *, rehearsal: bool = False, waits: str = "",
) -> str:  # fmt: skip
    """A group in one line: the states of its jobs, its cost, and the cost (`baseline`) that it
    would have had on `tier` alone.

    A rehearsal costs nothing, so its amounts are shown as what it would cost. `waits` is what the
    group waits for. It is shown while jobs are still to run.
    """
    ordered = [s for s in _STATES if counts.get(s)]
    parts = ", ".join(f"{counts[s]} {_STATES[s]}" for s in ordered)
    if waits and AHEAD.intersection(counts):
        parts += f" · {waits}"
    begin = f"{title} {units(sum(counts.values()), each)} · {parts} · "
    if not baseline:
        return begin + (_rehearsed(amount(cost)) if rehearsal and cost else amount(cost))
    paid, alone = amounts(cost, baseline) if cost else (amount(cost), amount(baseline))
    if rehearsal and cost:
        return begin + _rehearsed(f"{paid}, {tier.title()} alone about {alone}")
    return f"{begin}{paid} ({tier.title()} alone: about {alone})"


def waits(begin: datetime | None, after: str | None, *, paused: bool) -> str:
    """What a group waits for. `begin` is when it may run, None if that time has come."""
    if paused:
        return "paused"
    times = f"from {begin:%a %H:%M}" if begin is not None else ""
    return ", ".join(part for part in (times, f"after {after}" if after else "") if part)


def _rehearsed(would: str) -> str:
    return f"0¢ (with a key: {would})"


def offer(jobs: int, each: Each, forecast: int, worst: int, baseline: int, tier: str) -> str:
    """The forecast of a group before it is queued."""
    begin = f"{units(jobs, each)} · forecast {amount(forecast)}, at worst "
    if not baseline:
        return f"{begin}{amount(worst)}"
    return f"{begin}{amount(worst)} ({tier.title()} alone: about {amount(baseline)})"


def really(jobs: int, each: Each, forecast: int, cap: int | None) -> OperatorQuestion:
    """The question whether so many jobs, or a group whose forecast is above its cap, should be
    queued.
    """
    more = f", above the cap of {amount(cap)}" if cap is not None and forecast > cap else ""
    return OperatorQuestion(
        f"Queue {units(jobs, each)}, forecast at {amount(forecast)}{more}?",
        ("Queue", "Do not queue"),
    )


def purse_question(forecast: int, worst: int) -> OperatorQuestion:
    """The question how much a night may cost. It is asked with the first group."""
    return OperatorQuestion(
        f"How much may a night cost? This group is forecast at {amount(forecast)}, at worst "
        f"{amount(worst)}.",
        PURSE,
    )


def tests_question(command: str, *, network: bool) -> OperatorQuestion:
    """The question whether the tests may run on a model's code while nobody watches."""
    how = "with the network" if network else "cut off from the network"
    return OperatorQuestion(
        f"Run `{command}` at night on what was proposed, in a copy of the tree, {how}?",
        ("Run them", "No tests"),
    )


def service_written(file: str, *, runs: bool) -> str:
    """The sentence after the service was installed. `runs` says that it is already running."""
    started = "It runs now."
    if not runs:
        started = (
            "No service manager answered here; start it with: "
            "systemctl --user enable --now tierwise-work.service"
        )
    return (
        f"Wrote {file}. {started} Remove it with: tierwise work --uninstall. Keys are not in it: "
        "set them for your services, or keep them in the keyring. It ends when you log out, unless "
        "you say: loginctl enable-linger"
    )


def service_removed(file: str) -> str:
    """The sentence after the service was removed."""
    return f"Removed {file}."


def group_over(text: str) -> str:
    """The sentence about a group that has ended."""
    return f"Tierwise queue: {text}"


def lies_on(host: str) -> str:
    """The sentence for a group whose files and proposals are on another machine."""
    return f"Its files and proposals are on {host or OTHER}. Apply or undo it there."


def title_of(host: str) -> str:
    """The title of a group whose instruction is on another machine."""
    return f"(its instruction is on {host or OTHER})"


def runs_elsewhere(count: int, host: str) -> str:
    """The sentence about jobs that only a worker on another machine can do."""
    jobs = f"{count} jobs wait" if count != 1 else "1 job waits"
    return f"{jobs} for a worker on {host or OTHER}, where the instruction and the files are."


def unknown(what: str) -> str:
    """The sentence for an id that is no job and no group."""
    return f"There is no job or group '{what}'. `tierwise queue list` names them."


def nobody(question: str) -> str:
    """The sentence for a question that nobody can answer here, so that nothing is queued."""
    return f"Nothing was queued, since nobody can be asked here: {question} --yes says yes."


def queued(group: str, begin: datetime | None, end: datetime | None) -> str:
    """The sentence after a group was queued. `begin` and `end` are in the zone that is shown."""
    return f"Queued as {group}; it runs {_when(begin, end)}"


def not_queued(begin: datetime | None, end: datetime | None) -> str:
    """The sentence after a group was only planned: when it would run."""
    return f"Nothing was queued; it would run {_when(begin, end)}"


def _when(begin: datetime | None, end: datetime | None) -> str:
    when = "as soon as a worker runs (tierwise work)."
    if begin is not None:
        when = f"from {begin:%a %H:%M}, by tierwise work."
    return when if end is None else f"{when} What did not run by {end:%a %H:%M} expires."


def moved(count: int, state: str) -> str:
    """How many groups were paused or resumed."""
    what = "paused" if state == "paused" else "going on"
    return f"{count} group{'s' if count != 1 else ''} {what}."


def given_up(count: int) -> str:
    """How many jobs were cancelled."""
    return f"{count} job{'s' if count != 1 else ''} given up."


def forgotten(count: int) -> str:
    """How many groups were deleted."""
    return f"{count} group{'s' if count != 1 else ''} forgotten."


def resolved(count: int, what: str) -> str:
    """How many proposals were applied or undone."""
    return f"{count} {what}."


def not_passed(said: TestsSaid | None, network: bool | None) -> str:
    """Why a proposal is left out when only those that passed their tests are applied."""
    return f"Its tests did not pass ({tests(said, network)}). Look at it by itself."


def nothing_to(what: str) -> str:
    """The sentence for a group without a proposal to apply or undo."""
    there = "is ready" if what == "applied" else "was applied"
    return f"Nothing was {what}, since nothing of it {there}."


def no_time(text: str) -> str:
    """The sentence for a text that is no time of day, or for "now" as the end."""
    if text.strip().lower() == "now":
        return "By now nothing could have run. Write the end like 07:00."
    return f"'{text}' is not a time. Write it like 23:00, or now."


def held(pid: str) -> str:
    """The sentence for a state folder on which another worker runs."""
    return f"Another worker runs here ({pid}). Only one may."
