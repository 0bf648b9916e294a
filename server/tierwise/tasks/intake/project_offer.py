"""What the project would add to a question: which files, how many tokens, at which cost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tierwise.context import collect
from tierwise.context.collect import Materials
from tierwise.context.project import ProjectFiles
from tierwise.core.context import Pack
from tierwise.core.document import Snapshot
from tierwise.core.money import Usage
from tierwise.core.request import Request
from tierwise.core.tiers import Tier
from tierwise.tasks.api import ProjectOffer
from tierwise.tasks.intake import project
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.task.scene import Scene
from tierwise.tasks.window.window import Window


async def offer(request: Request, scene: Scene, tier: Tier, window: Window) -> ProjectOffer | None:
    """What of the project would be sent with a question on this tier. None if nothing would.

    It asks the operator nothing and sends nothing.
    """
    found = await project.gather(request, scene, window, patient=True)
    if found is None:
        return None
    roots = tuple(window.documents.roots())

    def name(doc: Snapshot) -> str:
        return relative(doc, roots)

    materials = Materials(None, None, (), (), name, window.ignore, project=found)
    pack = await asyncio.to_thread(collect.collect, request, materials)
    tokens = tokens_of(pack, found, name)
    if not tokens:
        return None
    paths = {item.path for item in pack.items}
    files = tuple(name(doc) for doc in found.all if name(doc) in paths)
    return ProjectOffer(files, tokens, cost_of(tokens, tier, window))


def tokens_of(pack: Pack, found: ProjectFiles, name: Callable[[Snapshot], str]) -> int:
    """Tokens of the pack (what is sent) that come from the project: from files that are not open,
    and from the card, the lines on what the project is.
    """
    closed = {name(doc) for doc in found.all}
    return sum(i.tokens for i in pack.items if i.path in closed or i.kind == "card")


def cost_of(tokens: int, tier: Tier, window: Window) -> int:
    """The cost of this many tokens of context on a tier, in nano-dollars. 0 in a rehearsal."""
    if window.rehearsal:
        return 0
    usage = Usage(input_tokens=tokens)
    return window.prices.cost(tier.model, usage, window.clock(), tier.base_url)
