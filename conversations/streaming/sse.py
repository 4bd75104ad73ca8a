"""GET /api/agents/chat/stream/<id>: an answer as LibreChat's event stream."""

import contextlib
from collections.abc import AsyncGenerator

import orjson
from django.http import HttpRequest, StreamingHttpResponse

from accounts.models import User
from agents.engine.offload import offload
from conversations.errors import PROTOCOL_VERSION
from conversations.eventlog.events import Ended, Entry
from conversations.eventlog.subscribe import event_log
from conversations.models import Generation
from conversations.queries.turns import Turn, turn_of
from conversations.streaming.attach import attachable, facts_of, is_gone, milliseconds_of, paced
from conversations.streaming.json_views import signed_in_view
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
HEARTBEAT = b": still here\n\n"  # a comment: clients skip it, proxies keep the line open
HEADERS = {
    "Content-Encoding": "identity",
    "Cache-Control": "no-cache, no-transform",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
    "x-librechat-generation-protocol": str(PROTOCOL_VERSION),
}


@signed_in_view("GET")
async def stream(request: HttpRequest, user: User, stream_id: str) -> StreamingHttpResponse:
    """Return an answer's frames from the first one, or from now on with ``resume=true``."""
    created_ms = milliseconds_of(request.GET.get("generationCreatedAt", ""))
    generation = await attachable(user, stream_id, created_ms)
    writer = FrameWriter(await facts_of(generation))
    is_resumed = request.GET.get("resume") == "true"
    body = _resumed(generation, writer) if is_resumed else _followed(generation, writer, after=0)
    return StreamingHttpResponse(body, content_type="text/event-stream", headers=HEADERS)


async def _resumed(generation: Generation, writer: FrameWriter) -> AsyncGenerator[bytes, None]:
    cursor = 0
    for entry in await event_log().read(generation.id):
        if not isinstance(entry.event, Ended):  # followed below: it has a frame of its own
            writer.feed(entry.event)
            cursor = entry.seq
    yield _encoded(writer.sync_frame())
    async with contextlib.aclosing(_followed(generation, writer, after=cursor)) as rest:
        async for piece in rest:
            yield piece


async def _followed(
    generation: Generation,
    writer: FrameWriter,
    *,
    after: int,
) -> AsyncGenerator[bytes, None]:
    batches = paced(event_log().follow(generation.id, after=after), HEARTBEAT_SECONDS)
    with metrics.streams.track_inprogress():
        async with contextlib.aclosing(batches):
            async for batch in batches:
                if batch:
                    yield await _written(generation, writer, batch)
                elif await is_gone(generation.id):
                    return
                else:
                    yield HEARTBEAT


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
