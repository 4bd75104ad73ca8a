"""The cookies that carry a refresh token."""

from datetime import datetime

from django.conf import settings
from django.http import HttpResponseBase

REFRESH = "refreshToken"
PROVIDER = "token_provider"
OPENID = ("openid_user_id", "openid_access_token", "openid_id_token")


def cookies_set(
    response: HttpResponseBase,
    token: str,
    expires_at: datetime,
    *,
    provider: str = "librechat",
) -> None:
    """Hand out a refresh token until the end of its session.

    provider: who stands behind the session: ``librechat`` or ``openid``.
    """
    for name, value in ((REFRESH, token), (PROVIDER, provider)):
        response.set_cookie(
            name,
            value,
            expires=expires_at,
            path="/",
            secure=settings.SECURE_COOKIES,
            httponly=True,
            samesite="Strict",
        )


def cookies_clear(response: HttpResponseBase) -> None:
    """Take back everything a sign-in handed out."""
    for name in (REFRESH, PROVIDER, *OPENID):
        response.delete_cookie(name, path="/", samesite="Strict")
