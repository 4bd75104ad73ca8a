"""What a row of the conformance tables says, and how an answer is held against it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tests.relay.conformance.upstream import Json, Reply

Client: TypeAlias = Literal["chat", "messages", "responses"]
PATHS: Mapping[Client, str] = {
    "chat": "/v1/chat/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
}
# The names of the server's models by the dialect their provider speaks.
ANTHROPIC = frozenset({"sonnet", "opus", "always", "old", "hurried-a", "nowhere-a"})
OPENAI = frozenset({"gpt", "gpt5", "local", "ds", "mistral", "hurried-o", "nowhere-o"})
HELLO = "Hello MARK"


@dataclass(frozen=True)
class Like:
    """A text that a pattern fits."""

    pattern: str


@dataclass(frozen=True)
class Has:
    """An object with at least these fields."""

    fields: Json


class Absent:
    """A field that must not be there."""


ABSENT = Absent()


@dataclass(frozen=True)
class Case:
    """One rule of the reference. The word MARK in ``fields`` becomes the run's own mark.

    fields: of the request, over a plain one. sent: what the provider must get, field by field.
    answer: the provider's, as a whole message. got: the core of what the client must get (see
    ``reading``). refused: the core of the error in place of it; nothing may be sent then.
    deviates: why the relay is known to do otherwise.
    """

    name: str
    client: Client
    model: str
    fields: Json = field(default_factory=dict)
    sent: Json | None = None
    answer: Json | None = None
    got: Json | None = None
    refused: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, object] = field(default_factory=dict)
    deviates: str = ""

    @property
    def speaks(self) -> str:
        """The provider's dialect."""
        return "anthropic" if self.model in ANTHROPIC else "openai"


@dataclass(frozen=True)
class Exact:
    """A stream that the client must get event by event. ``got``: names and data, or data."""

    name: str
    client: Client
    model: str
    stream: bytes
    got: list[object]
    fields: Json = field(default_factory=dict)
    is_cut: bool = False
    deviates: str = ""


@dataclass(frozen=True)
class Fault:
    """A provider's failure and what each client hears: status and the core of the error."""

    name: str
    reply: Reply
    chat: tuple[int, Json]
    messages: tuple[int, Json]
    headers: Mapping[str, object] = field(default_factory=dict)
    models: tuple[str, str] = ("gpt", "sonnet")  # by the provider's dialect
    deviates: str = ""


def request_of(client: Client, model: str, fields: Json, *, stream: bool) -> Json:
    """Return a request's body."""
    if client == "responses":
        plain: Json = {"model": model, "input": HELLO}
    else:
        plain = {"model": model, "messages": [{"role": "user", "content": HELLO}]}
    if client == "messages":
        plain["max_tokens"] = 1000
    body = {**plain, **fields}
    if stream:
        body["stream"] = True
    return {name: value for name, value in body.items() if value is not ABSENT}


def marked(body: object, mark: str) -> Json:
    """Return a body with the run's own mark in place of the word."""
    written: Json = json.loads(json.dumps(body).replace("MARK", mark))
    return written


def differences(wanted: object, found: object, place: str = "") -> list[str]:
    """Return where what was found is not what is wanted, in words."""
    if wanted is ...:
        return []
    if isinstance(wanted, Like):
        fits = isinstance(found, str) and re.search(wanted.pattern, found, re.DOTALL)
        return [] if fits else [f"{place}: {found!r} is not like {wanted.pattern!r}"]
    if isinstance(wanted, Has) and isinstance(found, dict):
        return some_differences(wanted.fields, found, place)
    if isinstance(wanted, dict) and isinstance(found, dict):
        extra = [
            f"{place}.{name}: {found[name]!r} is too much" for name in found if name not in wanted
        ]
        return some_differences(wanted, found, place) + extra
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, f"{place}.{n}")]
    is_same = wanted == found and isinstance(wanted, bool) == isinstance(found, bool)
    return [] if is_same else [f"{place}: {found!r} in place of {wanted!r}"]


def some_differences(wanted: Json, found: Json, place: str = "") -> list[str]:
    """Return where the named fields are not as wanted; others may be there."""
    lines: list[str] = []
    for name, value in wanted.items():
        here = f"{place}.{name}"
        if value is ABSENT:
            lines += [f"{here}: {found[name]!r} must not be there"] if name in found else []
        elif name not in found:
            lines.append(f"{here}: is missing")
        else:
            lines += differences(value, found[name], here)
    return lines


def with_mark(wanted: object, mark: str) -> object:
    """Return an expectation with the run's own mark in place of the word."""
    match wanted:
        case str():
            return wanted.replace("MARK", mark)
        case Like():
            return Like(wanted.pattern.replace("MARK", mark))
        case Has():
            return Has({name: with_mark(value, mark) for name, value in wanted.fields.items()})
        case dict():
            return {name: with_mark(value, mark) for name, value in wanted.items()}
        case list():
            return [with_mark(value, mark) for value in wanted]
        case _:
            return wanted
