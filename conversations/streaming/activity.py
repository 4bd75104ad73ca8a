"""Sidebar rows for every open page of a person."""

import asyncio
import logging
from concurrent.futures import Future
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from accounts.services.profile import language_of
from conversations.generation.dispatch import bound_loop
from conversations.models import Conversation, Generation
from conversations.queries.followups import queue_with_answers
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
    """Return the page protocol's list frame; a row that is not listed any more is removed.

    It speaks the language of the person, whoever's thread made the change.
    """
    if change.kind == "remove":
        return _removal(change)
    with translation.override(_language_of(change)):
        return _shown(change)


def _shown(change: Change) -> dict[str, Any]:
    if change.kind == "queue":
        return _queue_frame(change)
    row = row_of(change.user_id, change.conversation_id)
    if row is None:
        return _removal(change)
    html = render_to_string("conversations/_row.html", {"row": row})
    return {
        "type": "list",
        "op": "upsert",
        "conversationId": change.conversation_id,
        "html": html,
    }


def _removal(change: Change) -> dict[str, Any]:
    return {"type": "list", "op": "remove", "conversationId": change.conversation_id}


def _language_of(change: Change) -> str:
    """Return the language a person chose; else that of the page they wrote the chat from."""
    user = User.objects.filter(pk=change.user_id).only("preferences").first()
    chosen = language_of(user) if user is not None else ""
    if chosen:
        return chosen
    answers = Generation.objects.filter(
        user_id=change.user_id,
        conversation__conversation_id=change.conversation_id,
    )
    spoken = answers.order_by("-id").values_list("request__language", flat=True).first()
    return spoken or translation.get_language() or settings.LANGUAGE_CODE


def _queue_frame(change: Change) -> dict[str, Any]:
    """Return the follow-ups of a chat, and which answers run: one may have begun by itself."""
    mine = Conversation.objects.filter(user_id=change.user_id)
    conversation = mine.filter(conversation_id=change.conversation_id).first()
    view = None if conversation is None else queue_with_answers(conversation)
    return {
        "type": "queue",
        "conversationId": change.conversation_id,
        "html": render_to_string("conversations/_queue.html", {"queue": view}),
    }


async def _send(user_id: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group_of(user_id), message)


def _log_failure(sending: Future[None]) -> None:
    if not sending.cancelled() and sending.exception() is not None:
        logger.warning("A list change was not sent.", exc_info=sending.exception())
