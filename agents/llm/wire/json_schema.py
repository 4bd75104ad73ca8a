"""JSON Schemas fitted to what providers' grammars can say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents.llm.wire.fields import object_of, objects_of, text_of, texts_of, to_json

Schema = dict[str, object]
ROOT_CHOICES = ("anyOf", "oneOf", "allOf")  # refused at the root of a tool's schema
NO_PARAMETERS: Schema = {"type": "object", "properties": {}}
UNSAID = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
        *("contains", "minContains", "maxContains", "propertyNames", "patternProperties"),
        *("not", "if", "then", "else", "dependentRequired", "dependentSchemas"),
    }
)
SAID_FORMATS = frozenset(
    {
        *("date-time", "time", "date", "duration", "email", "hostname", "uri"),
        *("ipv4", "ipv6", "uuid"),
    }
)
MAPS = ("properties", "$defs", "definitions")
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
MOST_OPTIONAL = 24
MOST_UNIONS = 16
DEEPEST = 100


def without_root_choice(schema: Mapping[str, object]) -> tuple[Schema, str]:
    """Return an object schema without choices at its root, and the rule that they were.

    The branches' properties are merged; what each branch demands is said in words, "" when
    the merged schema says it all.
    """
    root: Schema = {name: value for name, value in schema.items() if name not in ROOT_CHOICES}
    properties = dict(object_of(root.get("properties")))
    required = texts_of(root.get("required"))
    rules: list[str] = []
    for name in ROOT_CHOICES:
        branches = objects_of(schema.get(name))
        for branch in branches:
            for key, value in object_of(branch.get("properties")).items():
                properties.setdefault(key, value)
        demands = [texts_of(branch.get("required")) for branch in branches]
        if name == "allOf":
            required += [key for demand in demands for key in demand]
        elif any(demands):
            required += [key for key in demands[0] if all(key in demand for demand in demands)]
            rules.append(_rule(name, demands))
    merged = {**NO_PARAMETERS, **root}
    if properties or "properties" in root:
        merged["properties"] = properties
    if required:
        merged["required"] = list(dict.fromkeys(required))
    if merged["type"] is None:
        merged["type"] = "object"
    return merged, " ".join(rules)


def repaired(schema: Mapping[str, object]) -> Schema:
    """Return the schema as a grammar takes it; what it cannot say goes into descriptions."""
    return _repaired(schema)


def can_be_said(schemas: Iterable[Mapping[str, object]]) -> bool:
    """Tell whether a grammar can say these schemas together, once repaired."""
    count = _Count()
    return all(count.takes(schema) for schema in schemas)


def _rule(name: str, demands: Iterable[Iterable[str]]) -> str:
    sets = " or ".join(f"({', '.join(demand)})" for demand in demands)
    kind = "exactly" if name == "oneOf" else "at least"
    return f"Give {kind} one of these sets of arguments: {sets}."


def _repaired(schema: Mapping[str, object]) -> Schema:
    unsaid = {name: value for name, value in schema.items() if not _is_said(name, value)}
    result: Schema = {}
    for name, value in schema.items():
        if name in unsaid:
            continue
        if name in MAPS and isinstance(value, Mapping):
            result[name] = {key: _repaired_any(inner) for key, inner in value.items()}
        elif name in LISTS and isinstance(value, list):
            result["anyOf" if name == "oneOf" else name] = [_repaired_any(one) for one in value]
        elif name == "items":
            result[name] = _repaired_any(value)
        else:
            result[name] = value
    if _is_object(schema):
        result["additionalProperties"] = False
        _put_required_first(result)
    if unsaid:
        notes = "; ".join(f"{name}: {to_json(value)}" for name, value in unsaid.items())
        known = text_of(schema.get("description"))
        result["description"] = f"{known} ({notes})" if known else f"({notes})"
    return result


def _repaired_any(value: object) -> object:
    return _repaired(value) if isinstance(value, Mapping) else value


def _is_said(name: str, value: object) -> bool:
    if name == "format":
        return text_of(value) in SAID_FORMATS
    if name == "minItems":
        return value in (0, 1)
    return name not in UNSAID


def _is_object(schema: Mapping[str, object]) -> bool:
    return "object" in texts_of(schema.get("type")) or "properties" in schema


def _put_required_first(schema: Schema) -> None:
    properties = object_of(schema.get("properties"))
    required = [name for name in texts_of(schema.get("required")) if name in properties]
    if required:
        first = {name: properties[name] for name in required}
        schema["properties"] = {**first, **properties}


@dataclass(slots=True)
class _Count:
    """What a request may hold only so often."""

    optional: int = 0
    unions: int = 0
    _open: list[str] = field(default_factory=list)

    def takes(self, schema: Mapping[str, object]) -> bool:
        """Tell whether a further schema can be said too."""
        if _is_too_deep(schema):
            return False
        return self._walk(schema, object_of(dict(schema)), 0)

    def _walk(self, schema: Mapping[str, object], root: Mapping[str, object], depth: int) -> bool:
        reference = text_of(schema.get("$ref"))
        if reference and (depth > DEEPEST or not self._follow(reference, root, depth)):
            return False
        if _is_object(schema) and not self._takes_object(schema):
            return False
        is_union = len(texts_of(schema.get("type"))) > 1 or "anyOf" in schema or "oneOf" in schema
        self.unions += is_union
        if self.unions > MOST_UNIONS or self.optional > MOST_OPTIONAL:
            return False
        return all(self._walk(inner, root, depth + 1) for inner in _inner(schema))

    def _takes_object(self, schema: Mapping[str, object]) -> bool:
        properties = object_of(schema.get("properties"))
        self.optional += len(set(properties) - set(texts_of(schema.get("required"))))
        # An object with any names at all has no place for them once it is closed.
        return bool(properties) and not schema.get("additionalProperties")

    def _follow(self, reference: str, root: Mapping[str, object], depth: int) -> bool:
        if reference in self._open or not reference.startswith("#/"):
            return False
        target: object = root
        for step in reference.removeprefix("#/").split("/"):
            target = object_of(target).get(step)
        if not isinstance(target, dict):
            return False
        self._open.append(reference)
        is_said = self._walk(target, root, depth + 1)
        self._open.pop()
        return is_said


def _inner(schema: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
    yield from objects_of(list(object_of(schema.get("properties")).values()))
    for name in LISTS:
        yield from objects_of(schema.get(name))
    items = schema.get("items")
    if isinstance(items, dict):
        yield items


def _is_too_deep(schema: object) -> bool:
    level: list[object] = [schema]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _values(value)]
        if not level:
            return False
    return True


def _values(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()
