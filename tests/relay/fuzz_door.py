"""A relay on a real socket that is sent nonsense from both sides, and what it must not do."""

import asyncio
import random
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
import orjson

from tests.relay.conformance.reading import events_of
from tests.relay.conformance.tables import Client
from tests.relay.conformance.upstream import EVENT_STREAM, Received, Reply
from tests.relay.fuzz_reading import check_whole_stream, readable
from tests.relay.fuzz_seeds import Route, Seeds
from tests.relay.fuzz_streams import SECRET, broken_stream, broken_whole, cut
from tests.relay.fuzz_values import Dice, garbled, mutated, written

CASE_SECONDS = 90.0
AT_A_TIME = 8
FAULT = b"The relay failed"  # what a client hears of a fault of the relay's own
PATHS: Mapping[Route, str] = {
    "chat": "/v1/chat/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
    "count_tokens": "/v1/messages/count_tokens",
    "input_tokens": "/v1/responses/input_tokens",
    "embeddings": "/v1/embeddings",
}
KEYS = {
    "local": "operators-local-key",
    "gpt": "operators-openai-key",
    "sonnet": "operators-anthropic-key",
}
SECRETS = (*(key.encode() for key in KEYS.values()), b"127.0.0.1", b"Traceback")
# Where the bytes of an answer pass as they are: what is in them is the provider's.
SAME = {("chat", "local"), ("chat", "gpt"), ("messages", "sonnet"), ("responses", "gpt")}
STATUSES = (400, 401, 402, 403, 404, 405, 413, 422, 429, 500, 501, 502, 503, 529, 302, 204)
KINDS = ("application/json", "text/event-stream", "text/html", "", "application/octet-stream")


@dataclass
class Provider:
    """Answers each request with nonsense of its own: the same for the same request."""

    seeds: Seeds
    seed: int
    unread: list[bytes] = field(default_factory=list)  # what it was sent that is no JSON

    def __call__(self, received: Received) -> Reply:
        """Return what a request is answered with."""
        dice = random.Random(f"{self.seed}:{zlib.crc32(received.body)}")
        try:
            is_stream = orjson.loads(received.body).get("stream") is True
        except (orjson.JSONDecodeError, AttributeError):
            self.unread.append(received.body)
            is_stream = False
        if dice.random() < 0.1:
            return self._refusal(dice, received)
        kind = self._kind(received.path)
        if is_stream and kind in self.seeds.streams and dice.random() < 0.9:
            stream = dice.choice(self.seeds.streams[kind])
            if dice.random() < 0.8:
                stream = broken_stream(dice, stream, self.seeds.events)
                # A provider that tells in the middle of an answer which key it no longer likes.
                stream = stream.replace(SECRET.encode(), _key_of(received).encode())
            return Reply(tuple(cut(dice, stream)), 200, EVENT_STREAM, is_cut=dice.random() < 0.05)
        whole = broken_whole(dice, dice.choice(self.seeds.answers[kind]), self.seeds.events)
        return Reply((whole,), is_cut=dice.random() < 0.03)

    def _kind(self, path: str) -> str:
        name = path.rpartition("/")[2]
        kinds = {"messages": "anthropic", "count_tokens": "counts", "input_tokens": "counts"}
        return kinds.get(name, name if name in {"responses", "embeddings"} else "openai")

    def _refusal(self, dice: Dice, received: Received) -> Reply:
        said = {
            "message": f"The key {_key_of(received)} is wrong.",
            "type": "some_error",
            "code": None,
        }
        body = written(dice, mutated(dice, {"type": "error", "error": said}))
        kind = {"content-type": dice.choice(KINDS)}
        return Reply((body,), dice.choice(STATUSES), kind, is_cut=dice.random() < 0.05)


def _key_of(received: Received) -> str:
    given = received.headers.get("authorization") or received.headers.get("x-api-key", "")
    return given.removeprefix("Bearer ")


@dataclass
class Run:
    """Sends cases to a relay; ``faults``: in words, with all that repeats the case."""

    url: str
    key: str
    seeds: Seeds
    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def play(self, count: int) -> None:
        """Send so many cases."""
        asyncio.run(self._all(count))

    async def _all(self, count: int) -> None:
        numbers = iter(range(count))
        # A connection for each: who used one again could not tell a fault from its end.
        line = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=line, auto_decompress=False) as session:

            async def work() -> None:
                for number in numbers:
                    await self._one(session, number)

            await asyncio.gather(*(work() for _worker in range(AT_A_TIME)))

    async def _one(self, session: aiohttp.ClientSession, number: int) -> None:
        dice = random.Random(f"{self.seed}:{number}")
        route = dice.choice(tuple(PATHS))
        model = dice.choice(tuple(KEYS))
        body = {**dice.choice(self.seeds.bodies[route]), "model": model}
        if dice.random() < 0.6:
            body["stream"] = True
        is_healthy = dice.random() < 0.5
        if not is_healthy:
            body = mutated(dice, body, self.seeds.parts)
        content = written(dice, body)
        if not is_healthy and dice.random() < 0.1:
            content = garbled(dice, content)
        name = "x-api-key" if route in {"messages", "count_tokens"} else "authorization"
        headers = {name: self.key if name == "x-api-key" else f"Bearer {self.key}"}
        try:
            async with asyncio.timeout(CASE_SECONDS):
                sending = session.post(self.url + PATHS[route], data=content, headers=headers)
                async with sending as answer:
                    complaint = self._complaint(route, model, answer, await answer.read(), content)
        except TimeoutError:
            complaint = "it took too long"
        except aiohttp.ClientError as exc:
            complaint = f"the line broke: {exc!r}"
        if complaint:
            told = f"case {self.seed}:{number}: {complaint}; {route} to {model}"
            self.faults.append(f"{told}\nbody: {content[:3_000]!r}")

    def _complaint(
        self,
        route: Route,
        model: str,
        answer: aiohttp.ClientResponse,
        content: bytes,
        sent: bytes,
    ) -> str:
        """Return what an answer must not be, "" for nothing."""
        kind = answer.headers.get("content-type", "")
        self.outcomes[f"{answer.status} {kind.partition(';')[0]}"] += 1
        if FAULT in content:
            return "the relay failed"
        told = repr(answer.headers).encode() + content
        leaked = next((secret for secret in SECRETS if secret in told), None)
        if leaked is not None and leaked not in sent:
            return f"it tells {leaked!r}: {content[-1_000:]!r}"
        if "json" in kind:
            try:
                orjson.loads(content)
            except orjson.JSONDecodeError:
                return f"no JSON: {content[:1_000]!r}"
        elif "event-stream" in kind and (route, model) not in SAME:
            return _stream_complaint(route, content)
        return ""


def _stream_complaint(route: str, content: bytes) -> str:
    wire: Client = "messages" if route == "messages" else "chat"
    if route == "responses":
        wire = "responses"
    try:
        check_whole_stream(wire, content)
    except (AssertionError, LookupError, ValueError, TypeError, AttributeError):
        return _ending_complaint(wire, content)
    return ""


def _ending_complaint(wire: Client, content: bytes) -> str:
    try:
        _name, last = events_of(wire, readable(wire, content))[-1]
        is_error = last.get("error") or last["type"] in {"error", "response.failed"}
    except (AssertionError, LookupError, ValueError, TypeError, AttributeError) as exc:
        return f"no stream ({exc!r}): {content[-1_500:]!r}"
    return "" if is_error else f"a stream without an end: {content[-1_500:]!r}"
