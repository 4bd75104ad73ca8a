"""Who is behind a WebSocket."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from channels.db import DatabaseSyncToAsync
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, parse_cookie
from django.utils.module_loading import import_string

from accounts.auth.drf import user_from_token
from accounts.auth.login import PAGE_SESSION
from accounts.errors import BannedError, NotSignedInError
from accounts.limits.addresses import client_address
from accounts.limits.bans import ban_known
from accounts.limits.staff import is_staff
from accounts.models import AuthSession, User
from accounts.services.second_factors import second_factor_missing

Scope = dict[str, Any]
Channel = Callable[..., Awaitable[Any]]
Application = Callable[..., Awaitable[None]]


class SessionOrTokenAuthMiddleware:
    """Sets ``scope["user"]`` and ``scope["auth_session"]`` (an id, or blank).

    The person comes from ``?token=`` when there is one, else from the page session's cookie.
    The Origin header is checked by whoever mounts the socket.
    """

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Channel, send: Channel) -> None:
        """Pass the connection on with its person."""
        find = DatabaseSyncToAsync(_person, thread_sensitive=False)
        user, session_id = await find(scope)
        await self.app({**scope, "user": user, "auth_session": session_id}, receive, send)


async def still_valid(user_id: str, auth_epoch: int, session_id: str = "") -> bool:
    """Return whether an open socket may go on: its epoch holds and its session is alive."""
    check = DatabaseSyncToAsync(_holds, thread_sensitive=False)
    return await check(user_id, auth_epoch, session_id)


def _holds(user_id: str, auth_epoch: int, session_id: str) -> bool:
    people = User.objects.filter(pk=user_id, auth_epoch=auth_epoch, is_active=True)
    if not session_id:
        return people.exists()
    return AuthSession.objects.alive().filter(pk=session_id, user__in=people).exists()


def _person(scope: Scope) -> tuple[User | AnonymousUser, str]:
    user, session_id = _identified(scope)
    if isinstance(user, User) and second_factor_missing(user):
        return AnonymousUser(), ""
    return user, session_id


def _identified(scope: Scope) -> tuple[User | AnonymousUser, str]:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    request = _opening(scope)
    address = client_address(request)
    if "token" in query:
        try:
            user, session = user_from_token(query["token"][0], address=address)
        except (NotSignedInError, BannedError):
            return AnonymousUser(), ""
        return user, session.pk
    request.session = _page_session(scope)
    found = get_user(request)
    if not isinstance(found, User):
        return AnonymousUser(), ""
    if ban_known(user_id=found.pk, address=address, is_exempt=lambda: is_staff(found)):
        return AnonymousUser(), ""
    return found, request.session.get(PAGE_SESSION, "")


def _opening(scope: Scope) -> HttpRequest:
    """Return the request that asked for the socket, as far as its address goes."""
    request = HttpRequest()
    client = scope.get("client") or ("", 0)
    request.META["REMOTE_ADDR"] = client[0]
    headers = scope.get("headers", [])
    forwarded = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
    request.META["HTTP_X_FORWARDED_FOR"] = ",".join(forwarded)
    return request


def _page_session(scope: Scope) -> SessionBase:
    lines = [value for name, value in scope.get("headers", []) if name == b"cookie"]
    cookies = parse_cookie("; ".join(line.decode("latin-1") for line in lines))
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    session: SessionBase = store(cookies.get(settings.SESSION_COOKIE_NAME))
    return session
