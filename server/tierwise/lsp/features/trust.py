"""`tierwise/trust/*`: whether the operator trusts the workspace."""

from __future__ import annotations

from tierwise.lsp.messages.options import TrustChange
from tierwise.lsp.session.session import Session


async def did_change(session: Session, params: TrustChange) -> None:
    """Note that the operator now trusts the workspace, or no longer does."""
    (await session.engine()).set_trusted(params.trusted)
