"""Status, stop and title of an answer (reference: api.md sections 5.5 to 5.7)."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from agents.engine.offload import offload
from conversations import access
from conversations.errors import (
    PROTOCOL_VERSION,
    AmbiguousRunError,
    GenerationReplacedError,
    InvalidMomentError,
    InvalidStopTargetError,
    JobNotFoundError,
    RunReplacedError,
    StreamNotFoundError,
)
from conversations.eventlog.subscribe import event_log
from conversations.generation.cancel import generation_group_stop
from conversations.generation.titles import title_taken, title_wait
from conversations.models import DEFAULT_TITLE, Generation
from conversations.streaming.attach import attachable
from conversations.streaming.json_views import json_answer, json_body, signed_in_view
from conversations.streaming.librechat_frames import FrameWriter
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

NEW = "new"
VERSION = {"generationProtocolVersion": PROTOCOL_VERSION}
TARGETS = ("streamId", "conversationId", "abortKey")


@signed_in_view("GET")
async def status(_request: HttpRequest, user: User, conversation_id: str) -> HttpResponse:
    """Say whether a conversation is being answered, and what was written so far."""
    try:
        attached = await offload(attachable, user, conversation_id, None)
    except StreamNotFoundError:
        return json_answer({"active": False, **VERSION})
    generation = attached.generation
    if not generation.is_active:
        return json_answer({"active": False, **VERSION})
    writer = FrameWriter(attached.facts)
    for entry in await event_log().read(generation.id):
        writer.feed(entry.event)
    state = writer.resume_state()
    return json_answer(
        {
            "active": True,
            **VERSION,
            "streamId": conversation_id,
            "status": "running",
            "aggregatedContent": state["aggregatedContent"],
            "createdAt": clock.milliseconds(generation.created_at),
            "resumeState": state,
        },
    )


@signed_in_view("POST")
async def abort(request: HttpRequest, user: User) -> HttpResponse:
    """Stop an answer; what was written so far is stored when this returns."""
    generation = await _to_stop(user, json_body(request))
    if not await generation_group_stop(user, generation=generation):
        settled = {"success": False, "settled": True, "code": "RUN_ALREADY_SETTLED"}
        return json_answer(settled | VERSION)
    stream_id = generation.conversation.conversation_id
    return json_answer({"success": True, "aborted": stream_id, **VERSION})


@signed_in_view("GET")
async def title(_request: HttpRequest, user: User, conversation_id: str) -> HttpResponse:
    """Wait for a new conversation's title; it is given once."""
    conversation = await offload(access.conversation_get, user, conversation_id)
    if conversation.title == DEFAULT_TITLE:
        found = await title_wait(user, conversation_id)
    else:
        found = await title_taken(user, conversation_id)  # named: nothing to wait for
    if found is None:
        return json_answer({"message": "There is no new title for this conversation."}, status=404)
    return json_answer({"title": found})


async def _to_stop(user: User, body: dict[str, Any]) -> Generation:
    target = next((body[name] for name in TARGETS if body.get(name)), None)
    if not isinstance(target, str):
        raise InvalidStopTargetError
    if target == NEW:
        return await offload(_only_running, user)
    try:
        return await offload(
            access.generation_for_stream,
            user,
            target,
            _created_ms(body.get("generationCreatedAt")),
        )
    except GenerationReplacedError as exc:
        raise RunReplacedError from exc
    except NotFoundError as exc:
        raise JobNotFoundError(target) from exc


def _created_ms(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidMomentError
    return value


def _only_running(user: User) -> Generation:
    running = list(access.generations_active(user)[:2])
    if not running:
        raise JobNotFoundError(NEW)
    if len(running) > 1:
        raise AmbiguousRunError
    return running[0]
