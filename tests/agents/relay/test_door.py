"""The way of a request through the relay's door."""

import gzip
from typing import Any

import orjson
import pytest

from accounts.models import ApiKey
from accounts.services.api_keys import api_key_revoke
from agents.engine.offload import offload
from agents.models import RelayCall
from tests.agents.relay.conftest import Door
from tests.fakes.provider import FakeProvider, refuses, says

pytestmark = pytest.mark.usefixtures("door")

HI = {"model": "first", "messages": [{"role": "user", "content": "Hi"}]}
CLAUDE = {"model": "first", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}


async def calls() -> list[RelayCall]:
    return [call async for call in RelayCall.objects.order_by("started_at", "id")]


def error_of(answer: Any) -> dict[str, Any]:
    error = answer.json()["error"]
    assert isinstance(error, dict)
    return error


async def test_what_is_not_the_relays_is_served_behind_it(door: Door) -> None:
    answer = await door.ask("GET", "/c/new")
    assert (answer.status_code, answer.text) == (299, "/c/new")


async def test_an_answer_of_the_same_dialect_passes_byte_by_byte(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("Hello."))
    answer = await door.chat()
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == "Hello."
    assert answer.headers["x-relay-model"] == "Fake/alpha"
    assert answer.headers["x-request-id"] == answer.headers["request-id"]


async def test_a_key_without_place_in_the_headers_is_refused(door: Door) -> None:
    answer = await door.ask("GET", "/v1/models", headers={"Authorization": "Basic x"})
    assert answer.status_code == 401
    assert error_of(answer)["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_wrong_key_is_refused_in_the_dialect_of_the_route(door: Door) -> None:
    answer = await door.post("/v1/messages", CLAUDE, headers={"x-api-key": "sk-wrong"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "error"
    assert error_of(answer)["type"] == "authentication_error"


async def test_of_two_keys_each_dialect_takes_its_own(door: Door, provider: FakeProvider) -> None:
    provider.script("alpha", says("One."))
    taken = await door.post("/v1/chat/completions", HI, headers={"x-api-key": "sk-wrong"})
    refused = await door.post("/v1/messages", CLAUDE, headers={"x-api-key": "sk-wrong"})
    assert (taken.status_code, refused.status_code) == (200, 401)


async def test_a_key_that_was_ended_opens_nothing_with_the_next_request(door: Door) -> None:
    assert (await door.ask("GET", "/v1/models")).status_code == 200
    key = await ApiKey.objects.select_related("user").aget(pk=door.key.pk)
    await offload(api_key_revoke, key=key, actor=key.user)
    assert (await door.ask("GET", "/v1/models")).status_code == 401


async def test_a_key_in_the_address_is_refused(door: Door) -> None:
    answer = await door.ask("GET", f"/v1/models?key={door.text}")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/models", 200),
        ("/v1/models/", 200),
        ("/v1/v1/models", 200),
        ("/api/agents/v1/models", 200),
        ("/v1/nothing", 404),
        ("/v1", 404),
    ],
)
async def test_the_addresses_that_lead_to_the_models(door: Door, path: str, status: int) -> None:
    assert (await door.ask("GET", path)).status_code == status


async def test_a_wrong_method_is_told_with_the_right_one(door: Door) -> None:
    answer = await door.ask("GET", "/v1/chat/completions")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
async def test_a_body_that_is_no_object_is_refused_and_nothing_is_asked(
    door: Door, provider: FakeProvider, body: bytes
) -> None:
    answer = await door.ask("POST", "/v1/chat/completions", content=body)
    assert answer.status_code == 400
    assert error_of(answer)["type"] == "invalid_request_error"
    assert provider.requests == []


async def test_a_packed_body_is_unpacked(door: Door, provider: FakeProvider) -> None:
    provider.script("alpha", says("Packed."))
    packed = gzip.compress(orjson.dumps(HI))
    headers = {"content-encoding": "gzip"}
    answer = await door.ask("POST", "/v1/chat/completions", content=packed, headers=headers)
    assert answer.status_code == 200


async def test_a_bomb_is_refused_before_it_unfolds(door: Door) -> None:
    bomb = gzip.compress(b" " * (40 * 1024 * 1024))
    headers = {"content-encoding": "gzip"}
    answer = await door.ask("POST", "/v1/chat/completions", content=bomb, headers=headers)
    assert answer.status_code == 413


async def test_an_unknown_model_is_told_in_both_dialects(door: Door) -> None:
    chat = await door.chat("nobody")
    messages = await door.post("/v1/messages", CLAUDE | {"model": "nobody"})
    assert (chat.status_code, error_of(chat)["code"]) == (404, "model_not_found")
    assert (messages.status_code, error_of(messages)["type"]) == (404, "not_found_error")


async def test_models_are_listed_as_the_client_speaks(door: Door) -> None:
    chat = (await door.ask("GET", "/v1/models")).json()
    names = [model["id"] for model in chat["data"]]
    assert names == ["first", "chain", "alpha", "beta", "claude-sonnet-4-5"]
    headers = {"anthropic-version": "2023-06-01"}
    first = (await door.ask("GET", "/v1/models?limit=2", headers=headers)).json()
    assert [model["id"] for model in first["data"]] == names[:2]
    assert first["has_more"] is True
    rest = await door.ask("GET", f"/v1/models?after_id={first['last_id']}", headers=headers)
    assert [model["id"] for model in rest.json()["data"]] == names[2:]


async def test_one_model_is_told_and_an_unknown_one_is_not(door: Door) -> None:
    assert (await door.ask("GET", "/v1/models/alpha")).json()["owned_by"] == "Fake"
    assert (await door.ask("GET", "/v1/models/none/such")).status_code == 404


async def test_a_page_of_another_site_may_ask_what_it_may_do(door: Door) -> None:
    headers = {"Origin": "https://tool.example.org", "Authorization": ""}
    answer = await door.ask("OPTIONS", "/v1/chat/completions", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    refused = await door.ask("POST", "/v1/chat/completions", headers=headers)
    assert refused.headers["access-control-allow-origin"] == "*"


async def test_the_operators_key_stays_the_operators_trouble(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", refuses(401))
    answer = await door.chat()
    assert (answer.status_code, error_of(answer)["code"]) == (502, "upstream_auth")
    assert "sk-up" not in answer.text


async def test_a_providers_own_words_pass_to_its_own_clients(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", refuses(400))
    answer = await door.chat()
    assert answer.status_code == 400
    assert "error" in answer.json()


async def test_every_call_is_written_down_with_what_it_cost(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", says("One."), refuses(400))
    await door.chat()
    await door.chat()
    await door.chat("nobody")
    await door.settle()
    told = [(call.alias, call.status, call.http_status) for call in await calls()]
    assert told == [("first", "ok", 200), ("first", "error", 400), ("nobody", "refused", 404)]
    first, failed, _refused = await calls()
    assert (first.input_tokens, first.output_tokens) == (11, 7)
    assert first.credits > 0
    assert (failed.input_tokens, failed.credits) == (0, 0)
