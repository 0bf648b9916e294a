"""The words for a job and a group of the night queue."""

from __future__ import annotations

import pytest

from tierwise.core.jobs import Each, JobState, TestsSaid
from tierwise.present import night

PURSE = "The night's purse is used up. It goes on when it is raised, or in the next night."


@pytest.mark.parametrize(
    ("state", "tests", "network", "reason", "tiers", "said"),
    [
        ("ready", None, None, None, ("haiku", "haiku"), "ready"),
        ("ready", "passed", False, None, ("haiku", "sonnet"),
         "ready · Haiku → Sonnet · tests passed"),
        ("ready", "passed", True, None, ("haiku", None), "ready · tests passed (network on)"),
        ("red", "red", False, "tests", ("haiku", "haiku"),
         "tests red · Its tests fail with the change."),
        ("needsYou", "redBefore", False, None, ("haiku", "haiku"), "need you · tests red before"),
        ("waiting", None, None, "money", (None, None), f"waiting · {PURSE}"),
    ],
)  # fmt: skip
def test_a_job_in_one_line(
    state: JobState, tests: TestsSaid | None, network: bool | None, reason: str | None,
    tiers: tuple[str | None, str | None], said: str,
) -> None:  # fmt: skip
    routed, tier = tiers
    assert night.job(state, tests, network, reason, routed=routed, tier=tier) == said


def test_a_rehearsed_group_cost_nothing_and_says_what_it_would_have() -> None:
    def line(cost: int, baseline: int, *, rehearsal: bool) -> str:
        return night.line(
            "Do it", "file", {"ready": 2}, cost, baseline, "opus", rehearsal=rehearsal
        )

    begin = "Do it 2 files · 2 ready · "
    assert line(1_000_000, 20_000_000, rehearsal=False) == f"{begin}0.1¢ (Opus alone: about 2¢)"
    assert line(1_000_000, 20_000_000, rehearsal=True) == (
        f"{begin}0¢ (with a key: 0.1¢, Opus alone about 2¢)"
    )
    assert line(1_000_000, 0, rehearsal=True) == f"{begin}0¢ (with a key: 0.1¢)"
    assert line(0, 20_000_000, rehearsal=True) == f"{begin}0¢ (Opus alone: about 2¢)"


@pytest.mark.parametrize(
    ("count", "each", "said"),
    [(38, "file", "38 files"), (1, "symbol", "1 symbol"), (2, "diagnostic", "2 diagnostics")],
)
def test_a_group_counts_what_there_is_a_job_for(count: int, each: Each, said: str) -> None:
    assert night.line("Do it", each, {"ready": count}, 0, 0, "opus").startswith(f"Do it {said} ·")
    assert night.offer(count, each, 0, 0, 0, "opus").startswith(f"{said} · forecast")
    assert said in night.really(count, each, 0, None).text
