"""The table of commands: the name of each, its module, and its line in the help.

A command's module is imported only when the command runs, so that `tierwise --help` is fast.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One command. `help` is the first sentence of its help text.

    If `group` is true, its module has an `app` with subcommands, else it has a function `run`.
    """

    name: str
    module: str
    help: str
    group: bool = False


COMMANDS: Final[tuple[CommandEntry, ...]] = (
    CommandEntry(
        "try",
        "try_command",
        "Show the main job: route, answer, preview, apply or discard, on real files.",
    ),
    CommandEntry(
        "route",
        "route",
        "Route requests: JSON lines on stdin, one decision per line in the same order on stdout.",
    ),
    CommandEntry(
        "team", "team", "Manage the members, caps and rules of a team's gateway.", group=True
    ),
    CommandEntry("store", "store", "Move the ledger into a PostgreSQL database.", group=True),
    CommandEntry("why", "why", "Show why a task went where it went."),
    CommandEntry(
        "stats",
        "stats",
        "Show what was spent, on which tier, and what always using the baseline would have cost.",
    ),
    CommandEntry(
        "report",
        "report",
        "Report spend, tiers, what became of answers and what was learned: a page, and here.",
    ),
    CommandEntry(
        "export",
        "export",
        "Write a row per task: its tiers, its cost and what became of it. No code, no prompt.",
    ),
    CommandEntry(
        "import",
        "import_logs",
        "Work out from the logs of another tool what routing would have saved.",
        group=True,
    ),
    CommandEntry(
        "history",
        "history",
        "List tasks with the tier that answered, the cost and what became of them.",
    ),
    CommandEntry(
        "purge",
        "purge",
        "Remove every kept prompt, answer, proposal, chat and project index from this machine.",
    ),
    CommandEntry(
        "doctor", "doctor", "Check the set-up; exit 1 if no task can be answered with it."
    ),
    CommandEntry("replay", "replay", "Replay tasks: what they would have cost and delivered."),
    CommandEntry("serve", "serve", "Serve an editor on stdio."),
    CommandEntry(
        "gateway",
        "gateway",
        "Serve agents: route, pay and pass on what speaks Anthropic's Messages API.",
        group=True,
    ),
    CommandEntry(
        "top",
        "top",
        "Watch what agents do at the gateway: tier, cause, context and cost per strand.",
    ),
    CommandEntry(
        "statusline",
        "statusline",
        "Print an agent's status: the tier that answers and why, its cost, what is left.",
    ),
    CommandEntry(
        "queue", "queue", "Queue tasks for the night and look at what became of them.", group=True
    ),
    CommandEntry(
        "work",
        "work",
        "Do what was queued. Exit 0: nothing left, 3: waits for money, 4: another worker runs.",
    ),
    CommandEntry(
        "hook",
        "hook",
        "Tell the gateway what an agent gave its hook, on stdin; for Claude Code's settings.",
    ),
    CommandEntry("learn", "learn", "Show or change what the router learned.", group=True),
    CommandEntry(
        "index",
        "index",
        "Search the index of a project, make it again, or turn it off.",
        group=True,
    ),
    CommandEntry(
        "dial",
        "dial",
        "Show or turn the dial: save, balanced or right first time when the router is unsure.",
    ),
    CommandEntry("budget", "budget", "Show the budget, change it, or list prices.", group=True),
)
"""Every command in the order of the help. A test compares the sentences with the modules' own."""
