"""`tierwise/trust/*`."""

from __future__ import annotations

from tierwise.lsp.messages.options import TrustChange
from tierwise.lsp.session.session import Session


async def did_change(session: Session, params: TrustChange) -> None:
    """Take over that the workspace is trusted from now on, or no longer."""
    (await session.engine()).set_trusted(params.trusted)
