"""Fields of a messages request, refused in the words of Anthropic's API."""

import orjson

from agents.llm.wire.fields import JsonObject
from agents.llm.wire.serving.body_fields import FieldReader, Sentences, below, wrong

__all__ = [
    "joined",
    "json_text",
    "listed_objects",
    "listed_texts",
    "optional_flag",
    "optional_integer",
    "optional_number",
    "optional_object",
    "optional_text",
    "required_object",
    "required_text",
    "wrong",
]

LEVELS_LEFT = 60  # what the upstream's body may add around a value; orjson writes 254 at most
READER = FieldReader(
    Sentences(
        missing="Field required",
        empty="Text should have at least 1 character",
        no_text="Input should be a valid string",
        no_flag="Input should be a valid boolean",
        no_number="Input should be a valid number",
        not_whole="Input should be a valid integer",
        too_small="Input should be greater than or equal to {least}",
        no_object="Input should be a valid object",
        no_list="Input should be a valid list",
    )
)
joined = below
required_text = READER.required_text_at
optional_text = READER.text_at
optional_flag = READER.flag_at
optional_number = READER.number_at
optional_integer = READER.integer_at
optional_object = READER.object_at
required_object = READER.required_object_at
listed_objects = READER.objects_in
listed_texts = READER.texts_at


def json_text(value: JsonObject, path: str) -> str:
    """Return an object as compact JSON text that still fits into an upstream's body.

    Raises:
        BadRequestError: it is nested too deep, or holds a number that nobody can read.
    """
    nested: object = value
    for _ in range(LEVELS_LEFT):
        nested = [nested]
    try:
        text = orjson.dumps(nested)
    except TypeError as exc:
        raise wrong(path, "Input is nested too deep or holds a number out of range") from exc
    return text[LEVELS_LEFT:-LEVELS_LEFT].decode()
