"""The lines on both sides: heads, signs of life, who leaves and who fails (3.1, 3.5)."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import play
from tests.relay.conformance.reading import core_of, events_of, streamed_core
from tests.relay.conformance.tables import PATHS, Client, marked, request_of
from tests.relay.conformance.upstream import EVENT_STREAM, Received, Reply, json_reply, stream_reply
from tests.relay.conformance.wires import (
    anthropic_stream,
    completion,
    message,
    openai_stream,
    text,
)

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "messages", "responses"]
PATIENCE_SECONDS, LONG_SECONDS = 60.0, 600.0  # to wait here; what an answer takes
QUIET = 120.0  # seconds: longer than the head waits (10) and the line is quiet (15)
RAIN = message(text("Rain."))
BOTH = {"sonnet": json_reply(RAIN), "local": json_reply(completion())}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("model", ["sonnet", "local"])
def test_a_streams_head(relay: Relay, client: Client, model: str) -> None:
    stream = anthropic_stream(RAIN) if model == "sonnet" else openai_stream(completion())
    reply = stream_reply(stream)
    reply = replace(
        reply,
        headers={
            **EVENT_STREAM,
            "request-id": "req_up",
            "x-request-id": "req_up",
            "x-ratelimit-limit-requests": "9",
        },
    )
    answer = play(relay, client, request_of(client, model, {}, stream=True), reply).answer
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in answer.headers
    assert answer.headers["x-request-id"] == answer.headers["request-id"] != "req_up"
    assert "x-upstream-request-id" in answer.headers
    assert "x-ratelimit-limit-requests" not in answer.headers
    assert answer.headers["x-relay-model"].endswith(("claude-sonnet-4-5", "llama-3"))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("model", ["sonnet", "local"])
def test_a_whole_answer_to_a_stream_is_made_one(relay: Relay, client: Client, model: str) -> None:
    played = play(relay, client, request_of(client, model, {}, stream=True), BOTH[model])
    streamed = streamed_core(client, played.answer.content)
    played = play(relay, client, request_of(client, model, {}, stream=False), BOTH[model])
    whole = core_of(client, played.answer.json())
    names = {"content", "output", "finish_reason", "stop_reason", "status"} & set(whole)
    assert {name: streamed[name] for name in names} == {name: whole[name] for name in names}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_provider_that_cannot_be_reached(relay: Relay, client: Client, *, stream: bool) -> None:
    answer = play(relay, client, request_of(client, "nowhere-o", {}, stream=stream)).answer
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (
        502,
        "api_error" if client == "messages" else "server_error",
    )
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("client", ["chat", "messages"])
@pytest.mark.parametrize("status", [401, 402, 429, 500, 503, 529])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_next_deployment_answers(
    relay: Relay, client: Client, status: int, *, stream: bool
) -> None:
    broken = json_reply({"type": "error", "error": {"type": "x", "message": "No."}}, status=status)
    body = request_of(client, "pair", {}, stream=stream)
    second = stream_reply(openai_stream(completion())) if stream else json_reply(completion())
    played = play(relay, client, body, broken, second)
    assert played.answer.status_code == 200
    assert [one.path for one in played.requests] == ["/v1/messages", "/v1/chat/completions"]
    assert played.answer.headers["x-relay-model"] == "openAI/gpt-4.1"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_the_request_is_at_fault_for_is_not_tried_again(relay: Relay, status: int) -> None:
    broken = json_reply({"type": "error", "error": {"type": "x", "message": "No."}}, status=status)
    played = play(
        relay, "messages", request_of("messages", "pair", {}, stream=False), broken, broken
    )
    assert (played.answer.status_code, len(played.requests)) == (status, 1)


def test_nothing_is_tried_again_after_the_first_byte(relay: Relay) -> None:
    stream = anthropic_stream(RAIN).partition(b"event: content_block_stop")[0]
    body = request_of("messages", "pair", {}, stream=True)
    played = play(relay, "messages", body, stream_reply(stream, is_cut=True))
    assert len(played.requests) == 1
    assert events_of("messages", played.answer.content)[-1][0] == "error"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("model", ["sonnet", "local"])
@pytest.mark.parametrize("when", ["before-the-head", "in-the-stream", "whole"])
def test_a_client_that_leaves_ends_the_call_of_the_provider(
    relay: Relay, client: Client, model: str, when: str
) -> None:
    mark, asked = relay.mark(), threading.Event()
    stream = anthropic_stream(RAIN) if model == "sonnet" else openai_stream(completion())
    first = stream[: len(stream) // 2] if when == "in-the-stream" else b""
    wait = 0.0 if first else LONG_SECONDS
    reply = Reply(
        (first, stream), headers=EVENT_STREAM, wait_seconds=wait, pause_seconds=LONG_SECONDS
    )

    def script(_received: Received) -> Reply:
        asked.set()
        return reply

    relay.upstream.expect(mark, script)
    body = marked(request_of(client, model, {}, stream=when != "whole"), mark)
    with _line(relay, PATHS[client], body) as line:
        assert asked.wait(PATIENCE_SECONDS)  # who leaves earlier asks nobody
        assert not first or line.recv(1)
    assert relay.upstream.closed[mark].wait(PATIENCE_SECONDS)


def _line(relay: Relay, path: str, body: object) -> socket.socket:
    """Send a request on a line of its own, which can be left at any moment."""
    content = json.dumps(body).encode()
    fields = {**relay.headers(), "host": "relay.test", "content-length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    url = httpx.URL(relay.url)
    line = socket.create_connection((url.host, url.port or 80), timeout=PATIENCE_SECONDS)
    line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
    return line


@pytest.mark.slow
def test_a_quiet_line_shows_signs_of_life(relay: Relay) -> None:
    """T11, for every client and both providers at once: each takes as long as all of them."""

    def quiet(client: Client, model: str) -> bytes:
        stream = anthropic_stream(RAIN) if model == "sonnet" else openai_stream(completion())
        mark, shown, sent = relay.mark(), threading.Event(), b""
        reply = replace(stream_reply(stream), waits_for=shown)
        relay.upstream.expect(mark, lambda _received: reply)
        body = marked(request_of(client, model, {}, stream=True), mark)
        url, headers = relay.url + PATHS[client], relay.headers()
        with httpx.stream("POST", url, json=body, headers=headers, timeout=QUIET) as answer:
            for piece in answer.iter_raw():
                sent += piece
                shown.set()  # the first that comes is the sign: before it there is only the head
        return sent

    pairs = [(client, model) for client in CLIENTS for model in ("sonnet", "local")]
    with ThreadPoolExecutor(len(pairs)) as pool:
        answers = list(pool.map(lambda pair: quiet(*pair), pairs))
    for (client, model), sent in zip(pairs, answers, strict=True):
        is_converted = (client, model) == ("messages", "local")
        sign = b"event: ping" if is_converted else b": keepalive"
        assert sign in sent, (client, model)
        streamed_core(client, sent)
        if client == "messages":  # no event of its own may come before the provider's first
            first = sent.replace(b": keepalive\n\n", b"")
            assert first.startswith(b"event: message_start"), model


def test_an_answers_model_is_the_clients_name(relay: Relay) -> None:
    for client in CLIENTS:
        played = play(
            relay, client, request_of(client, "sonnet", {}, stream=False), json_reply(RAIN)
        )
        if client != "messages":  # passed on as it came
            assert played.answer.json()["model"] == "sonnet"
    played = play(
        relay,
        "messages",
        request_of("messages", "local", {}, stream=False),
        json_reply(completion()),
    )
    assert json.loads(played.answer.content)["model"] == "local"
