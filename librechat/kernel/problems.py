"""One translation of failures into answers, and the strict JSON reader and writer of the API."""

import logging
import math
from collections.abc import Mapping
from typing import IO, Any, cast

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, parsers, renderers
from rest_framework.response import Response
from typing_extensions import override

from librechat.kernel.errors import AppError, NotFoundError

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 3 * 1024 * 1024
MAX_DEPTH = 200


class JSONRenderer(renderers.JSONRenderer):
    """Writes JSON with orjson; dates must already be text."""

    @override
    def render(
        self,
        data: object,
        _media_type: str | None = None,
        _context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; nothing for None."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


class JSONParser(parsers.JSONParser):
    """Reads JSON up to 3 MB; refuses what a database or a provider would choke on."""

    @override
    def parse(
        self,
        stream: IO[Any],
        _media_type: str | None = None,
        _context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the body; an empty one is an empty object.

        Raises:
            ParseError: not JSON, too large, too deep, or text with NUL characters.
        """
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise BodyTooLarge
        if not raw.strip():
            return {}
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as exc:
            raise exceptions.ParseError("The body is not valid JSON.") from exc
        check_json(body)
        return cast("dict[str, Any]", body)  # or a list: serializers refuse what does not fit


class BodyTooLarge(exceptions.APIException):
    """The body is over the limit."""

    status_code = 413
    default_detail = "The request is larger than 3 MB; nothing was saved."


def check_json(body: object) -> None:
    """Refuse nesting over 200 levels and text with NUL characters; iterative.

    Raises:
        ParseError: naming what is wrong.
    """
    stack: list[tuple[object, int]] = [(body, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise exceptions.ParseError("The body is nested too deeply.")
        match value:
            case str() if "\x00" in value:
                raise exceptions.ParseError("Text must not contain NUL characters.")
            case dict():
                stack.extend((key, depth + 1) for key in value)
                stack.extend((item, depth + 1) for item in value.values())
            case list():
                stack.extend((item, depth + 1) for item in value)
            case _:
                pass


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer for a failure in the shape the view asks for; None re-raises it.

    A view says with ``problem_shape`` which of LibreChat's bodies its clients expect:
    "message" (default), "error", "both" or "empty".
    """
    shape = getattr(context.get("view"), "problem_shape", "message")
    match exc:
        case AppError():
            return _app_error(exc, shape)
        case Http404():
            return Response(body_of(shape, "Not Found"), status=NotFoundError.status)
        case PermissionDenied():
            return Response(body_of(shape, "Forbidden"), status=403)
        case exceptions.APIException():
            return _framework_error(exc, shape)
        case _:
            return None


def _app_error(exc: AppError, shape: str) -> Response:
    logger.info("Refused: %s", exc.message, extra={"code": exc.code, "status": exc.status})
    exact = exc.data.get("body")
    body = exact if isinstance(exact, dict) else body_of(shape, exc.message)
    response = Response(body, status=exc.status)
    wait = exc.data.get("retry_after_seconds")
    if isinstance(wait, int | float):
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _framework_error(exc: exceptions.APIException, shape: str) -> Response:
    is_sign_in = isinstance(exc, exceptions.AuthenticationFailed | exceptions.NotAuthenticated)
    text = "; ".join(_sentences(exc.detail))
    if isinstance(exc, exceptions.NotAuthenticated):
        text = "No auth token"
    response = Response(
        body_of("message" if is_sign_in else shape, text),
        status=401 if is_sign_in else exc.status_code,
    )
    wait = getattr(exc, "wait", None)  # set by Throttled
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _sentences(detail: object, name: str = "") -> list[str]:
    match detail:
        case dict():
            return [line for key, value in detail.items() for line in _sentences(value, str(key))]
        case list():
            return [line for value in detail for line in _sentences(value, name)]
        case _:
            return [f"{name}: {detail}" if name and name != "non_field_errors" else str(detail)]


def body_of(shape: str, text: str) -> dict[str, str] | None:
    """Return one of LibreChat's error bodies."""
    match shape:
        case "error":
            return {"error": text}
        case "both":
            return {"error": text, "message": text}
        case "empty":
            return None
        case _:
            return {"message": text}
