"""Async views that answer JSON: sign-in before, one translation of failures after."""

from collections.abc import Callable, Coroutine
from functools import update_wrapper
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, TypeAlias

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.auth.drf import user_from_request
from accounts.models import User
from agents.engine.offload import offload
from librechat.kernel.errors import AppError
from librechat.kernel.problems import JSONParser, exception_handler

P = ParamSpec("P")
Body: TypeAlias = dict[str, Any]
View: TypeAlias = Callable[Concatenate[HttpRequest, User, P], Coroutine[Any, Any, HttpResponseBase]]
Served: TypeAlias = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponseBase]]


class _ErrorShape:
    """Chat control answers ``{error}``, but a missing sign-in is always ``{message}``."""

    problem_shape = "error"


class _MessageShape:
    problem_shape = "message"


def signed_in_view(*methods: str) -> Callable[[View[P]], Served[P]]:
    """Return a decorator: the view gets the request and its person."""

    def decorate(view: View[P]) -> Served[P]:
        async def serve(
            request: HttpRequest,
            /,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponseBase:
            user = await offload(user_from_request, request)
            return await view(request, user, *args, **kwargs)

        update_wrapper(serve, view)
        return json_view(*methods)(serve)

    return decorate


def json_view(*methods: str) -> Callable[[Served[P]], Served[P]]:
    """Return a decorator for a view that finds out by itself who calls; it may raise problems.

    Signing in checks the CSRF token of session cookies itself, so Django's own check is off.
    """

    def decorate(view: Served[P]) -> Served[P]:
        async def serve(
            request: HttpRequest,
            /,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            try:
                return await view(request, *args, **kwargs)
            except (AppError, APIException, PermissionDenied) as exc:
                return problem_answer(exc)

        update_wrapper(serve, view)
        return csrf_exempt(serve)

    return decorate


def problem_answer(exc: AppError | APIException | PermissionDenied) -> HttpResponse:
    """Return the answer for an expected failure."""
    is_sign_in = isinstance(exc, AppError) and exc.status == HTTPStatus.UNAUTHORIZED
    view = _MessageShape() if is_sign_in else _ErrorShape()
    answer = exception_handler(exc, {"view": view})
    if answer is None:
        raise exc
    wait = {name: value for name, value in answer.items() if name == "Retry-After"}
    return json_answer(answer.data, status=answer.status_code, headers=wait)


def json_answer(
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return a JSON answer; None is an empty body."""
    content = b"" if body is None else orjson.dumps(body)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def json_body(request: HttpRequest) -> Body:
    """Return the JSON object of a request.

    Raises:
        ParseError: not JSON, or too large, or hostile.
    """
    body = Request(request, parsers=[JSONParser()]).data
    return body if isinstance(body, dict) else {}
