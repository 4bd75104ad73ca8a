"""Reading request bodies."""

from collections.abc import Mapping

from rest_framework import exceptions
from rest_framework.request import Request


def body_of(request: Request) -> Mapping[str, object]:
    """Return the JSON object of a request.

    Raises:
        ParseError: the body is JSON of another kind.
    """
    if not isinstance(request.data, Mapping):
        raise exceptions.ParseError("The body must be a JSON object.")
    return request.data
