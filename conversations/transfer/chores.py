"""Imports at work inside a server process."""

import asyncio
import threading

from agents.engine.offload import offload
from conversations.transfer.moving import move_ins_continue


async def move_ins_go_on() -> int:
    """Run what waits in a thread; a server that shuts down stops it after the batch in hand."""
    stop = threading.Event()
    work = asyncio.ensure_future(offload(move_ins_continue, stop.is_set))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({work})
        raise
