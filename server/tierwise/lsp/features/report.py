"""`tierwise/report/*`: the page of spend, tiers and outcomes."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.lsp.messages.report import ReportAsk, ReportPage
from tierwise.lsp.session.session import Session


async def make(session: Session, params: ReportAsk) -> ReportPage:
    """Make the page in a process of its own.

    Adding up a large ledger takes seconds, and the server must answer meanwhile.
    """
    folders = session.docs.folders
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tierwise", "report", "--json", *(["--demo"] if params.demo else []),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=dict(session.env),
        cwd=folders[0] if folders and folders[0].is_dir() else None,
    )  # fmt: skip
    try:
        told, trouble = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = trouble.decode("utf-8", "replace").strip().removeprefix("tierwise: ")
        raise BadRequest(said or ErrorReason("task_failed"))
    uri = Path(json.loads(told)["file"]).as_uri()
    shown = params.show and session.client.show_document
    return ReportPage(
        uri=uri, shown=bool(shown and await session.editor.show_document(uri, outside=True))
    )
