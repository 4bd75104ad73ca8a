"""The models a key may use, as each dialect lists them."""

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

import orjson

from agents.engine.offload import offload
from agents.llm.relay_models import Served
from agents.llm.wire.model_list import capabilities_of
from agents.relay.problems import RelayError
from agents.relay.targets import models_for
from agents.relay.visit import Visit

CREATED = 1_700_000_000  # nobody knows when a model was made; clients want a number
MOST = 1000
# What a model can do → the parameters that OpenRouter lists for it.
PARAMETERS = {
    "tools": ("tools", "tool_choice"),
    "thinking": ("reasoning",),
    "structured_output": ("structured_outputs", "response_format"),
}


async def models(visit: Visit) -> None:
    """List the models."""
    listed = await offload(models_for, visit.facts)
    if visit.speech == "anthropic":
        body = _anthropic_page(listed, _query(visit))
    else:
        body = {"object": "list", "data": [_openai(one) for one in listed]}
    await visit.exchange.answer(HTTPStatus.OK, orjson.dumps(body))


async def model(visit: Visit) -> None:
    """Tell about one model; its name may hold slashes."""
    wanted = unquote(visit.rest)
    listed = await offload(models_for, visit.facts)
    found = next((one for one in listed if one.name == wanted), None)
    if found is None:
        raise RelayError(
            "unknown_model", f"There is no model {wanted[:128]!r} here.", param="model"
        )
    made = _anthropic(found) if visit.speech == "anthropic" else _openai(found)
    await visit.exchange.answer(HTTPStatus.OK, orjson.dumps(made))


def _openai(served: Served) -> dict[str, object]:
    """Return OpenAI's line; what is known beyond it is said as OpenRouter says it."""
    line: dict[str, object] = {
        "id": served.name,
        "object": "model",
        "created": served.created or CREATED,
        "owned_by": served.owner,
    }
    if served.context_window:
        line["context_length"] = served.context_window
    if served.max_output:
        line["max_completion_tokens"] = served.max_output
    if "vision" in served.can:
        inputs = {"text": True, "image": served.can["vision"], "file": served.can.get("pdf")}
        line["architecture"] = {
            "input_modalities": [name for name, is_in in inputs.items() if is_in]
        }
    if PARAMETERS.keys() <= served.can.keys():
        names = [
            name for ability, words in PARAMETERS.items() if served.can[ability] for name in words
        ]
        line["supported_parameters"] = names
    return line


def _anthropic(served: Served) -> dict[str, object]:
    created = datetime.fromtimestamp(served.created or CREATED, tz=UTC)
    return {
        "type": "model",
        "id": served.name,
        "display_name": served.display_name or served.name,
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_tokens": served.max_output or None,
        "max_input_tokens": served.context_window or None,
        "capabilities": capabilities_of(served.can),
        "lifecycle": "active",
        "line": None,
        "deprecated_at": None,
        "retires_at": None,
    }


def _anthropic_page(listed: list[Served], query: dict[str, str]) -> dict[str, object]:
    """Return a page by ``limit``, ``after_id`` and ``before_id``, as Anthropic's API pages."""
    ids = [one.name for one in listed]
    limit = _limit(query.get("limit", ""))
    start, end = 0, len(ids)
    if query.get("after_id") in ids:
        start = ids.index(query["after_id"]) + 1
    if query.get("before_id") in ids:
        end = ids.index(query["before_id"])
        start = max(start, end - limit)
    page = listed[start : min(end, start + limit)]
    return {
        "data": [_anthropic(one) for one in page],
        "has_more": start + len(page) < end,
        "first_id": page[0].name if page else None,
        "last_id": page[-1].name if page else None,
    }


def _limit(text: str) -> int:
    if not text:
        return 20
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise RelayError.bad_request(f"A number from 1 to {MOST} is wanted.", param="limit")
    return int(text)


def _query(visit: Visit) -> dict[str, str]:
    return dict(parse_qsl(visit.exchange.scope["query_string"].decode("latin-1")))
