"""One reply rendered once per process, however many pages watch it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from agents.engine.offload import offload
from conversations.eventlog.events import Created, Ended, Entry
from conversations.eventlog.subscribe import event_log
from conversations.models import Generation
from conversations.queries.shown_turns import ShownTurn, kept_parts, shown_turn
from conversations.streaming.attach import is_gone, paced
from conversations.streaming.fragments import FragmentWriter, Frame, merged

logger = logging.getLogger(__name__)

PULSE_SECONDS = 15.0
# A page that comes late gets the past in pieces of so many events.
MAX_EVENTS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames of whole events up to number ``upto``."""

    upto: int
    frames: list[Frame]


@dataclass(slots=True, eq=False)
class Feed:
    """The frames of one generation so far; ``events[n]`` are those of event n + 1."""

    events: list[list[Frame]] = field(default_factory=list)
    is_over: bool = False
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    watchers: int = 0
    task: asyncio.Task[None] | None = None

    def add(self, events: list[list[Frame]]) -> None:
        """Add the frames of the next events."""
        self.events.extend(events)
        self.wake()

    def wake(self) -> None:
        """Wake those who wait now."""
        self.grown.set()
        self.grown = asyncio.Event()


class Feeds:
    """The feeds of this process, by generation id; one is kept while somebody watches."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}

    async def watch(self, generation: Generation, *, after: int) -> AsyncGenerator[Batch, None]:
        """Yield what comes after event ``after``; ends with the answer, or when it is gone.

        A reader takes what is there at its own pace: a slow one costs nothing but its place.
        """
        feed = self._join(generation)
        cursor = max(after, 0)
        try:
            while True:
                events = feed.events[cursor : cursor + MAX_EVENTS_AT_ONCE]
                if events:
                    cursor += len(events)
                    frames = merged([frame for one in events for frame in one])
                    if frames:  # some events show nothing
                        yield Batch(cursor, frames)
                elif feed.is_over:
                    return
                else:
                    await feed.grown.wait()
        finally:
            self._leave(generation.id, feed)

    def _join(self, generation: Generation) -> Feed:
        feed = self._feeds.get(generation.id)
        if feed is None:
            feed = self._feeds[generation.id] = Feed()
            feed.task = asyncio.create_task(_fill(feed, generation), name=f"feed:{generation.id}")
        feed.watchers += 1
        return feed

    def _leave(self, generation_id: str, feed: Feed) -> None:
        feed.watchers -= 1
        if feed.watchers:
            return
        if feed.task is not None:
            feed.task.cancel()
        if self._feeds.get(generation_id) is feed:
            del self._feeds[generation_id]


feeds = Feeds()


async def _fill(feed: Feed, generation: Generation) -> None:
    """Render events as they come; whatever happens, the readers learn that it is over."""
    # For this task and what it offloads; the page that asked speaks it.
    translation.activate(generation.request.get("language") or settings.LANGUAGE_CODE)
    writer = FragmentWriter(generation.response_message_id, kept_parts(generation))
    batches = paced(event_log().follow(generation.id), PULSE_SECONDS)
    try:
        async with contextlib.aclosing(batches):
            async for batch in batches:
                feed.add([await _frames(generation, writer, entry) for entry in batch])
                if not batch and await is_gone(generation.id):
                    return
    except Exception:
        logger.exception("A reply cannot be shown.", extra={"generation": generation.id})
    finally:
        feed.is_over = True
        feed.wake()


async def _frames(generation: Generation, writer: FragmentWriter, entry: Entry) -> list[Frame]:
    frames = writer.feed(entry.event)
    match entry.event:
        case Created():
            opening = await offload(_opening, generation)
            return [*opening, *writer.begin(), *frames]
        case Ended(state=state):
            html = await offload(_ending, generation)
            return [*frames, {"type": "end", "state": state, "html": html}]
        case _:
            return frames


def _opening(generation: Generation) -> list[Frame]:
    turn = shown_turn(generation, is_empty=True)
    if turn is None:
        return []
    return [
        {
            "type": "open",
            "userHtml": _article(turn, turn.request),
            "replyHtml": _article(turn, turn.response),
            "userMessageId": generation.user_message_id,
            "responseMessageId": generation.response_message_id,
        },
    ]


def _ending(generation: Generation) -> str:
    turn = shown_turn(generation, is_empty=False)
    return "" if turn is None else _article(turn, turn.response)


def _article(turn: ShownTurn, message: object) -> str:
    context = {"message": message, "conversation": turn.conversation}
    return render_to_string("conversations/_message.html", context)
