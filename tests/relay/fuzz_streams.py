"""Providers' answers, whole and as streams, and what the line makes of them."""

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from tests.relay.fuzz_values import Dice, garbled, mutated, written

SECRET = "operators-own-key"
GARBAGE = (
    b"data: [DONE]\n\n",
    b"data:\n\n",
    b"data: {}\n\n",
    b"data: null\n\n",
    b"data: []\n\n",
    b"data: 7\n\n",
    b"data: {oops\n\n",
    b": a comment\n\n",
    b"\n\n\n",
    b"\r\n\r\n",
    b'event: ping\ndata: {"type": "ping"}\n\n',
    b"event: error\n\n",
    b"id: 7\nretry: 9\n\n",
    b"<html><body>Bad gateway</body></html>",
    b"\x00\xff\xfe",
    b"data: " + b"x" * 70_000 + b"\n\n",
    b'data: {"error": {"message": "Wrong key: ' + SECRET.encode() + b'", "type": "auth"}}\n\n',
    b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "'
    + SECRET.encode()
    + b'"}}\n\n',
)


def broken_stream(dice: Dice, stream: bytes, others: tuple[Any, ...] = ()) -> bytes:
    """Return a stream whose events are changed, lost, doubled, mixed up, or cut anywhere."""
    events = stream.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]
    for _change in range(dice.choice((1, 1, 1, 3))):
        events = _changed(dice, events, others)
    broken = b"".join(event + b"\n\n" for event in events)
    if dice.random() < 0.2:
        broken = broken.replace(b"\n", dice.choice((b"\r\n", b"\r")))
    if dice.random() < 0.15:
        broken = garbled(dice, broken)
    return broken[: dice.randrange(len(broken) + 1)] if dice.random() < 0.2 else broken


def broken_whole(dice: Dice, whole: Any, others: tuple[Any, ...] = ()) -> bytes:
    """Return a whole answer with something wrong in it."""
    content = written(dice, mutated(dice, whole, others))
    return garbled(dice, content) if dice.random() < 0.15 else content


def cut(dice: Dice, content: bytes) -> list[bytes]:
    """Return bytes in pieces as a line delivers them."""
    count = dice.choice((0, 0, 1, 3, 12))
    places = sorted(dice.randrange(len(content) + 1) for _cut in range(count))
    return [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]


def _changed(dice: Dice, events: list[bytes], others: tuple[Any, ...]) -> list[bytes]:
    if not events:
        return [dice.choice(GARBAGE)]
    here = dice.randrange(len(events))
    kept = list(events)
    match dice.randrange(8):
        case 0:
            del kept[here]
        case 1:
            kept[here:here] = [events[here]] * dice.choice((1, 2, 40))
        case 2:
            there = dice.randrange(len(events))
            kept[here], kept[there] = kept[there], kept[here]
        case 3:
            kept.insert(here, dice.choice(GARBAGE).removesuffix(b"\n\n"))
        case 4:
            kept = kept[:here]
        case _:
            kept[here] = _with_other_data(dice, kept[here], others)
    return kept


def _with_other_data(dice: Dice, event: bytes, others: tuple[Any, ...]) -> bytes:
    head, sign, data = event.partition(b"data: ")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        return garbled(dice, event)
    return head + sign + written(dice, mutated(dice, body, others))


def parsed_events(streams: Iterable[bytes]) -> tuple[Any, ...]:
    """Return the data of all events: where mutations take parts from."""
    found = []
    for stream in streams:
        for event in stream.split(b"\n\n"):
            with suppress(ValueError):  # the end's mark, comments
                found.append(json.loads(event.partition(b"data: ")[2]))
    return tuple(found)
