"""Serializer fields and query values that take nothing for what it is not."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from typing_extensions import override

from librechat.kernel.errors import InvalidInputError

MAX_ID = 64
MAX_NAME = 256


def camel(name: str) -> str:
    """Return ``snake_case`` as ``snakeCase``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class CamelSerializer(serializers.Serializer[Any]):
    """Fields named as Python does, read and documented as LibreChat's client names them."""

    named: ClassVar[Mapping[str, str]] = {}  # where camelCase is not what the client says

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields under their camelCase names."""
        fields = {}
        for name, field in super().get_fields().items():
            shown = self.named.get(name) or camel(name)
            if shown != name:
                field.source = name
            fields[shown] = field
        return fields


class StrictText(serializers.CharField):
    """Text as it was sent: a number is refused, blanks at the ends stay."""

    default_error_messages = {"not_text": "Not text."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        kwargs.setdefault("allow_blank", True)
        super().__init__(**kwargs)

    @override
    def to_internal_value(self, data: object) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("not_text")
        return super().to_internal_value(data)


class Name(StrictText):
    """A short text without control characters: an id, a model, an endpoint."""

    default_error_messages = {"control": "Control characters are not allowed."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_NAME)
        super().__init__(**kwargs)

    @override
    def to_internal_value(self, data: object) -> str:
        """Return the name."""
        text = super().to_internal_value(data)
        if not text.isprintable():
            self.fail("control")
        return text


class PublicId(Name):
    """An id of ours or of a client."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_ID)
        super().__init__(**kwargs)


def json_body(request: Request) -> dict[str, Any]:
    """Return the body; none at all, which is how clients send ``undefined``, is an empty object.

    Raises:
        InvalidInputError: it is a list, a text or a number. Read as empty it would mean
            something: {} deletes every preset, and takes a rating back.
    """
    body = request.data
    if not isinstance(body, dict):
        raise InvalidInputError("The body is not a JSON object.")
    return dict(body.items())


def json_object(request: Request) -> dict[str, Any]:
    """Return the body without its nulls: where null and missing mean the same.

    Raises:
        InvalidInputError: it is no object.
    """
    return {name: value for name, value in json_body(request).items() if value is not None}


def query_flag(request: Request, name: str) -> bool | None:
    """Return a true/false query value; None when it is missing or neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(
        request.query_params.get(name, "").lower(),
    )
