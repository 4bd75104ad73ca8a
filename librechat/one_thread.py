"""Django's ASGI handler with middleware and view of a request in one thread."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from typing_extensions import override


class OneThreadHandler(ASGIHandler):
    """One hop to a thread and back per request.

    As soon as one middleware is synchronous, Django sends every ``process_request`` and
    ``process_response`` of the chain to a thread by itself, some twenty times in a request:
    more work than most views do. Asynchronous views still run on the server's loop, and a
    streamed body is sent from there.
    """

    _middleware_chain: Callable[[HttpRequest], Any]  # an answer, or a coroutine that gives it

    @override
    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain as WSGI has it, and hand it over as a coroutine function."""
        super().load_middleware(is_async=False)
        self._middleware_chain = sync_to_async(self._middleware_chain, thread_sensitive=True)
