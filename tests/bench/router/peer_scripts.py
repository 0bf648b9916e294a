"""Run inside the peers' own environment: texts as JSON lines in, `[tier, milliseconds]` out.

Their four tiers are folded to three: the lowest, the second, and the two above. A text a peer
abstains from counts as the second tier.
"""

import json
import sys
import time
from collections.abc import Callable

ORDER = {"SIMPLE": 0, "MEDIUM": 1, "COMPLEX": 2, "REASONING": 2}


def litellm(kind: str) -> Callable[[str], int]:
    """LiteLLM's complexity router, by its rules (v1) or its trained table (v2)."""
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

    config = {"classifier_type": kind, "tiers": dict.fromkeys(ORDER, "m")}
    router = ComplexityRouter("r", None, config, default_model="m", derive_savings_baseline=False)

    def tier(text: str) -> int:
        if kind == "heuristic":
            found = router.classify(text)[0]
        else:
            found = router._classify_with_heuristic_v2(text).tier
        return ORDER[getattr(found, "value", str(found))]

    return tier


def uncommonroute() -> Callable[[str], int]:
    """UncommonRoute's structural signal alone: its embedding needs a download."""
    from uncommon_route.signals.structural import StructuralSignal

    signal = StructuralSignal()

    def tier(text: str) -> int:
        vote = signal.predict({"messages": [{"role": "user", "content": text}]})
        return 1 if vote.tier_id is None else min(vote.tier_id, 2)

    return tier


MADE = {
    "litellm-v1": lambda: litellm("heuristic"),
    "litellm-v2": lambda: litellm("heuristic_v2"),
    "uncommonroute": uncommonroute,
}

if __name__ == "__main__":
    decide = MADE[sys.argv[1]]()
    texts = [json.loads(line) for line in sys.stdin]
    decide("warm up")
    answers = []
    for text in texts:
        start = time.perf_counter()
        found = decide(text)
        answers.append((found, round(1e3 * (time.perf_counter() - start), 4)))
    for answer in answers:
        print(json.dumps(answer))
