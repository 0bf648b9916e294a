"""The server of the rehearsal model, which costs nothing, in an editor window. It starts when
rehearsal is first switched on.
"""

from __future__ import annotations

from typing import Final

from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.window.settings import Settings

NOWHERE: Final = "http://127.0.0.1:9"
"""The address of calls until the server runs: nobody listens on the discard port."""


class Rehearsal:
    """Runs the rehearsal model's server for as long as the editor window is open."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.server: RehearsalServer | None = None

    def url(self) -> str | None:
        """The address for calls. None while rehearsal is off and the real endpoints are called."""
        if not self._settings.config.rehearsal:
            return None
        return self.server.base_url if self.server is not None else NOWHERE

    async def start(self) -> None:
        """Start the server if rehearsal is on and it does not run yet."""
        if self._settings.config.rehearsal and self.server is None:
            self.server = await RehearsalServer(watched=False).start()

    async def close(self) -> None:
        """Stop the server, if it runs."""
        if self.server is not None:
            await self.server.close()
