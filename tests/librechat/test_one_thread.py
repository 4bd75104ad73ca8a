"""A request's middleware and view in one thread, asynchronous views on the loop."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils.deprecation import MiddlewareMixin

from librechat.one_thread import OneThreadHandler

seen: list[tuple[str, int]] = []


def note(what: str) -> None:
    seen.append((what, threading.get_ident()))


class First(MiddlewareMixin):
    def process_request(self, request: HttpRequest) -> None:
        note("first in")

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        note("first out")
        return response


def second(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    def serve(request: HttpRequest) -> HttpResponse:
        note("second")
        return get_response(request)

    return serve


def plain(_request: HttpRequest) -> HttpResponse:
    note("view")
    return HttpResponse("plain")


async def streamed(_request: HttpRequest) -> StreamingHttpResponse:
    note("view")

    async def body() -> AsyncGenerator[bytes, None]:
        note("body")
        yield b"str"
        yield b"eamed"

    return StreamingHttpResponse(body())


urlpatterns = [path("plain", plain), path("streamed", streamed)]


@pytest.fixture(autouse=True)
def _site(settings: LazySettings) -> None:
    seen.clear()
    settings.MIDDLEWARE = [f"{__name__}.First", f"{__name__}.second"]
    settings.ROOT_URLCONF = __name__


async def get(where: str) -> bytes:
    """Return the body of an answer, asked for as a server asks."""
    scope: Any = {"type": "http", "method": "GET", "path": f"/{where}", "headers": []}
    sent: list[Any] = []
    asked: list[Any] = [{"type": "http.request"}]

    async def receive() -> Any:
        if not asked:
            await asyncio.Event().wait()  # the client stays
        return asked.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    await OneThreadHandler()(scope | {"query_string": b""}, receive, send)
    assert sent[0]["status"] == 200
    return b"".join(message.get("body", b"") for message in sent[1:])


async def test_middleware_and_view_share_a_thread_that_is_not_the_loops() -> None:
    assert await get("plain") == b"plain"
    assert [what for what, _ in seen] == ["first in", "second", "view", "first out"]
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] != threading.get_ident()


async def test_an_asynchronous_view_and_its_body_run_on_the_loop() -> None:
    assert await get("streamed") == b"streamed"
    threads = dict(seen)
    assert threads["view"] == threads["body"] == threading.get_ident()
    assert threads["first in"] == threads["second"] == threads["first out"]
    assert threads["first in"] != threading.get_ident()
