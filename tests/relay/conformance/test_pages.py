"""What pages and pickers ask for: CORS, models, token counts, embeddings (1.1, 1.5)."""

import json

import pytest

from tests.relay.conformance.conftest import Relay
from tests.relay.conformance.playing import play
from tests.relay.conformance.tables import (
    PATHS,
    Client,
    Has,
    differences,
    request_of,
    some_differences,
)
from tests.relay.conformance.upstream import Json, Reply, json_reply
from tests.relay.conformance.wires import message, text

pytestmark = pytest.mark.services
CLIENTS: list[Client] = ["chat", "messages", "responses"]
ORIGIN = {"origin": "https://app.example.org"}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_preflight_needs_no_key(relay: Relay, client: Client) -> None:
    headers = {
        **ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    answer = relay.client.options(PATHS[client], headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    found = answer.headers
    assert found["access-control-allow-origin"] == "*"
    assert {"GET", "POST", "OPTIONS"} <= set(found["access-control-allow-methods"].split(", "))
    allowed = set(found["access-control-allow-headers"].split(", "))
    assert {
        "authorization",
        "x-api-key",
        "anthropic-version",
        "anthropic-beta",
        "anthropic-dangerous-direct-browser-access",
    } <= allowed
    assert {
        "x-stainless-arch",
        "x-stainless-retry-count",
        "x-stainless-helper-method",
        "openai-organization",
    } <= allowed
    assert found["access-control-max-age"] == "600"
    assert "access-control-allow-private-network" not in found
    assert "access-control-allow-credentials" not in found


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", ["answer", "stream", "error", "no-key"])
def test_every_answer_can_be_read_by_a_page(relay: Relay, client: Client, case: str) -> None:
    if case in {"answer", "stream"}:
        body = request_of(client, "sonnet", {}, stream=case == "stream")
        answer = play(
            relay, client, body, json_reply(message(text("Rain."))), headers=ORIGIN
        ).answer
    else:
        headers = relay.headers() if case == "error" else {}
        body = request_of(client, "nope", {}, stream=False)
        answer = relay.client.post(PATHS[client], json=body, headers={**headers, **ORIGIN})
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert {
        "x-request-id",
        "request-id",
        "retry-after",
        "x-ratelimit-remaining-requests",
    } <= exposed


MODELS: Json = {
    "id": "org/slashed",
    "object": "model",
    "created": ...,
    "owned_by": ...,
    "context_length": 1_047_576,
    "max_completion_tokens": 32_768,
}


@pytest.mark.parametrize("path", ["/v1/models/org/slashed", "/v1/models/org%2Fslashed"])
def test_one_model_whose_name_has_a_slash(relay: Relay, path: str) -> None:
    answer = relay.client.get(path, headers=relay.headers())
    assert differences(MODELS, answer.json()) == []
    answer = relay.client.get(path, headers=relay.headers(anthropic_version="2023-06-01"))
    assert (
        some_differences(
            {"type": "model", "id": "org/slashed", "display_name": ..., "created_at": ...},
            answer.json(),
        )
        == []
    )


def test_models_in_each_dialect(relay: Relay) -> None:
    answer = relay.client.get("/v1/models", headers=relay.headers()).json()
    assert answer["object"] == "list"
    assert {"sonnet", "gpt", "org/slashed"} <= {one["id"] for one in answer["data"]}
    page = relay.client.get(
        "/v1/models?limit=2", headers=relay.headers(anthropic_version="2023-06-01")
    ).json()
    assert (
        differences(
            {
                "data": [Has({"type": "model"}), Has({"type": "model"})],
                "has_more": True,
                "first_id": page["data"][0]["id"],
                "last_id": page["data"][1]["id"],
            },
            page,
        )
        == []
    )
    assert relay.client.get("/v1/models/nope", headers=relay.headers()).status_code == 404


def test_a_key_lists_its_own_models_only(relay: Relay) -> None:
    answer = relay.client.get("/v1/models", headers=relay.headers("one-model")).json()
    assert [one["id"] for one in answer["data"]] == ["gpt"]


def test_tokens_are_counted_by_the_provider_or_by_us(relay: Relay) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply({"input_tokens": 14}))
    body = {"model": "sonnet", "messages": [{"role": "user", "content": mark}]}
    path = "/v1/messages/count_tokens"
    assert relay.client.post(path, json=body, headers=relay.headers()).json() == {
        "input_tokens": 14
    }
    (received,) = relay.upstream.requests[mark]
    assert received.path == path
    assert received.fields["model"] == "claude-sonnet-4-5"
    answer = relay.client.post(path, json={**body, "model": "gpt"}, headers=relay.headers())
    assert answer.json()["input_tokens"] > 0
    assert len(relay.upstream.requests[mark]) == 1


COUNT = "/v1/responses/input_tokens"
COUNTED = {"object": "response.input_tokens", "input_tokens": 14}


def test_tokens_of_a_responses_body_are_counted_by_the_provider_that_has_responses(
    relay: Relay,
) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: json_reply(COUNTED))
    body = {"model": "gpt", "instructions": "Be brief.", "input": mark}
    answer = relay.client.post(COUNT, json=body, headers=relay.headers())
    assert (answer.status_code, answer.json()) == (200, COUNTED)
    (received,) = relay.upstream.requests[mark]
    assert received.path == COUNT
    assert received.fields == {**body, "model": "gpt-4.1"}
    assert received.headers["authorization"] == "Bearer operators-openai-key"


@pytest.mark.parametrize("model", ["sonnet", "local"])
def test_tokens_of_a_responses_body_are_counted_here_for_other_providers(
    relay: Relay, model: str
) -> None:
    mark = relay.mark()
    counts = []
    for words in (mark, f"{mark} and some more words that take tokens, too"):
        body = {"model": model, "input": [{"role": "user", "content": words}]}
        answer = relay.client.post(COUNT, json=body, headers=relay.headers())
        assert answer.json() == {**COUNTED, "input_tokens": answer.json()["input_tokens"]}
        counts.append(answer.json()["input_tokens"])
    assert 0 < counts[0] < counts[1]
    assert mark not in relay.upstream.requests


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (json_reply({"object": "response.input_tokens"}), 502),
        (
            json_reply({"error": {"message": "No.", "type": "invalid_request_error"}}, status=400),
            400,
        ),
        (json_reply({"error": {"message": "Wrong key."}}, status=401), 502),
    ],
    ids=["no-count", "refused", "operators-key"],
)
def test_a_count_that_the_provider_refuses_is_told_as_openai_does(
    relay: Relay, reply: Reply, status: int
) -> None:
    mark = relay.mark()
    relay.upstream.expect(mark, lambda _received: reply)
    answer = relay.client.post(COUNT, json={"model": "gpt", "input": mark}, headers=relay.headers())
    assert answer.status_code == status
    assert set(answer.json()["error"]) >= {"message", "type"}


def test_what_cannot_be_counted_here_is_refused_with_its_field(relay: Relay) -> None:
    for fields, param in (({}, "input"), ({"input": "Hi", "previous_response_id": "r"}, None)):
        answer = relay.client.post(
            COUNT, json={"model": "sonnet", **fields}, headers=relay.headers()
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["param"]) == (400, param or "previous_response_id")
    wrong = relay.client.get(COUNT, headers=relay.headers())
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_embeddings_pass(relay: Relay) -> None:
    mark = relay.mark()
    body = {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "model": "m",
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    }
    relay.upstream.expect(mark, lambda _received: json_reply(body))
    asked_for = {"model": "text-embedding-3-small", "input": mark}
    answer = relay.client.post("/v1/embeddings", json=asked_for, headers=relay.headers())
    assert (answer.status_code, answer.json()) == (200, body)
    assert relay.upstream.requests[mark][0].path == "/v1/embeddings"
    refused = relay.client.post(
        "/v1/embeddings", json={**asked_for, "model": "sonnet"}, headers=relay.headers()
    )
    assert refused.status_code == 404
    assert json.loads(refused.content)["error"]["param"] == "model"
