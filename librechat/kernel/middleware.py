"""A request id on every request, log line and answer; addresses that nothing can have."""

import re
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

request_id: ContextVar[str] = ContextVar("request_id", default="")
ACCEPTED = re.compile(r"[A-Za-z0-9_.-]{8,64}")

SyncNext = Callable[[HttpRequest], HttpResponseBase]
AsyncNext = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def _begin(request: HttpRequest) -> str:
    asked = request.headers.get("X-Request-Id", "")
    name = asked if ACCEPTED.fullmatch(asked) else secrets.token_hex(8)
    request_id.set(name)
    return name


def _end(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["X-Request-Id"] = name
    if settings.NO_INDEX:
        response["X-Robots-Tag"] = "noindex"
    return response


@sync_and_async_middleware
def request_id_middleware(get_response: SyncNext | AsyncNext) -> SyncNext | AsyncNext:
    """Take a well-formed ``X-Request-Id`` or make one; also tell robots to stay away."""
    if iscoroutinefunction(get_response):
        return _asynchronous(get_response)

    def serve(request: HttpRequest) -> HttpResponseBase:
        name = _begin(request)
        return _end(cast("SyncNext", get_response)(request), name)  # a plain next step here

    return serve


def _asynchronous(get_response: AsyncNext) -> AsyncNext:
    async def serve(request: HttpRequest) -> HttpResponseBase:
        name = _begin(request)
        return _end(await get_response(request), name)

    markcoroutinefunction(serve)
    return serve


@sync_and_async_middleware
def no_nul_middleware(get_response: SyncNext | AsyncNext) -> SyncNext | AsyncNext:
    """Refuse addresses with NUL characters: PostgreSQL can be asked for no such text.

    Raises:
        BadRequest: the path or the query has one.
    """
    if iscoroutinefunction(get_response):

        async def serve_async(request: HttpRequest) -> HttpResponseBase:
            _check_nul(request)
            return await cast("AsyncNext", get_response)(request)  # as asked above

        markcoroutinefunction(serve_async)
        return serve_async

    def serve(request: HttpRequest) -> HttpResponseBase:
        _check_nul(request)
        return cast("SyncNext", get_response)(request)  # a plain next step here

    return serve


def _check_nul(request: HttpRequest) -> None:
    if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        raise BadRequest("The address has a NUL character.")
