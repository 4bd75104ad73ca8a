"""Pieces of JSON bodies that the dialects share."""

from collections.abc import Mapping

from agents.llm.wire.fields import object_of, objects_of, text_of
from agents.llm.wire.neutral import ChatRequest

NO_PARAMETERS: dict[str, object] = {"type": "object", "properties": {}}


def completed(body: Mapping[str, object], request: ChatRequest) -> dict[str, object]:
    """Return the body without the request's dropped fields and with its extra ones."""
    kept = {name: value for name, value in body.items() if name not in request.dropped}
    return merged(kept, request.extra)


def merged(body: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return the body with the extra fields; objects are merged, everything else replaced."""
    result = dict(body)
    for name, value in extra.items():
        known = result.get(name)
        is_nested = isinstance(value, Mapping) and isinstance(known, Mapping)
        result[name] = merged(object_of(known), object_of(value)) if is_nested else value
    return result


def model_ids(body: object) -> list[str]:
    """Return the ids of a list of models, each once, in the server's order."""
    listed = object_of(body).get("data", object_of(body).get("models", body))
    ids = (text_of(item.get("id")) or text_of(item.get("name")) for item in objects_of(listed))
    return list(dict.fromkeys(model for model in ids if model))
