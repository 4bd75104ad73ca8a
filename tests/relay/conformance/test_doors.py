"""What happens before a provider is asked: keys, routes, limits, CORS, bodies (1.1 to 1.6)."""

import gzip
import json

import httpx
import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import play
from tests.relay.conformance.tables import (
    PATHS,
    Client,
    request_of,
)
from tests.relay.conformance.upstream import json_reply
from tests.relay.conformance.wires import completion, message, text

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "messages", "responses"]
ORIGIN = {"origin": "https://app.example.org"}
BAD = "invalid_request_error"


def told(client: Client, answer: httpx.Response) -> tuple[int, str, str | None]:
    """Return status, type and code of a refusal."""
    body = answer.json()
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
    if client == "messages":
        assert body["type"] == "error"
        assert body["request_id"] == answer.headers["request-id"]
        return answer.status_code, body["error"]["type"], None
    assert set(body["error"]) == {"message", "type", "param", "code"}
    return answer.status_code, body["error"]["type"], body["error"]["code"]


def wanted(client: Client, chat: tuple[int, str, str | None], messages: tuple[int, str]) -> object:
    return (*messages, None) if client == "messages" else chat


def asked(
    relay: Relay, client: Client, headers: dict[str, str], **fields: object
) -> httpx.Response:
    model = str(fields.pop("model", "gpt"))
    body = request_of(client, model, fields, stream=False)
    return relay.client.post(PATHS[client], json=body, headers=headers)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("key", ["", "wrong", "revoked", "expired"])
def test_without_a_key_that_works_nothing_opens(relay: Relay, client: Client, key: str) -> None:
    text_of_key = relay.keys.get(key, "sk-wrong")
    headers = {"authorization": f"Bearer {text_of_key}"} if key else {}
    answer = asked(relay, client, headers)
    assert told(client, answer) == wanted(
        client, (401, BAD, "invalid_api_key"), (401, "authentication_error")
    )


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("key", ["embeddings-only", "read-only", "elsewhere"])
def test_a_key_that_is_kept_to_something_else_is_refused(
    relay: Relay, client: Client, key: str
) -> None:
    status, kind, _code = told(client, asked(relay, client, relay.headers(key)))
    assert (status, kind) == (403, "permission_error" if client == "messages" else BAD)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_is_refused_other_models_than_its_own(relay: Relay, client: Client) -> None:
    answer = asked(relay, client, relay.headers("one-model"), model="sonnet")
    assert told(client, answer) == wanted(
        client, (403, BAD, "model_not_allowed"), (403, "permission_error")
    )


@pytest.mark.parametrize("client", CLIENTS)
def test_an_unknown_model(relay: Relay, client: Client) -> None:
    answer = asked(relay, client, relay.headers(), model="nope")
    assert told(client, answer) == wanted(
        client, (404, BAD, "model_not_found"), (404, "not_found_error")
    )
    assert client == "messages" or answer.json()["error"]["param"] == "model"


@pytest.mark.parametrize("header", ["authorization", "x-api-key", "api-key"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_is_taken_from_every_header_on_every_route(
    relay: Relay, client: Client, header: str
) -> None:
    key = relay.keys["main"]
    answer = asked(
        relay, client, {header: f"Bearer {key}" if header == "authorization" else key}, model="nope"
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("client", CLIENTS)
def test_of_two_keys_the_dialect_decides(relay: Relay, client: Client) -> None:
    good, bad = relay.keys["main"], "sk-wrong"
    bearer, own = (bad, good) if client == "messages" else (good, bad)
    headers = {"authorization": f"Bearer {bearer}", "x-api-key": own}
    assert asked(relay, client, headers, model="nope").status_code == 404


def test_a_session_cookie_is_no_key(relay: Relay) -> None:
    assert asked(relay, "chat", {"cookie": "sessionid=x; token=y"}).status_code == 401


def test_a_key_in_the_address_is_refused(relay: Relay) -> None:
    path = f"/v1/chat/completions?key={relay.keys['main']}"
    assert relay.client.post(path, json={}, headers=relay.headers()).status_code == 400


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"nul",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[" * 5000,
        b'{"a":' * 5000,
        b"\xff\xfe",
        b'"x"',
    ],
    ids=[
        "empty",
        "open",
        "list",
        "word",
        "nan",
        "infinity",
        "deep-lists",
        "deep-objects",
        "no-utf8",
        "text",
    ],
)
def test_what_is_no_json_object_is_refused(relay: Relay, client: Client, body: bytes) -> None:
    headers = relay.headers(content_type="application/json")
    answer = relay.client.post(PATHS[client], content=body, headers=headers)
    assert told(client, answer) == wanted(client, (400, BAD, None), (400, BAD))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_missing_model_is_told_by_its_path(relay: Relay, client: Client) -> None:
    answer = relay.client.post(PATHS[client], json={"messages": []}, headers=relay.headers())
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (
        error["message"].startswith("model: ")
        if client == "messages"
        else error["param"] == "model"
    )


@pytest.mark.parametrize("client", CLIENTS)
def test_a_body_over_the_limit(relay: Relay, client: Client) -> None:
    body = b'{"model":"gpt","x":"' + b"x" * (33 * 1024 * 1024) + b'"}'
    answer = relay.client.post(PATHS[client], content=body, headers=relay.headers())
    assert told(client, answer) == wanted(
        client, (413, BAD, "request_too_large"), (413, "request_too_large")
    )


def test_a_packed_body_over_the_limit(relay: Relay) -> None:
    body = gzip.compress(b'{"model":"gpt","x":"' + b"x" * (40 * 1024 * 1024) + b'"}')
    headers = relay.headers(content_encoding="gzip")
    assert relay.client.post(PATHS["chat"], content=body, headers=headers).status_code == 413


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_refused(relay: Relay, client: Client, number: str) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply(message(text("Rain."))))
    body = json.dumps(request_of(client, "sonnet", {"temperature": 0.125}, stream=False))
    body = body.replace("0.125", number).replace("MARK", mark)
    answer = relay.client.post(PATHS[client], content=body, headers=relay.headers())
    assert told(client, answer) == wanted(client, (400, BAD, None), (400, BAD))
    assert relay.upstream.requests[mark] == []


def test_a_lone_surrogate_is_no_fault(relay: Relay) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply(message(text("Rain."))))
    body = '{"model":"sonnet","messages":[{"role":"user","content":"MARK \\ud800 x"}]}'
    body = body.replace("MARK", mark)
    answer = relay.client.post(PATHS["chat"], content=body, headers=relay.headers())
    assert answer.status_code in {200, 400}
    assert b"\\ud800" not in b"".join(one.body for one in relay.upstream.requests[mark])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/chat/completions", 405),
        ("GET", "/v1/messages", 405),
        ("PUT", "/v1/responses", 405),
        ("POST", "/v1/models", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/messages/batches", 404),
        ("POST", "/v1/chat", 404),
    ],
)
def test_what_is_not_there_is_told_in_the_routes_dialect(
    relay: Relay, method: str, path: str, status: int
) -> None:
    answer = relay.client.request(method, path, headers=relay.headers())
    client: Client = "messages" if "/messages" in path else "chat"
    assert told(client, answer) == wanted(client, (status, BAD, None), (status, "not_found_error"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/messages?beta=true",
        "/v1/messages/",
        "/v1/v1/messages",
        "/messages",
        "/api/agents/v1/messages",
    ],
)
def test_other_spellings_of_the_address_open_too(relay: Relay, path: str) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply(message(text("Rain."))))
    body = {"model": "sonnet", "max_tokens": 9, "messages": [{"role": "user", "content": mark}]}
    answer = relay.client.post(path, json=body, headers=relay.headers())
    assert (answer.status_code, answer.json()["content"]) == (200, [text("Rain.")])


def test_claude_codes_warm_up(relay: Relay) -> None:
    assert relay.client.head("/api/hello").status_code == 200
    assert relay.client.head("/").status_code < 500


@pytest.mark.parametrize("client", CLIENTS)
def test_over_the_rate_limit(relay: Relay, client: Client) -> None:
    headers = relay.headers("few-tokens")
    spent = json_reply({**completion(), "usage": {"prompt_tokens": 90, "completion_tokens": 9}})
    first = play(
        relay, "chat", request_of("chat", "local", {}, stream=False), spent, headers=headers
    )
    assert first.answer.status_code in {200, 429}
    answer = asked(relay, client, headers, max_tokens=1000)
    assert told(client, answer) == wanted(
        client, (429, "rate_limit_error", "rate_limit_exceeded"), (429, "rate_limit_error")
    )
    assert int(answer.headers["retry-after"]) >= 1
    name = "anthropic-ratelimit-tokens-{}" if client == "messages" else "x-ratelimit-{}-tokens"
    limit, left = (name.format(what) for what in ("limit", "remaining"))
    assert (answer.headers[limit], answer.headers[left]) == ("20", "0")


def test_requests_left_are_told(relay: Relay) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply(completion()))
    first = asked(
        relay, "chat", relay.headers("once-a-minute"), messages=[{"role": "user", "content": mark}]
    )
    assert first.status_code == 200
    assert first.headers["x-ratelimit-limit-requests"] == "1"
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    assert asked(relay, "chat", relay.headers("once-a-minute")).status_code == 429


@pytest.mark.parametrize("client", CLIENTS)
def test_over_the_budget(relay: Relay, client: Client) -> None:
    answer = asked(relay, client, relay.headers("poor"))
    assert told(client, answer) == wanted(
        client, (429, "insufficient_quota", "insufficient_quota"), (402, "billing_error")
    )
    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers
