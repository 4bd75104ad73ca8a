"""What a model cannot do is refused before it is asked; limits of its provider hold (0.3, 2.5)."""

from typing import Any

import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import Played, play
from tests.relay.conformance.tables import Client, request_of
from tests.relay.conformance.upstream import Json, json_reply
from tests.relay.conformance.wires import SCHEMA, completion, message, text

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "messages", "responses"]
PIXEL = "iVBORw0KGgo="
PDF = "JVBERi0xLjQK"
CLAUDES = {"sonnet", "old", "plain-a"}


def tool(client: Client, number: int) -> Json:
    """Return a tool as a dialect writes it."""
    name = f"tool_{number}"
    match client:
        case "chat":
            return {"type": "function", "function": {"name": name, "parameters": SCHEMA}}
        case "messages":
            return {"name": name, "input_schema": SCHEMA}
        case "responses":
            return {"type": "function", "name": name, "parameters": SCHEMA}


def saying(client: Client, part: Json) -> Json:
    """Return the fields of a request whose message has one more part."""
    kind = "input_text" if client == "responses" else "text"
    parts = [{"type": kind, "text": "MARK"}, part]
    return {"input" if client == "responses" else "messages": [{"role": "user", "content": parts}]}


PICTURES: dict[Client, Json] = {
    "chat": {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
    "messages": {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": PIXEL},
    },
    "responses": {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"},
}
PAPERS: dict[Client, Json] = {
    "chat": {
        "type": "file",
        "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PDF}"},
    },
    "messages": {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
    },
    "responses": {
        "type": "input_file",
        "filename": "a.pdf",
        "file_data": f"data:application/pdf;base64,{PDF}",
    },
}


def played(relay: Relay, client: Client, model: str, fields: Json, *, stream: bool) -> Played:
    whole: Any = message(text("Rain.")) if model in CLAUDES else completion()
    return play(relay, client, request_of(client, model, fields, stream=stream), json_reply(whole))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["plain-o", "plain-a"])
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("what", ["tools", "images", "documents"])
def test_what_the_model_cannot_do_is_refused_before_it_is_asked(
    relay: Relay, what: str, client: Client, model: str, *, stream: bool
) -> None:
    fields = {
        "tools": {"tools": [tool(client, 1)]},
        "images": saying(client, PICTURES[client]),
        "documents": saying(client, PAPERS[client]),
    }[what]
    run = played(relay, client, model, fields, stream=stream)
    error = run.answer.json()["error"]
    assert (run.answer.status_code, error["type"]) == (400, "invalid_request_error")
    path = "tools" if what == "tools" else "messages.0"
    assert error["message"].startswith(f"{path}: This model cannot")
    if client != "messages":
        assert (error["param"], error["code"]) == (path, "unsupported_parameter")
    assert run.requests == []


@pytest.mark.parametrize("model", ["plain-o", "plain-a"])
@pytest.mark.parametrize("client", CLIENTS)
def test_what_it_can_do_is_served(relay: Relay, client: Client, model: str) -> None:
    for stream in (False, True):
        run = played(relay, client, model, {}, stream=stream)
        assert run.answer.status_code == 200, run.answer.text
        assert len(run.requests) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_more_tools_than_openai_takes_are_refused_before_it_is_asked(
    relay: Relay, *, stream: bool
) -> None:
    tools = [tool("messages", number) for number in range(129)]
    run = played(relay, "messages", "gpt", {"tools": tools}, stream=stream)
    error = run.answer.json()["error"]
    assert (run.answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert error["message"].startswith("tools: ")
    assert "128" in error["message"]
    assert run.requests == []
    run = played(relay, "messages", "gpt", {"tools": tools[:128]}, stream=stream)
    assert len(run.requests[0].fields["tools"]) == 128


@pytest.mark.parametrize(
    ("client", "model"), [("chat", "sonnet"), ("responses", "sonnet"), ("messages", "local")]
)
def test_who_has_no_such_limit_gets_all_tools(relay: Relay, client: Client, model: str) -> None:
    tools = [tool(client, number) for number in range(200)]
    run = played(relay, client, model, {"tools": tools}, stream=False)
    assert run.answer.status_code == 200, run.answer.text
    assert len(run.requests[0].fields["tools"]) == 200


@pytest.mark.parametrize(
    ("client", "model", "fields", "sent"),
    [
        ("responses", "sonnet", {}, 64_000),
        ("responses", "old", {}, 8_192),
        ("responses", "sonnet", {"max_output_tokens": 77}, 77),
        ("responses", "old", {"max_output_tokens": 99_999}, 8_192),
        ("responses", "plain-a", {}, 1_234),
        ("chat", "sonnet", {}, 8_192),
        ("chat", "plain-a", {}, 1_234),
        ("chat", "old", {"max_tokens": 99_999}, 8_192),
    ],
)
def test_how_long_an_answer_may_get(
    relay: Relay, client: Client, model: str, fields: Json, sent: int
) -> None:
    run = played(relay, client, model, fields, stream=False)
    assert run.requests[0].fields["max_tokens"] == sent
