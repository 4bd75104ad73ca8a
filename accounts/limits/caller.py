"""Where a request comes from."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from accounts.limits.addresses import client_address


@dataclass(frozen=True, slots=True)
class Caller:
    """Address and program of a client, as sessions and the audit record show them."""

    address: str
    user_agent: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Caller":
        """Return where a request comes from."""
        return cls(client_address(request), request.headers.get("User-Agent", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The request being served.

    impersonator: id of the administrator who acts as somebody else. acting_until: how long.
    ban_notice: what a visitor who is banned is told on pages that they may see.
    """

    caller: Caller | None = None
    impersonator: str = ""
    acting_until: datetime | None = None
    ban_notice: str = ""


_serving: ContextVar[Request | None] = ContextVar("serving", default=None)
NO_REQUEST = Request()


def serving() -> Request:
    """Return the request being served; one without a caller outside of requests."""
    return _serving.get() or NO_REQUEST


@contextmanager
def served(request: Request) -> Iterator[None]:
    """Let everything inside know which request it works for."""
    token = _serving.set(request)
    try:
        yield
    finally:
        _serving.reset(token)
