"""Sidebar rows for every open page of a person."""

import asyncio
import logging
from concurrent.futures import Future
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.template.loader import render_to_string

from conversations.generation.dispatch import bound_loop
from conversations.queries.rows import row_of
from conversations.services.changes import Change
from conversations.streaming.sockets import open_sockets

logger = logging.getLogger(__name__)


def group_of(user_id: str) -> str:
    """Return the name of the group all of a person's sockets are in."""
    return f"user.{user_id}"


def publish(change: Change) -> None:
    """Send a changed row to the person's pages; called after the commit, from any thread.

    Without a server loop (a command, a test) nobody is listening and nothing is sent, nor
    without an open page, which only Redis could bring to another process.
    """
    loop = bound_loop()
    if loop is None or loop.is_closed():
        return
    if not settings.REDIS_URI and not open_sockets.is_watched_by(change.user_id):
        return
    message = {"type": "list.event", "frame": frame_of(change)}
    sending = asyncio.run_coroutine_threadsafe(_send(change.user_id, message), loop)
    sending.add_done_callback(_log_failure)


def frame_of(change: Change) -> dict[str, Any]:
    """Return the page protocol's list frame; a row that is not listed any more is removed."""
    row = row_of(change.user_id, change.conversation_id) if change.kind == "upsert" else None
    if row is None:
        return {"type": "list", "op": "remove", "conversationId": change.conversation_id}
    html = render_to_string("conversations/_row.html", {"row": row})
    return {
        "type": "list",
        "op": "upsert",
        "conversationId": change.conversation_id,
        "html": html,
    }


async def _send(user_id: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group_of(user_id), message)


def _log_failure(sending: Future[None]) -> None:
    if not sending.cancelled() and sending.exception() is not None:
        logger.warning("A list change was not sent.", exc_info=sending.exception())
