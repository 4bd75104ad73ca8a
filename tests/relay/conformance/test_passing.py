"""Client and provider of one dialect: the bytes pass as they are, whole and in pieces."""

import json

import httpx
import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import seeds_of
from tests.relay.conformance.tables import PATHS, Client
from tests.relay.conformance.upstream import Received, Reply, json_reply, stream_reply
from tests.relay.conformance.wires import (
    anthropic_stream,
    chunk,
    chunks,
    completion,
    events,
    message,
    openai_stream,
    pieces_of,
    sse,
    text,
    thinking,
)

pytestmark = pytest.mark.services
MODELS: dict[Client, tuple[str, bytes]] = {
    "chat": ("gpt", b"gpt-4.1"),
    "messages": ("sonnet", b"claude-sonnet-4-5"),
    "responses": ("gpt", b"gpt-4.1"),
}
# Odd on purpose: spacing, order, escapes, numbers, unknown fields, the model's name elsewhere.
BODIES: dict[Client, bytes] = {
    "chat": (
        b'{ "x_new": {"b":1,"a":[1.0,2e3]},\n"messages":[{"content":"MARK \\u00e9 gpt",'
        b'"role":"user"}] ,"model" : "gpt","seed":7}'
    ),
    "messages": (
        b'{"max_tokens":9,"thinking":{"signature":"z","b":1,"a":2}, "model":"sonnet",'
        b'"messages":[{"role":"user","content":"MARK \\"model\\": \\"sonnet\\""}],"made_up": [ ]}'
    ),
    "responses": (
        b'{"input":"MARK","model":"gpt","background":false,'
        b'"previous_response_id":null,"made_up":{"z":1,"a":2}}'
    ),
}
RESPONSE = {
    "id": "resp_up1",
    "object": "response",
    "status": "completed",
    "model": "gpt-4.1",
    "output": [],
    "usage": {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
}
ANSWERS = {
    "chat": json.dumps({**completion(), "x_new": [1, 2]}, indent=1).encode(),
    "messages": json.dumps({**message(thinking("Hm."), text("R\u00e9")), "made_up": 1}).encode(),
    "responses": json.dumps(RESPONSE).encode(),
}
FOREIGN = b'event: made_up\ndata: {"type":"made_up", "x" : 1}\n\n'
STREAMS = {
    "chat": b": OPENROUTER PROCESSING\n\n"
    + openai_stream(completion(reasoning="Hm.", made_up="x")),
    "messages": FOREIGN + anthropic_stream(message(thinking("Hm."), text("R\u00e9\u2028"))),
    "responses": FOREIGN
    + events(
        [
            {"type": "response.created", "response": {**RESPONSE, "status": "in_progress"}},
            {"type": "response.completed", "response": RESPONSE},
        ]
    ),
}
CLIENTS: list[Client] = ["chat", "messages", "responses"]
# The end of a body whose answer is streamed, the count with it.
STREAMED: dict[Client, bytes] = {
    "chat": b',"stream":true,"stream_options":{"include_usage":true}}',
    "messages": b',"stream":true}',
    "responses": b',"stream":true}',
}


def sent(
    relay: Relay, client: Client, body: bytes, reply: Reply, **headers: str
) -> tuple[httpx.Response, Received]:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: reply)
    named = relay.headers(content_type="application/json", **headers)
    answer = relay.client.post(
        PATHS[client], content=body.replace(b"MARK", mark.encode()), headers=named
    )
    (received,) = relay.upstream.requests[mark]
    return answer, Received(
        received.path, received.headers, received.body.replace(mark.encode(), b"MARK")
    )


def whole(client: Client) -> Reply:
    return Reply((ANSWERS[client],))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_request_passes_byte_by_byte_but_for_the_model(relay: Relay, client: Client) -> None:
    _answer, received = sent(relay, client, BODIES[client], whole(client))
    alias, model = MODELS[client]
    before, after = BODIES[client].rsplit(b'"%b"' % alias.encode(), 1)
    if client == "messages":
        before, after = BODIES[client].split(b'"model":"sonnet"', 1)
        before += b'"model":'
    assert received.body == before + b'"' + model + b'"' + after


@pytest.mark.parametrize("client", CLIENTS)
def test_an_answer_passes_byte_by_byte(relay: Relay, client: Client) -> None:
    answer, _received = sent(relay, client, BODIES[client], whole(client))
    assert (answer.status_code, answer.content) == (200, ANSWERS[client])


@pytest.mark.parametrize("client", CLIENTS)
def test_a_stream_passes_byte_by_byte_however_it_is_cut(relay: Relay, client: Client) -> None:
    body = BODIES[client][:-1] + STREAMED[client]
    for seed in seeds_of(client, 6):
        answer, _received = sent(
            relay, client, body, stream_reply(*pieces_of(STREAMS[client], seed=seed))
        )
        assert answer.content == STREAMS[client]
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize("separator", [b"\n\n", b"\r\n\r\n", b"\r\r"], ids=["lf", "crlf", "cr"])
def test_every_line_end_passes(relay: Relay, separator: bytes) -> None:
    line_end = separator[: len(separator) // 2]
    stream = STREAMS["messages"].replace(b"\n", line_end)
    for seed in seeds_of("ends", 3):
        reply = stream_reply(*pieces_of(stream, seed=seed))
        answer, _received = sent(
            relay, "messages", BODIES["messages"][:-1] + b',"stream":true}', reply
        )
        assert answer.content == stream


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_the_count_is_asked_for_and_hidden(relay: Relay, line_end: bytes) -> None:
    stream = STREAMS["chat"].replace(b"\n", line_end)
    for seed in seeds_of("hidden", 6):
        reply = stream_reply(*pieces_of(stream, seed=seed))
        answer, received = sent(relay, "chat", BODIES["chat"][:-1] + b',"stream":true}', reply)
        assert received.fields["stream_options"] == {"include_usage": True}
        shown = openai_stream(
            {
                name: value
                for name, value in completion(reasoning="Hm.", made_up="x").items()
                if name != "usage"
            }
        )
        shown = b": OPENROUTER PROCESSING\n\n" + shown
        assert answer.content == shown.replace(b"\n", line_end)


def test_other_stream_options_are_kept(relay: Relay) -> None:
    body = BODIES["chat"][:-1] + b',"stream":true,"stream_options":{"include_obfuscation":false}}'
    _answer, received = sent(relay, "chat", body, stream_reply(STREAMS["chat"]))
    assert received.fields["stream_options"] == {
        "include_obfuscation": False,
        "include_usage": True,
    }


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("status", [400, 404, 422, 429])
def test_an_error_body_is_handed_on(relay: Relay, client: Client, status: int) -> None:
    body = b'{"type": "error", "error" : {"type":"made_up","message":"No.", "details": {"x":[1]}}}'
    reply = Reply(
        (body,),
        status,
        {"content-type": "application/json", "retry-after": "7", "x-should-retry": "true"},
    )
    answer, _received = sent(relay, client, BODIES[client], reply)
    assert (answer.status_code, answer.content) == (status, body)
    assert (answer.headers["retry-after"], answer.headers["x-should-retry"]) == ("7", "true")


def test_a_stream_that_breaks_off_ends_with_an_error(relay: Relay) -> None:
    stream = chunks(chunk({"role": "assistant", "content": "Ber"}), done=False)
    answer, _received = sent(
        relay, "chat", BODIES["chat"][:-1] + b',"stream":true}', stream_reply(stream, is_cut=True)
    )
    shown, _newline, last = answer.content.rpartition(b"data: ")
    assert shown == stream
    assert json.loads(last)["error"]["code"] == "upstream_truncated"
    stream = anthropic_stream(message(text("Bergen")))[:-60].rpartition(b"event: ")[0]
    answer, _received = sent(
        relay,
        "messages",
        BODIES["messages"][:-1] + b',"stream":true}',
        stream_reply(stream, is_cut=True),
    )
    assert answer.content.startswith(stream)
    last = answer.content[len(stream) :]
    assert last.startswith(b"event: error\ndata: ")
    assert json.loads(last.partition(b"data: ")[2])["error"]["type"] == "api_error"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
def test_a_line_that_breaks_after_the_last_word_is_no_error(
    relay: Relay, client: Client, line_end: bytes
) -> None:
    stream = STREAMS[client].replace(b"\n", line_end)
    reply = stream_reply(*pieces_of(stream, seed=7), is_cut=True)
    answer, _received = sent(relay, client, BODIES[client][:-1] + STREAMED[client], reply)
    assert answer.content == stream


@pytest.mark.parametrize("client", CLIENTS)
def test_half_an_event_at_the_end_is_left_out(relay: Relay, client: Client) -> None:
    whole = STREAMS[client][: STREAMS[client].index(b"\n\n", 120) + 2]
    half = whole + STREAMS[client].removeprefix(whole)[:70].rstrip()
    answer, _received = sent(
        relay, client, BODIES[client][:-1] + STREAMED[client], stream_reply(half)
    )
    assert answer.content.startswith(whole)
    (line,) = [one for one in answer.content[len(whole) :].splitlines() if b"data: " in one]
    assert "broke off" in str(json.loads(line.removeprefix(b"data: ")))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_last_event_without_its_blank_line_is_handed_on(relay: Relay, client: Client) -> None:
    reply = stream_reply(STREAMS[client].rstrip())
    answer, _received = sent(relay, client, BODIES[client][:-1] + STREAMED[client], reply)
    assert answer.content == STREAMS[client]


@pytest.mark.parametrize("ending", ["completed", "incomplete", "failed"])
@pytest.mark.parametrize("blank", [b"", b" "], ids=["tight", "blank"])
def test_every_end_of_a_response_is_an_end(relay: Relay, ending: str, blank: bytes) -> None:
    response = {**RESPONSE, "status": ending, "error": None}
    if ending == "failed":
        response["error"] = {"code": "server_error", "message": "No."}
    parts = [{"type": "response.created", "response": {**RESPONSE, "status": "in_progress"}}]
    stream = events([*parts, {"type": f"response.{ending}", "response": response}])
    stream = stream.replace(b'": ', b'":' + blank)
    body = BODIES["responses"][:-1] + STREAMED["responses"]
    answer, _received = sent(relay, "responses", body, stream_reply(stream))
    assert answer.content == stream


@pytest.mark.parametrize(
    ("code", "status", "anthropics"), [(429, 429, 429), (402, 503, 503), (503, 503, 529)]
)
@pytest.mark.parametrize("client", ["chat", "messages"])
def test_a_first_event_that_tells_of_a_status_is_answered_by_it(
    relay: Relay, client: Client, code: int, status: int, anthropics: int
) -> None:
    body = json.dumps(
        {"model": "local", "max_tokens": 9, "messages": [{"role": "user", "content": "MARK"}]}
    ).encode()
    failure = stream_reply(b": wait\n\n" + sse({"error": {"code": code, "message": "No."}}))
    answer, _received = sent(relay, client, body[:-1] + b',"stream":true}', failure)
    assert answer.status_code == (anthropics if client == "messages" else status)


def test_only_harmless_headers_of_the_client_reach_the_provider(relay: Relay) -> None:
    _answer, received = sent(
        relay,
        "messages",
        BODIES["messages"],
        whole("messages"),
        anthropic_version="2023-06-01",
        anthropic_beta="made-up-2099-01-01",
        cookie="a=b",
        x_forwarded_for="203.0.113.9",
        x_api_key=relay.keys["main"],
        user_agent="odd/1",
    )
    assert received.headers["anthropic-beta"] == "made-up-2099-01-01"
    assert received.headers["anthropic-version"] == "2023-06-01"
    assert received.headers["x-api-key"] == "operators-anthropic-key"
    assert not {"cookie", "authorization", "x-forwarded-for"} & set(received.headers)
    assert relay.keys["main"] not in str(received.headers)


def test_a_model_that_is_named_twice_is_written_anew(relay: Relay) -> None:
    body = b'{"model":"sonnet","model":"gpt","messages":[{"role":"user","content":"MARK"}]}'
    _answer, received = sent(relay, "chat", body, json_reply(completion()))
    assert received.fields["model"] == "gpt-4.1"
