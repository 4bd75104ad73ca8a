"""Time-based codes (RFC 6238): SHA-1, six digits, a step of 30 seconds, one step either way."""

import hmac
from urllib.parse import quote, urlencode

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings

from accounts.models import User
from librechat.kernel import clock

STEP_SECONDS = 30
STEPS_EITHER_WAY = 1
DIGITS = 6


def secret_make() -> str:
    """Return a new secret in base32, 160 bits."""
    return str(generate_totp_secret())


def step_now() -> int:
    """Return the number of the current step."""
    return int(clock.now().timestamp()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """Return the code of a step."""
    return str(format_hotp_value(hotp_value(secret, step)))


def step_of(secret: str, code: str) -> int | None:
    """Return the step whose code this is, among the current one and its neighbours."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    now = step_now()
    steps = range(now - STEPS_EITHER_WAY, now + STEPS_EITHER_WAY + 1)
    fitting = [step for step in steps if hmac.compare_digest(code_at(secret, step), code)]
    return fitting[-1] if fitting else None


def setup_url(user: User, secret: str) -> str:
    """Return the ``otpauth`` address that authenticator apps read from a QR code."""
    issuer = settings.APP_TITLE.replace(" ", "")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(user.email)}?{query}"
