"""Keys that open nothing, or not this: the status, the code and the words of each dialect."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiKey, User
from agents.models import CallStatus, RelayCall
from librechat.kernel import clock
from tests.agents.relay.conftest import Door

BAD = "invalid_request_error"
HI = [{"role": "user", "content": "Hi"}]
ASKED: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": HI},
    "/v1/responses": {"input": "Hi"},
    "/v1/responses/input_tokens": {"input": "Hi"},
    "/v1/messages": {"messages": HI, "max_tokens": 5},
    "/v1/messages/count_tokens": {"messages": HI},
    "/v1/embeddings": {"input": "Hi"},
}
# What is done to the key → what OpenAI's clients hear, and what Anthropic's do.
NO_KEY = ((401, BAD, "invalid_api_key"), (401, "authentication_error"))
KEPT_TO: dict[str, tuple[dict[str, Any], str, tuple[int, str, str]]] = {
    "another route": ({"scopes": ["relay:images"]}, "scope", (403, BAD, "model_not_allowed")),
    "another network": (
        {"allowed_addresses": ["10.0.0.0/8"]},
        "address",
        (403, BAD, "address_not_allowed"),
    ),
    "another model": (
        {"allowed_models": ["o1"]},
        "model_not_allowed",
        (403, BAD, "model_not_allowed"),
    ),
}
every_route = pytest.mark.parametrize("path", ASKED)


async def told(door: Door, path: str) -> tuple[Any, ...]:
    """Return status and words of the refusal; its form is checked."""
    answer = await door.post(path, {"model": "first", **ASKED[path]})
    assert answer.headers["x-request-id"] == answer.headers["request-id"]
    body = answer.json()
    if not path.startswith("/v1/messages"):
        assert set(body["error"]) == {"message", "type", "param", "code"}
        return answer.status_code, body["error"]["type"], body["error"]["code"]
    assert body["type"] == "error"
    assert set(body["error"]) == {"type", "message"}
    assert body["request_id"] == answer.headers["request-id"]
    return answer.status_code, body["error"]["type"]


async def end(door: Door, how: str) -> None:
    keys = ApiKey.objects.filter(pk=door.key.pk)
    match how:
        case "expired":
            await keys.aupdate(expires_at=clock.now() - timedelta(seconds=1))
        case "revoked":
            await keys.aupdate(revoked_at=clock.now())
        case "outlived":
            await keys.aupdate(auth_epoch=7)
        case "of nobody":
            await User.objects.filter(pk=door.key.user_id).aupdate(is_active=False)
        case _:
            door.text = "sk-wrong"


@every_route
@pytest.mark.parametrize("how", ["wrong", "expired", "revoked", "outlived", "of nobody"])
async def test_a_key_that_opens_nothing_is_401_and_is_not_told_why(
    door: Door, path: str, how: str
) -> None:
    await end(door, how)
    wanted = NO_KEY[path.startswith("/v1/messages")]
    assert await told(door, path) == wanted


@every_route
@pytest.mark.parametrize("to", KEPT_TO)
async def test_a_key_that_is_kept_to_something_else_is_403_and_on_record(
    door: Door, path: str, to: str
) -> None:
    if to == "another model" and path.endswith("count_tokens"):
        to = "another route"  # counting asks no model
    fields, noted, openai = KEPT_TO[to]
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(**fields)
    anthropic = (403, "permission_error")
    wanted = anthropic if path.startswith("/v1/messages") else openai
    assert await told(door, path) == wanted
    await door.settle()
    call = await RelayCall.objects.aget()
    assert (call.status, call.http_status, call.error_code) == (CallStatus.REFUSED, 403, noted)


async def test_a_key_for_other_doors_hears_the_same_as_one_for_other_routes(door: Door) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(scopes=["read"])
    assert await told(door, "/v1/chat/completions") == (403, BAD, "model_not_allowed")
    assert await told(door, "/v1/messages") == (403, "permission_error")


async def test_the_first_of_several_reasons_is_told(door: Door) -> None:
    fields = {"scopes": ["relay:images"], "allowed_addresses": ["10.0.0.0/8"]}
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(**fields)
    assert (await told(door, "/v1/chat/completions"))[2] == "model_not_allowed"
    await end(door, "revoked")
    door.relay._services.clear()
    assert (await told(door, "/v1/chat/completions"))[0] == 401
