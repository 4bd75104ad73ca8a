"""Runs of one row: the request through the relay, and what came of it on both sides."""

import zlib
from dataclasses import dataclass, replace

import httpx

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.reading import core_of, error_of, plain, streamed_core
from tests.relay.conformance.tables import (
    PATHS,
    Case,
    Client,
    differences,
    marked,
    request_of,
    some_differences,
    with_mark,
)
from tests.relay.conformance.upstream import Json, Received, Reply, json_reply, stream_reply
from tests.relay.conformance.wires import (
    anthropic_stream,
    completion,
    message,
    openai_stream,
    pieces_of,
    text,
)


@dataclass(frozen=True)
class Played:
    """One run. requests: what the provider got."""

    mark: str
    answer: httpx.Response
    requests: list[Received]


def seeds_of(name: str, count: int) -> list[int]:
    """Return 0 (one piece) and other seeds that stay the same for a name."""
    first = zlib.crc32(name.encode()) or 1
    return [0, *(first + number for number in range(count))]


def play(
    relay: Relay, client: Client, body: Json, *replies: Reply, headers: dict[str, str] | None = None
) -> Played:
    """Send a body; the provider answers with the replies in turn."""
    mark = relay.mark()
    waiting = list(replies)
    relay.upstream.expect(mark, lambda _received: waiting.pop(0))
    answer = relay.client.post(
        PATHS[client], json=marked(body, mark), headers={**relay.headers(), **(headers or {})}
    )
    return Played(mark, answer, relay.upstream.requests[mark])


def play_case(relay: Relay, case: Case, *, stream: bool, seed: int = 0) -> Played:
    """Send a row's request; the provider streams when it is asked to."""
    body = request_of(case.client, case.model, case.fields, stream=stream)
    mark = relay.mark()
    default = message(text("Rain.")) if case.speaks == "anthropic" else completion()
    whole = case.answer or default

    def script(received: Received) -> Reply:
        if not received.fields.get("stream"):
            return json_reply(whole)
        write = anthropic_stream if case.speaks == "anthropic" else openai_stream
        return stream_reply(*pieces_of(write(whole), seed=seed))

    relay.upstream.expect(mark, script)
    headers = {**relay.headers(), **case.headers}
    answer = relay.client.post(PATHS[case.client], json=marked(body, mark), headers=headers)
    return Played(mark, answer, relay.upstream.requests[mark])


def complaints_of(case: Case, played: Played, *, stream: bool) -> list[str]:
    """Return in words what is not as the row says."""
    answer = played.answer
    if case.refused is not None:
        return _refusal_complaints(case, played)
    if answer.status_code != 200:
        return [f"status {answer.status_code}: {answer.text[:300]}"]
    lines: list[str] = []
    if case.sent is not None:
        (received,) = played.requests
        wanted = with_mark(case.sent, played.mark)
        assert isinstance(wanted, dict)
        lines += some_differences(wanted, received.fields, "sent")
    core = (
        streamed_core(case.client, answer.content)
        if stream
        else core_of(case.client, answer.json())
    )
    if case.got is not None:
        lines += some_differences(case.got, plain(core), "got")
    wanted_headers = dict(case.answer_headers)
    return lines + some_differences(wanted_headers, dict(answer.headers), "header")


def _refusal_complaints(case: Case, played: Played) -> list[str]:
    wanted = dict(case.refused or {})
    status = wanted.pop("status", 400)
    lines = [f"{len(played.requests)} requests went to the provider"] if played.requests else []
    if played.answer.status_code != status:
        return [*lines, f"status {played.answer.status_code}: {played.answer.text[:300]}"]
    return lines + some_differences(wanted, error_of(case.client, played.answer.json()), "error")


def in_pieces(reply: Reply, *, seed: int) -> Reply:
    """Return a reply whose bytes are cut at random places."""
    return replace(reply, pieces=pieces_of(b"".join(reply.pieces), seed=seed))


__all__ = ["Played", "complaints_of", "differences", "in_pieces", "play", "play_case", "seeds_of"]
