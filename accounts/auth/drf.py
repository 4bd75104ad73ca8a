"""Who makes a request: a bearer token, or the page session with its CSRF token."""

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from rest_framework import authentication, exceptions
from rest_framework.request import Request
from typing_extensions import override

from accounts.auth import tokens
from accounts.errors import NotSignedInError
from accounts.models import AuthSession, User

BEARER = "bearer"


def user_from_token(token: str) -> tuple[User, AuthSession]:
    """Return whose access token this is, and its session; one query.

    Raises:
        NotSignedInError: forged, expired, or its session or epoch has ended.
    """
    claims = tokens.access_read(token)
    session = (
        AuthSession.objects.alive()
        .select_related("user")
        .filter(pk=claims.session_id, user=claims.user_id, user__auth_epoch=claims.epoch)
        .first()
    )
    if session is None:
        raise tokens.refused("The session has ended.")
    return session.user, session


def user_from_request(request: HttpRequest) -> User:
    """Return who makes a request, for views outside of DRF.

    Raises:
        NotSignedInError: nobody.
        PermissionDenied: the page session's CSRF token is missing.
    """
    found = _signed_in(request)
    if found is None:
        raise tokens.refused("No auth token")
    return found[0]


async def user_from_request_async(request: HttpRequest) -> User:
    """Return who makes a request without blocking the event loop."""
    return await sync_to_async(user_from_request, thread_sensitive=False)(request)


def signed_in(request: Request) -> User:
    """Return the person behind a request of a view that requires one.

    Raises:
        NotAuthenticated: the view let an anonymous request through.
    """
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated("No auth token")
    return request.user


def session_of(request: Request) -> str:
    """Return the id of the session behind a bearer token; blank for a page session."""
    return request.auth.pk if isinstance(request.auth, AuthSession) else ""


class Authentication(authentication.BaseAuthentication):
    """Bearer token first, else the page session; a bad token never falls through to it."""

    @override
    def authenticate(self, request: Request) -> tuple[User, AuthSession | None] | None:
        """Return the person and, for a bearer token, the session; None for nobody.

        Raises:
            AuthenticationFailed: a token that is not good.
            PermissionDenied: a page session without its CSRF token.
        """
        try:
            return _signed_in(request._request)  # noqa: SLF001 - DRF's own way to Django's request
        except NotSignedInError as exc:
            raise exceptions.AuthenticationFailed(exc.message) from exc

    @override
    def authenticate_header(self, request: Request) -> str:
        """Return the scheme a 401 answer asks for."""
        return 'Bearer realm="api"'


class OptionalAuthentication(Authentication):
    """The same for views that answer everybody: a bad token counts as none."""

    @override
    def authenticate(self, request: Request) -> tuple[User, AuthSession | None] | None:
        """Return the person, or None."""
        try:
            return super().authenticate(request)
        except (exceptions.AuthenticationFailed, PermissionDenied):
            return None


def _signed_in(request: HttpRequest) -> tuple[User, AuthSession | None] | None:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == BEARER:
        return user_from_token(token.strip())
    user = getattr(request, "user", AnonymousUser())
    if not isinstance(user, User):
        return None
    _enforce_csrf(request)
    return user, None


def _no_view(_request: HttpRequest) -> HttpResponse:
    raise NotImplementedError  # the check looks at the request alone


def _enforce_csrf(request: HttpRequest) -> None:
    # Views of the API are exempt from the middleware, because a bearer token needs no check.
    check = authentication.CSRFCheck(_no_view)
    check.process_request(request)
    reason = check.process_view(request, _no_view, (), {})
    if reason:
        raise PermissionDenied(f"The request lacks its CSRF token: {reason}")
