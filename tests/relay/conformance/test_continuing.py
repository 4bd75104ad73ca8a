"""Turns that Anthropic's API pauses: the relay has them go on, its client gets one answer (2.6)."""

import json
import threading
from typing import Any

import httpx
import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import Played, play, seeds_of
from tests.relay.conformance.reading import core_of, events_of, streamed_core
from tests.relay.conformance.tables import PATHS, Client, marked, request_of
from tests.relay.conformance.upstream import (
    EVENT_STREAM,
    Json,
    Received,
    Reply,
    json_reply,
    stream_reply,
)
from tests.relay.conformance.wires import (
    anthropic_stream,
    message,
    pieces_of,
    server_tool_use,
    text,
    thinking,
    tool_use,
)

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "responses"]
both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
each_client = pytest.mark.parametrize("client", CLIENTS)
FOUND: Json = {
    "type": "web_search_tool_result",
    "tool_use_id": "srv_1",
    "content": [{"type": "web_search_result", "url": "https://example.org", "title": "Rain"}],
}
CITED: Json = {"type": "web_search_result_location", "url": "https://example.org", "title": "Rain"}
SEARCH = server_tool_use("srv_1", "web_search", {"query": "Ber\u2028gen"})
LOOKING = [thinking("Hm."), text("I look. "), SEARCH]
READING = [FOUND, text("It says ", citations=[CITED]), server_tool_use("srv_2", "web_search")]
PAUSED = message(*LOOKING, stop="pause_turn", usage={"cache_read_input_tokens": 100})
AGAIN = message(*READING, stop="pause_turn", usage={"input_tokens": 40, "output_tokens": 20})
ENDED = message(text("rain."), usage={"input_tokens": 60, "output_tokens": 5})


def replied(*answers: Json, seed: int = 0) -> list[Reply]:
    """Return the provider's streams."""
    return [stream_reply(*pieces_of(anthropic_stream(one), seed=seed)) for one in answers]


def asked(
    relay: Relay, client: Client, replies: list[Reply], *, stream: bool, **fields: object
) -> Played:
    return play(relay, client, request_of(client, "sonnet", fields, stream=stream), *replies)


def core(client: Client, played: Played, *, stream: bool) -> Json:
    assert played.answer.status_code == 200, played.answer.text
    if stream:
        return streamed_core(client, played.answer.content)
    return core_of(client, played.answer.json())


def said(client: Client, told: Json) -> tuple[str, str]:
    """Return what the client reads, and why it ended."""
    if client == "chat":
        return told["content"], told["finish_reason"]
    spoken = [item for item in told["output"] if item["type"] == "message"]
    words = "".join(part["text"] for item in spoken for part in item["content"])
    return words, told["status"]


def counted(client: Client, told: Json) -> tuple[int, int, int]:
    """Return the tokens that went in, those of them from the cache, and those that came out."""
    names = ("prompt", "completion") if client == "chat" else ("input", "output")
    usage = told["usage"]
    cached = usage[f"{names[0]}_tokens_details"]["cached_tokens"]
    return usage[f"{names[0]}_tokens"], cached, usage[f"{names[1]}_tokens"]


def ended(client: Client) -> str:
    return "stop" if client == "chat" else "completed"


def contents(played: Played) -> list[list[Any]]:
    """Return the messages of each request."""
    return [received.fields["messages"] for received in played.requests]


@each_client
@both_ways
def test_a_paused_turn_goes_on_until_its_end(relay: Relay, client: Client, *, stream: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if client == "chat" else {}
    for seed in seeds_of(client, 2):
        replies = replied(PAUSED, AGAIN, ENDED, seed=seed)
        fields = options if stream else {}
        played = asked(relay, client, replies, stream=stream, **fields)
        told = core(client, played, stream=stream)
        assert said(client, told) == ("I look. It says rain.", ended(client))
        assert counted(client, told) == (25 + 100 + 40 + 60, 100, 8 + 20 + 5)
        first, second, third = contents(played)
        assert second == [*first, {"role": "assistant", "content": LOOKING}]
        assert third == [*first, {"role": "assistant", "content": [*LOOKING, *READING]}]


@each_client
@both_ways
def test_all_else_of_the_request_stays(relay: Relay, client: Client, *, stream: bool) -> None:
    fields: Json = {"temperature": 0.5, "reasoning": {"effort": "none"}}
    limit = "max_completion_tokens" if client == "chat" else "max_output_tokens"
    replies = replied(PAUSED, ENDED)
    played = asked(relay, client, replies, stream=stream, **fields, **{limit: 500})
    first, second = (received.fields for received in played.requests)
    assert {**first, "messages": [], "max_tokens": 492} == {**second, "messages": []}


@each_client
@both_ways
def test_the_clients_limit_is_one_for_the_whole_turn(
    relay: Relay, client: Client, *, stream: bool
) -> None:
    limit = "max_completion_tokens" if client == "chat" else "max_output_tokens"
    played = asked(relay, client, replied(PAUSED, ENDED), stream=stream, **{limit: 8})
    assert len(played.requests) == 1
    told = core(client, played, stream=stream)
    assert said(client, told) == ("I look. ", "length" if client == "chat" else "incomplete")


@each_client
@both_ways
def test_calls_after_a_pause_are_the_clients(relay: Relay, client: Client, *, stream: bool) -> None:
    found = message(FOUND, tool_use("toolu_paused", "find", {"q": 1}), stop="tool_use")
    tool = {"name": "find", "parameters": {"type": "object", "properties": {}}}
    tools = {"type": "function", "function": tool} if client == "chat" else tool
    played = asked(
        relay, client, replied(PAUSED, found), stream=stream, tools=[{"type": "function", **tools}]
    )
    told = core(client, played, stream=stream)
    if client == "chat":
        (call,) = told["tool_calls"]
        assert (call["id"], told["finish_reason"]) == ("toolu_paused", "tool_calls")
    else:
        assert told["output"][-1]["call_id"] == "toolu_paused"


@each_client
@both_ways
def test_a_turn_that_never_ends_is_ended(relay: Relay, client: Client, *, stream: bool) -> None:
    played = asked(relay, client, replied(*[PAUSED] * 20), stream=stream)
    assert len(played.requests) == 9
    told = core(client, played, stream=stream)
    assert said(client, told) == ("I look. " * 9, ended(client))


@each_client
@both_ways
def test_a_whole_answer_to_a_stream_goes_on_too(
    relay: Relay, client: Client, *, stream: bool
) -> None:
    held = {"container": {"id": "container_1", "expires_at": "2026-12-01T00:00:00Z"}}
    replies = [json_reply({**PAUSED, **held}), json_reply(ENDED)]
    played = asked(relay, client, replies, stream=stream)
    assert said(client, core(client, played, stream=stream)) == ("I look. rain.", ended(client))
    assert contents(played)[1][-1] == {"role": "assistant", "content": LOOKING}
    assert played.requests[1].fields["container"] == "container_1"


@each_client
@both_ways
@pytest.mark.parametrize(
    "content",
    [[], [text("")], [tool_use("toolu_1", "find")]],
    ids=["nothing", "an-empty-text", "an-open-call"],
)
def test_a_pause_with_nothing_to_go_on_from_is_the_end(
    relay: Relay, client: Client, content: list[Json], *, stream: bool
) -> None:
    replies = replied(message(*content, stop="pause_turn"))
    played = asked(relay, client, replies, stream=stream)
    assert len(played.requests) == 1
    core(client, played, stream=stream)


@each_client
@both_ways
def test_a_provider_that_refuses_to_go_on_is_told(
    relay: Relay, client: Client, *, stream: bool
) -> None:
    refused = json_reply({"type": "error", "error": {"type": "overloaded_error"}}, status=529)
    played = asked(relay, client, [*replied(PAUSED), refused], stream=stream)
    assert len(played.requests) == 2
    if not stream:
        assert played.answer.status_code == 502
        return
    events = events_of(client, played.answer.content)
    assert "I l" in json.dumps(events)
    last = events[-1][1]
    error = last["error"] if client == "chat" else last["response"]["error"]
    assert error["code"] == ("upstream_truncated" if client == "chat" else "server_error")


@each_client
@pytest.mark.parametrize("when", ["before-the-head", "in-the-stream"])
def test_a_client_that_leaves_ends_what_goes_on(relay: Relay, client: Client, when: str) -> None:
    mark = relay.mark()
    rest = anthropic_stream(ENDED)
    first = rest[: len(rest) // 2] if when == "in-the-stream" else b""
    wait = 0.0 if first else 600.0
    slow = Reply((first, rest), headers=EVENT_STREAM, wait_seconds=wait, pause_seconds=600.0)
    waiting = [*replied(PAUSED), slow]
    goes_on = threading.Event()

    def script(_received: Received) -> Reply:
        if len(waiting) == 1:
            goes_on.set()
        return waiting.pop(0)

    relay.upstream.expect(mark, script)
    body = marked(request_of(client, "sonnet", {}, stream=True), mark)
    url = relay.url + PATHS[client]
    with httpx.stream("POST", url, json=body, headers=relay.headers(), timeout=60) as answer:
        next(answer.iter_raw())
        assert goes_on.wait(60)
    assert relay.upstream.closed[mark].wait(60)


def test_a_client_of_the_same_dialect_goes_on_itself(relay: Relay) -> None:
    replies = [json_reply(PAUSED)]
    played = play(relay, "messages", request_of("messages", "sonnet", {}, stream=False), *replies)
    assert played.answer.json() == PAUSED
