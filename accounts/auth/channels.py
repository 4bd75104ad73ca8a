"""Who is behind a WebSocket."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from channels.db import DatabaseSyncToAsync
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, parse_cookie
from django.utils.module_loading import import_string
from django.utils.translation import get_language_from_request

from accounts.auth.drf import user_from_token
from accounts.auth.login import PAGE_SESSION
from accounts.errors import BannedError, NotSignedInError
from accounts.limits.addresses import client_address
from accounts.limits.bans import ban_known
from accounts.limits.staff import is_staff
from accounts.models import AuthSession, User
from accounts.services.profile import language_of
from accounts.services.second_factors import second_factor_missing

Scope = dict[str, Any]
Channel = Callable[..., Awaitable[Any]]
Application = Callable[..., Awaitable[None]]


class SessionOrTokenAuthMiddleware:
    """Sets ``scope["user"]``, ``scope["auth_session"]`` (an id, or blank), ``scope["address"]``.

    The person comes from ``?token=`` when there is one, else from the page session's cookie.
    The Origin header is checked by whoever mounts the socket.
    """

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Channel, send: Channel) -> None:
        """Pass the connection on with its person."""
        find = DatabaseSyncToAsync(_person, thread_sensitive=False)
        user, session_id = await find(scope)
        found = {"user": user, "auth_session": session_id, "address": _address(scope)}
        await self.app({**scope, **found}, receive, send)


def _person(scope: Scope) -> tuple[User | AnonymousUser, str]:
    user, session_id = _identified(scope)
    if not isinstance(user, User) or not second_factor_missing(user):
        return user, session_id
    return (user, session_id) if _is_impersonated(session_id) else (AnonymousUser(), "")


def _is_impersonated(session_id: str) -> bool:
    """Return whether an administrator acts as the person; their own proof counts then."""
    acting = AuthSession.objects.alive().exclude(impersonator=None)
    return bool(session_id) and acting.filter(pk=session_id).exists()


def _identified(scope: Scope) -> tuple[User | AnonymousUser, str]:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    request, address = HttpRequest(), _address(scope)
    if "token" in query:
        try:
            user, session = user_from_token(query["token"][0], address=address)
        except (NotSignedInError, BannedError):
            return AnonymousUser(), ""
        return user, session.pk
    request.session = page_session_of(scope)
    found = get_user(request)
    if not isinstance(found, User):
        return AnonymousUser(), ""
    if ban_known(user_id=found.pk, address=address, is_exempt=lambda: is_staff(found)):
        return AnonymousUser(), ""
    return found, request.session.get(PAGE_SESSION, "")


def _address(scope: Scope) -> str:
    """Return the address of the client that asked for the socket."""
    request = HttpRequest()
    client = scope.get("client") or ("", 0)
    request.META["REMOTE_ADDR"] = client[0]
    request.META["HTTP_X_FORWARDED_FOR"] = ",".join(_header(scope, b"x-forwarded-for"))
    return client_address(request)


def page_session_of(scope: Scope) -> SessionBase:
    """Return the session of the page that opened a socket; empty for one opened with a token."""
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    session: SessionBase = store(_cookies(scope).get(settings.SESSION_COOKIE_NAME))
    return session


def language_for(scope: Mapping[str, Any], user: User) -> str:
    """Return what a socket speaks, found as for pages: the person's choice, else the browser's."""
    request = HttpRequest()
    request.COOKIES = _cookies(scope)
    request.META["HTTP_ACCEPT_LANGUAGE"] = ",".join(_header(scope, b"accept-language"))
    return language_of(user) or get_language_from_request(request)


def _cookies(scope: Mapping[str, Any]) -> dict[str, str]:
    return parse_cookie("; ".join(_header(scope, b"cookie")))


def _header(scope: Mapping[str, Any], wanted: bytes) -> list[str]:
    """Return the lines of a header of the handshake."""
    headers = scope.get("headers", [])
    return [value.decode("latin-1") for name, value in headers if name == wanted]
