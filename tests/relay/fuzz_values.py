"""JSON and bytes that are wrong in some way, chosen by dice that fall the same every time."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Dice: TypeAlias = random.Random
Place: TypeAlias = tuple[Any, Any]  # a list or an object, and an index or a name in it

DEEP = "DEEP-VALUE"  # stands for what json.dumps cannot write
TOO_LARGE = "TOO-LARGE-NUMBER"
DIGITS = "MANY-DIGITS"
# Kinds and names from all dialects: each is right somewhere and wrong everywhere else.
WORDS = (
    "text",
    "input_text",
    "output_text",
    "image_url",
    "image",
    "input_image",
    "document",
    "file",
    "input_file",
    "input_audio",
    "tool_use",
    "tool_result",
    "tool_calls",
    "function",
    "function_call",
    "function_call_output",
    "custom",
    "custom_tool_call",
    "thinking",
    "redacted_thinking",
    "signature",
    "reasoning",
    "reasoning_details",
    "refusal",
    "web_search_20250305",
    "server_tool_use",
    "json_schema",
    "json_object",
    "ephemeral",
    "user",
    "assistant",
    "system",
    "developer",
    "tool",
    "content",
    "messages",
    "input",
    "tools",
    "tool_choice",
    "arguments",
    "error",
    "usage",
    "stop_reason",
    "finish_reason",
    "index",
    "id",
    "call_1",
    "__proto__",
    "$ref",
)
ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**63,
    2**64,
    10**40,
    -(10**40),
    1e308,
    -0.0,
    0.1,
    float("nan"),
    float("inf"),
    float("-inf"),
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\U0001f600\u202e\u2028\u2029\ufeff",
    "\r\n\r\ndata: x\n\n",
    "data:image/png;base64,",
    "data:image/png;base64,!!!!",
    "https://example.org/a.png",
    "file:///etc/passwd",
    "x" * 5_000,
    [],
    {},
    [[]],
    [None],
    {"type": None},
    [{"type": "text", "text": None}],
    DEEP,
    TOO_LARGE,
    DIGITS,
)


def mutated(dice: Dice, value: Any, others: tuple[Any, ...] = ()) -> Any:
    """Return a copy with one to four places changed; ``others``: where parts are taken from."""
    changed = copy.deepcopy(value)
    for _change in range(dice.choice((1, 1, 2, 4))):
        places = list(_places(changed))
        if not places:
            return odd(dice)
        dice.choice(CHANGES)(dice, dice.choice(places), others)
    return changed


def odd(dice: Dice) -> Any:
    """Return a value that hardly belongs anywhere."""
    return copy.deepcopy(dice.choice(ODD)) if dice.random() < 0.8 else dice.choice(WORDS)


def written(dice: Dice, value: Any) -> bytes:
    """Return JSON text as careless programs write it, too."""
    text = json.dumps(value, ensure_ascii=dice.random() < 0.7)
    if DEEP in text:
        depth = dice.choice((60, 190, 210, 260, 1_000, 5_000))
        text = text.replace(f'"{DEEP}"', "[" * depth + "]" * depth)
    text = text.replace(f'"{TOO_LARGE}"', "1e999").replace(f'"{DIGITS}"', "9" * 5_000)
    return text.encode("utf-8", "surrogatepass")


def garbled(dice: Dice, content: bytes) -> bytes:
    """Return bytes with something cut, added, doubled or turned over."""
    here = dice.randrange(len(content) + 1)
    there = min(len(content), here + dice.choice((1, 3, 40, 400)))
    before, middle, after = content[:here], content[here:there], content[there:]
    flipped = bytes(byte ^ (1 << dice.randrange(8)) for byte in middle)
    ways = (
        before,
        before + after,
        before + dice.randbytes(dice.choice((1, 4, 64))) + middle + after,
        before + middle + middle + after,
        before + flipped + after,
        b"\xef\xbb\xbf" + content,
        content + dice.choice((b"\x00", b"}", b"]", b"  \n", b"{}")),
        content.replace(b'{"', b'{"model": 7, "', 1),
        content.decode("utf-8", "replace").encode("utf-16"),
    )
    return dice.choice(ways)


def _places(value: Any) -> Iterator[Place]:
    """Yield every place inside a value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield value, name
            yield from _places(inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield value, index
            yield from _places(inner)


def _replace(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    holder[name] = odd(dice)


def _drop(_dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    del holder[name]


def _double(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    if isinstance(holder, list):
        again = [copy.deepcopy(holder[name]) for _copy in range(dice.choice((1, 2, 30)))]
        holder[name:name] = again
    else:
        holder[f"{name}_"] = copy.deepcopy(holder[name])


def _exchange(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    other = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[name], holder[other] = holder[other], holder[name]


def _wrap(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    inner = holder[name]
    holder[name] = dice.choice(([inner], {"type": inner}, {dice.choice(WORDS): inner}))


def _unwrap(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    inner = holder[name]
    if isinstance(inner, dict | list) and inner:
        holder[name] = dice.choice(list(inner.values() if isinstance(inner, dict) else inner))


def _rename(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    if isinstance(holder, dict):
        holder[dice.choice(WORDS)] = holder.pop(name)


def _reword(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    holder, name = place
    if isinstance(holder[name], str):
        holder[name] = dice.choice(WORDS)


def _convert(dice: Dice, place: Place, _others: tuple[Any, ...]) -> None:
    """Say the same as another type."""
    holder, name = place
    value = holder[name]
    holder[name] = dice.choice((str(value), [value], json.dumps(value), {"value": value}))


def _transplant(dice: Dice, place: Place, others: tuple[Any, ...]) -> None:
    holder, name = place
    found = list(_places(dice.choice(others))) if others else []
    if found:
        donor, part = dice.choice(found)
        holder[name] = copy.deepcopy(donor[part])


CHANGES: tuple[Callable[[Dice, Place, tuple[Any, ...]], None], ...] = (
    _replace,
    _replace,
    _replace,
    _drop,
    _double,
    _exchange,
    _wrap,
    _unwrap,
    _rename,
    _reword,
    _convert,
    _transplant,
)
