"""Who makes a request: a bearer token or access key, or the page session with its CSRF token."""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from rest_framework import authentication, exceptions
from rest_framework.request import Request
from typing_extensions import override

from accounts.auth import tokens
from accounts.auth.keys import is_key, user_from_key
from accounts.auth.login import PAGE_SESSION
from accounts.auth.required_factor import required_factor_check
from accounts.errors import BannedError, NotSignedInError, SecondFactorRequiredError
from accounts.life_errors import KeyScopeError
from accounts.limits.addresses import client_address
from accounts.limits.bans import ban_check, ban_known, banned, bans_of
from accounts.limits.browsers import browser_check
from accounts.limits.staff import is_staff
from accounts.models import ApiKey, AuthSession, User
from accounts.services.idle import session_touch

BEARER = "bearer"
IS_BANNED = "is_banned"
Found: TypeAlias = tuple[User, AuthSession | ApiKey | None]


def user_from_token(token: str, *, address: str = "") -> tuple[User, AuthSession]:
    """Return whose access token this is, and its session; one query.

    address: where the request comes from; a ban of it counts too.

    Raises:
        NotSignedInError: forged, expired, or its session or epoch has ended.
        BannedError: they or their address are kept out; a ban has ended their sessions.
    """
    claims = tokens.access_read(token)
    bans = bans_of(Q(user=OuterRef("user")), address)
    session = (
        AuthSession.objects.alive()
        .select_related("user")
        .filter(pk=claims.session_id, user=claims.user_id, user__auth_epoch=claims.epoch)
        .annotate(**{IS_BANNED: Exists(bans)})
        .first()
    )
    if session is None:
        ban = ban_known(user_id=claims.user_id, address="", is_exempt=bool)
        raise banned(ban) if ban else tokens.refused("The session has ended.")
    if getattr(session, IS_BANNED):
        ban_check(user=session.user, address=address)
    session_touch(session=session)
    return session.user, session


def user_from_request(request: HttpRequest) -> User:
    """Return who makes a request, for views outside of DRF.

    Raises:
        NotSignedInError: nobody.
        BannedError: they or their address are kept out.
        PermissionDenied: the page session's CSRF token is missing.
    """
    return sign_in_from_request(request)[0]


def sign_in_from_request(request: HttpRequest) -> tuple[User, str]:
    """Return who makes a request, and the id of the session behind it; blank for an access key.

    Raises:
        NotSignedInError, BannedError, PermissionDenied: as ``user_from_request``.
    """
    found = _signed_in(request)
    if found is None:
        raise tokens.refused("No auth token")
    user, proof = found
    if isinstance(proof, AuthSession):
        return user, proof.pk
    return user, "" if proof else request.session.get(PAGE_SESSION, "")


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
    def authenticate(self, request: Request) -> Found | None:
        """Return the person and their session or access key, if any; None for nobody.

        Raises:
            AuthenticationFailed: a token that is not good.
            BannedError: they or their address are kept out.
            KeyScopeError: the access key does not reach this far.
            SecondFactorRequiredError: their role requires a second factor they do not have.
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
    """The same for views that answer everybody: a token or key that is no good counts as none."""

    @override
    def authenticate(self, request: Request) -> Found | None:
        """Return the person, or None."""
        try:
            return super().authenticate(request)
        except (
            exceptions.AuthenticationFailed,
            PermissionDenied,
            BannedError,
            KeyScopeError,
            SecondFactorRequiredError,
        ):
            return None


def _signed_in(request: HttpRequest) -> Found | None:
    found = _identified(request)
    if found is not None:
        required_factor_check(found[0], request.path)
        browser_check(request, found[0])
    return found


def _identified(request: HttpRequest) -> Found | None:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() == BEARER:
        if is_key(token.strip()):
            return user_from_key(token.strip(), request)
        return user_from_token(token.strip(), address=client_address(request))
    user = getattr(request, "user", AnonymousUser())
    if not isinstance(user, User):
        return None
    _enforce_csrf(request)
    address = client_address(request)
    ban = ban_known(user_id=user.pk, address=address, is_exempt=lambda: is_staff(user))
    if ban is not None:
        raise banned(ban)
    return user, None


def _enforce_csrf(request: HttpRequest) -> None:
    # Views of the API are exempt from the middleware, because a bearer token needs no check.
    # It looks at the request alone; an answer stands where its view would.
    check = authentication.CSRFCheck(HttpResponse)
    check.process_request(request)
    reason = check.process_view(request, HttpResponse, (), {})
    if reason:
        raise PermissionDenied(f"The request lacks its CSRF token: {reason}")
