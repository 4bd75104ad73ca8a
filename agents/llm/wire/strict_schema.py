"""Schemas that OpenAI's strict mode takes: closed objects whose properties are all required."""

from collections.abc import Iterable, Mapping

from agents.llm.wire.fields import object_of, objects_of, texts_of

CHOICES = ("oneOf", "allOf", "not", "if", "then", "else", "patternProperties")
DEFINITIONS = ("$defs", "definitions")
DEEPEST = 100


def is_strict(schema: Mapping[str, object]) -> bool:
    """Tell whether arguments or answers can be held to a schema as it is."""
    return schema.get("type") == "object" and "anyOf" not in schema and _fits(schema, 0)


def _fits(schema: Mapping[str, object], depth: int) -> bool:
    if depth > DEEPEST or any(name in schema for name in CHOICES):
        return False
    if "object" in texts_of(schema.get("type")) or "properties" in schema:
        properties = object_of(schema.get("properties"))
        is_closed = schema.get("additionalProperties") is False
        if not is_closed or set(properties) != set(texts_of(schema.get("required"))):
            return False
    return all(_fits(inner, depth + 1) for inner in _inner(schema))


def _inner(schema: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    for name in ("properties", *DEFINITIONS):
        yield from objects_of(list(object_of(schema.get(name)).values()))
    yield from objects_of(schema.get("anyOf"))
    items = schema.get("items")
    if isinstance(items, dict):
        yield items
