"""GET /api/agents/chat/stream/<id>: an answer as LibreChat's event stream."""

import contextlib
from collections.abc import AsyncGenerator

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.auth.drf import sign_in_from_request
from accounts.errors import BannedError
from accounts.limits.addresses import client_address, network_of
from accounts.limits.bans import ban_on, banned
from accounts.limits.browsers import is_browser
from agents.engine.offload import offload
from conversations.errors import PROTOCOL_VERSION
from conversations.eventlog.events import Ended, Entry
from conversations.eventlog.subscribe import event_log
from conversations.models import Generation
from conversations.queries.presence import Identity
from conversations.queries.turns import Turn, turn_of
from conversations.streaming.attach import (
    Attached,
    attachable,
    check_there,
    is_gone,
    milliseconds_of,
    paced,
)
from conversations.streaming.doors import StreamDoor, open_doors
from conversations.streaming.json_views import json_view
from conversations.streaming.librechat_frames import (
    FrameWriter,
    aborted_frame,
    error_frame,
    final_frame,
)
from conversations.streaming.run_steps import Frame
from librechat.kernel import metrics
from librechat.kernel.sse import frame

HEARTBEAT_SECONDS = 15.0
EVENT_STREAM = "text/event-stream"
SIGNED_OUT = "You are signed out. The answer goes on and is kept: sign in again to read it."
HEARTBEAT = b": still here\n\n"  # a comment: clients skip it, proxies keep the line open
HEADERS = {
    "Content-Encoding": "identity",
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
    "x-librechat-generation-protocol": str(PROTOCOL_VERSION),
}


@json_view("GET")
async def stream(request: HttpRequest, stream_id: str) -> HttpResponseBase:
    """Return an answer's frames from the first one, or from now on with ``resume=true``.

    A banned person's browser reads why in a stream of one error; a program gets a 403.
    """
    try:
        attached, identity = await offload(_let_in, request, stream_id)
    except BannedError as exc:
        if not is_browser(request):
            raise
        return HttpResponse(_ban_told(exc), content_type=EVENT_STREAM, headers=HEADERS)
    generation = attached.generation
    await check_there(generation)
    is_resumed = request.GET.get("resume") == "true"
    writer, door = FrameWriter(attached.facts), StreamDoor(identity)
    body = _body(generation, writer, door, is_resumed=is_resumed)
    return StreamingHttpResponse(body, content_type=EVENT_STREAM, headers=HEADERS)


def _let_in(request: HttpRequest, stream_id: str) -> tuple[Attached, Identity]:
    """Return what a client attaches to and who it is; a single hop to a thread for all of it."""
    user, session_id = sign_in_from_request(request)
    created_ms = milliseconds_of(request.GET.get("generationCreatedAt", ""))
    attached = attachable(user, stream_id, created_ms)
    network = network_of(client_address(request))
    return attached, Identity(user.id, user.auth_epoch, session_id, network)


async def _body(
    generation: Generation,
    writer: FrameWriter,
    door: StreamDoor,
    *,
    is_resumed: bool,
) -> AsyncGenerator[bytes, None]:
    """Yield the frames while the person's sign-in holds. The answer itself always goes on."""
    cursor = 0
    with metrics.streams.track_inprogress(), open_doors.holding(door):
        if is_resumed:
            cursor = await _caught_up(generation, writer)
            yield _encoded(writer.sync_frame())
        async with contextlib.aclosing(_followed(generation, writer, door, after=cursor)) as rest:
            async for piece in rest:
                yield piece


async def _caught_up(generation: Generation, writer: FrameWriter) -> int:
    """Feed what was written so far to the writer and return the cursor behind it."""
    cursor = 0
    for entry in await event_log().read(generation.id):
        if not isinstance(entry.event, Ended):  # followed later: it has a frame of its own
            writer.feed(entry.event)
            cursor = entry.seq
    return cursor


async def _followed(
    generation: Generation,
    writer: FrameWriter,
    door: StreamDoor,
    *,
    after: int,
) -> AsyncGenerator[bytes, None]:
    events = event_log().follow(generation.id, after=after)
    async with contextlib.aclosing(paced(events, HEARTBEAT_SECONDS, until=door.closed)) as batches:
        async for batch in batches:
            if batch:
                yield await _written(generation, writer, batch)
                if isinstance(batch[-1].event, Ended):
                    return
            elif await is_gone(generation.id):
                return
            else:
                yield HEARTBEAT
    if door.closed.is_set():
        yield await _good_bye(door.identity)


async def _good_bye(identity: Identity) -> bytes:
    """Return the error frame that tells why a stream ends before its answer."""
    ban = await offload(ban_on, user_id=identity.user_id, address=identity.network)
    return _ban_told(banned(ban)) if ban else _failed(SIGNED_OUT)


def _ban_told(exc: BannedError) -> bytes:
    return _failed(orjson.dumps(exc.data["body"]).decode())


async def _written(generation: Generation, writer: FrameWriter, batch: list[Entry]) -> bytes:
    """Return a batch of events as one write."""
    pieces = [_encoded(shown) for entry in batch for shown in writer.feed(entry.event)]
    last = batch[-1].event
    if isinstance(last, Ended):
        turn = await offload(turn_of, generation)
        pieces.append(_ending(last, turn, is_early=not writer.is_created))
    return b"".join(pieces)


def _ending(ended: Ended, turn: Turn | None, *, is_early: bool) -> bytes:
    if ended.is_setup_error:
        return _failed(_setup_error(ended, turn))
    if turn is None:
        return _failed("This conversation was deleted.")
    rows = {"conversation": turn.conversation, "request": turn.request, "response": turn.response}
    if ended.state == "stopped":
        return _encoded(aborted_frame(**rows, is_early=is_early))
    return _encoded(final_frame(**rows))


def _setup_error(ended: Ended, turn: Turn | None) -> str:
    """Return what an error frame says, as stored: LibreChat's object as JSON, or a sentence."""
    parts = turn.response.get("content", []) if turn else []
    stored = next((part["error"] for part in parts if part.get("type") == "error"), "")
    return str(stored) or orjson.dumps(ended.error).decode()


def _failed(text: str) -> bytes:
    return frame(orjson.dumps(error_frame(text)), "error")


def _encoded(shown: Frame) -> bytes:
    return frame(orjson.dumps(shown))
