"""JSON Schemas fitted to what providers' grammars can say."""

import pytest

from agents.llm.wire.json_schema import can_be_said, repaired, without_root_choice

Json = dict[str, object]
TEXT: Json = {"type": "string"}


def an_object(required: tuple[str, ...] = (), /, **properties: object) -> Json:
    schema: Json = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def closed(required: tuple[str, ...] = (), /, **properties: object) -> Json:
    return {**an_object(required, **properties), "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, TEXT),
        ({"type": "integer", "minimum": 3}, {"type": "integer", "description": "(minimum: 3)"}),
        (
            {"type": "string", "description": "A.", "maxLength": 5, "minLength": 1},
            {"type": "string", "description": "A. (maxLength: 5; minLength: 1)"},
        ),
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        (
            {"type": "string", "format": "phone"},
            {"type": "string", "description": '(format: "phone")'},
        ),
        ({"type": "array", "minItems": 1}, {"type": "array", "minItems": 1}),
        ({"minItems": [1], "format": {}}, {"description": "(minItems: [1]; format: {})"}),
        ({"type": "array", "minItems": 2}, {"type": "array", "description": "(minItems: 2)"}),
        (
            {"type": "array", "items": {"type": "number", "multipleOf": 2}, "uniqueItems": True},
            {
                "type": "array",
                "items": {"type": "number", "description": "(multipleOf: 2)"},
                "description": "(uniqueItems: true)",
            },
        ),
        ({"oneOf": [TEXT, {"type": "null"}]}, {"anyOf": [TEXT, {"type": "null"}]}),
        (an_object(a=TEXT), closed(a=TEXT)),
        (
            an_object(("b",), a=TEXT, b=an_object(c=TEXT)),
            closed(("b",), b=closed(c=TEXT), a=TEXT),
        ),
        (an_object(minimum=TEXT, format=TEXT), closed(minimum=TEXT, format=TEXT)),
        (
            {"$ref": "#/$defs/A", "$defs": {"A": an_object(a=TEXT)}},
            {"$ref": "#/$defs/A", "$defs": {"A": closed(a=TEXT)}},
        ),
        (
            {"type": ["object", "null"], "properties": {}},
            {"type": ["object", "null"], "properties": {}, "additionalProperties": False},
        ),
        ({"anyOf": [True, TEXT], "items": True}, {"anyOf": [True, TEXT], "items": True}),
    ],
)
def test_a_schema_is_repaired(schema: Json, expected: Json) -> None:
    assert repaired(schema) == expected


def test_required_properties_come_first() -> None:
    schema = repaired(an_object(("c", "b", "gone"), a=TEXT, b=TEXT, c=TEXT))
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["c", "b", "a"]


LOOP: Json = {"$ref": "#/$defs/A", "$defs": {"A": an_object(a={"$ref": "#/$defs/A"})}}
DEEP: Json = TEXT
for _ in range(200):
    DEEP = {"type": "array", "items": DEEP}


@pytest.mark.parametrize(
    ("schemas", "is_said"),
    [
        ([], True),
        ([TEXT, an_object(a=TEXT)], True),
        ([{"type": "object"}], False),
        ([an_object()], False),
        ([{**an_object(a=TEXT), "additionalProperties": True}], False),
        ([{**an_object(a=TEXT), "additionalProperties": TEXT}], False),
        ([{**an_object(a=TEXT), "additionalProperties": False}], True),
        ([an_object(a={"type": "array", "items": {"type": "object"}})], False),
        ([{"$ref": "#/$defs/A", "$defs": {"A": an_object(a=TEXT)}}], True),
        ([{"$ref": "#/$defs/B", "$defs": {}}], False),
        ([{"$ref": "https://e.org/schema"}], False),
        ([LOOP], False),
        ([DEEP], False),
        ([{**an_object(a=TEXT), "$defs": {"unused": DEEP}}], False),
        ([an_object(**{f"p{n}": TEXT for n in range(24)})], True),
        ([an_object(**{f"p{n}": TEXT for n in range(13)})] * 2, False),
        (
            [an_object(tuple(f"p{n}" for n in range(30)), **{f"p{n}": TEXT for n in range(30)})],
            True,
        ),
        ([{"anyOf": [TEXT]}] * 16, True),
        ([{"type": ["string", "null"]}] * 17, False),
    ],
)
def test_what_a_grammar_can_say(schemas: list[Json], *, is_said: bool) -> None:
    assert can_be_said(schemas) is is_said


@pytest.mark.parametrize(
    ("schema", "expected", "rule"),
    [
        ({}, an_object(), ""),
        ({"type": None}, an_object(), ""),
        ({"$schema": "x", **an_object(a=TEXT)}, {"$schema": "x", **an_object(a=TEXT)}, ""),
        ({**an_object(a=TEXT), "anyOf": [{}]}, an_object(a=TEXT), ""),
        (
            {"allOf": [an_object(("a",), a=TEXT), an_object(("b",), b=TEXT)]},
            an_object(("a", "b"), a=TEXT, b=TEXT),
            "",
        ),
        (
            {"oneOf": [an_object(("a", "c"), a=TEXT, c=TEXT), an_object(("b", "c"), b=TEXT)]},
            an_object(("c",), a=TEXT, c=TEXT, b=TEXT),
            "Give exactly one of these sets of arguments: (a, c) or (b, c).",
        ),
        (
            {**an_object(("x",), a=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            an_object(("x",), a=TEXT),
            "Give at least one of these sets of arguments: (a) or (b).",
        ),
        (
            {**an_object(a=TEXT), "anyOf": [an_object(a={"type": "number"})]},
            an_object(a=TEXT),
            "",
        ),
    ],
)
def test_choices_at_the_root_are_merged(schema: Json, expected: Json, rule: str) -> None:
    assert without_root_choice(schema) == (expected, rule)
