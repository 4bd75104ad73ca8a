"""What an answer's headers tell of limits and of waiting, in each dialect (1.4)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import play
from tests.relay.conformance.tables import PATHS, Client, request_of
from tests.relay.conformance.upstream import Json, json_reply
from tests.relay.conformance.wires import completion, message, text

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "messages", "responses"]
MODELS = ["sonnet", "local"]
WHOLE: dict[str, Json] = {"sonnet": message(text("Rain.")), "local": completion()}
NAMES = {
    "openai": "x-ratelimit-{what}-{measure}",
    "anthropic": "anthropic-ratelimit-{measure}-{what}",
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DURATION = re.compile(r"\d+ms|(?:\d+m)?\d{1,2}s")


def speech_of(client: Client) -> str:
    return "anthropic" if client == "messages" else "openai"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_left_is_told_in_the_clients_dialect(
    relay: Relay, client: Client, model: str, *, stream: bool
) -> None:
    body = request_of(client, model, {}, stream=stream)
    reply = json_reply(
        WHOLE[model],
        x_ratelimit_limit_requests="7",
        anthropic_ratelimit_tokens_limit="7",
    )
    headers = play(relay, client, body, reply, headers=relay.headers("many")).answer.headers
    names = NAMES[speech_of(client)]
    for measure, limit in (("requests", 6_000), ("tokens", 1_000_000)):
        told = {
            what: headers[names.format(what=what, measure=measure)]
            for what in ("limit", "remaining", "reset")
        }
        assert told["limit"] == str(limit)
        assert 0 < int(told["remaining"]) < limit
        shape = MOMENT if client == "messages" else DURATION
        assert shape.fullmatch(told["reset"])
    other = "x-ratelimit-" if client == "messages" else "anthropic-ratelimit-"
    assert not [name for name in headers if name.startswith(other)]


def test_a_moment_lies_ahead(relay: Relay) -> None:
    body = request_of("messages", "sonnet", {}, stream=False)
    begun = datetime.now(tz=UTC)
    run = play(relay, "messages", body, json_reply(WHOLE["sonnet"]), headers=relay.headers("many"))
    reset = datetime.fromisoformat(run.answer.headers["anthropic-ratelimit-tokens-reset"])
    assert begun - timedelta(seconds=5) <= reset <= datetime.now(tz=UTC) + timedelta(seconds=65)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_without_limits_tells_none(relay: Relay, client: Client) -> None:
    body = request_of(client, "sonnet", {}, stream=False)
    headers = play(relay, client, body, json_reply(WHOLE["sonnet"])).answer.headers
    assert not [name for name in headers if "ratelimit" in name]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_limit_that_is_reached_is_told_in_the_clients_dialect(
    relay: Relay, client: Client
) -> None:
    body = request_of(client, "local", {}, stream=False)
    headers = relay.headers("once")
    relay.client.post(PATHS[client], json=body, headers=headers)  # this one may still pass
    answer = relay.client.post(PATHS[client], json=body, headers=headers)
    assert answer.status_code == 429
    names = NAMES[speech_of(client)]
    assert answer.headers[names.format(what="limit", measure="requests")] == "1"
    assert answer.headers[names.format(what="remaining", measure="requests")] == "0"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    other = "x-ratelimit-" if client == "messages" else "anthropic-ratelimit-"
    assert not [name for name in answer.headers if name.startswith(other)]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_date_to_wait_for_becomes_seconds(
    relay: Relay, client: Client, model: str, *, stream: bool
) -> None:
    date = format_datetime(datetime.now(tz=UTC) + timedelta(seconds=90), usegmt=True)
    refusal = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down."}}
    reply = json_reply(refusal, status=429, retry_after=date)
    answer = play(relay, client, request_of(client, model, {}, stream=stream), reply).answer
    assert answer.status_code == 429
    assert 60 <= int(answer.headers["retry-after"]) <= 90
    assert 60_000 <= int(answer.headers["retry-after-ms"]) <= 90_000


def test_seconds_are_handed_on_as_they_came(relay: Relay) -> None:
    reply = json_reply({"error": {"message": "No."}}, status=429, retry_after="7")
    answer = play(relay, "chat", request_of("chat", "local", {}, stream=False), reply).answer
    assert answer.headers.get_list("retry-after") == ["7"]


@pytest.mark.parametrize("client", CLIENTS)
def test_pages_may_read_what_is_left(relay: Relay, client: Client) -> None:
    headers = {**relay.headers("many"), "origin": "https://app.example.org"}
    body = request_of(client, "sonnet", {}, stream=False)
    answer = play(relay, client, body, json_reply(WHOLE["sonnet"]), headers=headers).answer
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    for what in ("limit", "remaining", "reset"):
        for measure in ("requests", "tokens"):
            assert NAMES[speech_of(client)].format(what=what, measure=measure) in exposed
