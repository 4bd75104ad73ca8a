"""Step-up: sensitive acts want a proof of identity that is younger than five minutes.

Any sign-in is such a proof. Later the page ``/settings/confirm`` takes another one, and so does
``POST /api/auth/step-up``. Changing second factors, e-mail, password and keys, exporting and
deleting ask for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.auth.login import page_session
from accounts.auth.second_step import code_use
from accounts.auth.webauthn import authentication_finish
from accounts.errors import FreshProofNeededError, WrongCodeError
from accounts.limits.caller import Caller
from accounts.limits.counters import limit_check
from accounts.models import AuthSession, User
from accounts.services.factor_overview import Factors
from accounts.services.second_factors import second_factor_on
from accounts.services.sessions import password_check
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError

FRESH = timedelta(minutes=5)
CONFIRM = "confirm"  # what a passkey is asked for


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody can prove who they are once more; without any they sign in again."""

    code: bool
    app: bool
    passkey: bool
    password: bool


def step_up_check(request: HttpRequest) -> None:
    """Pass when whoever makes the request proved who they are within five minutes.

    request: of a page, or of an API view (where it is DRF's own). Pages let the error pass: the
    person is led to ``/settings/confirm`` and comes back. The API answers it with 403 and
    ``{message, code: "fresh_proof_needed"}``.

    Raises:
        FreshProofNeededError: the last proof is too old.
        ForbiddenError: an administrator acts for the person.
    """
    session = _session(request)
    if session is not None and session.impersonator_id:
        raise ForbiddenError(_("This cannot be done for somebody else. Nothing was changed."))
    if session is None or session.proved_at <= clock.now() - FRESH:
        raise FreshProofNeededError(
            _(
                "Please confirm that it is you: sign in again or confirm, then repeat this"
                " within five minutes. Nothing was changed."
            ),
        )


def step_up_or_code(request: HttpRequest, user: User, body: Mapping[str, object]) -> None:
    """Pass with a code in the body, or without one when the last proof is fresh.

    For LibreChat's contract, whose clients send ``token`` or ``backupCode``. With two-factor
    sign-in on a code must be there; it is used up and counts as the proof.

    Raises:
        WrongCodeError: two-factor sign-in is on and the code is missing or not good.
        FreshProofNeededError, ForbiddenError: as ``step_up_check``.
    """
    session = _session(request)
    if second_factor_on(user) and not (session and session.impersonator_id):
        code, backup_code = body.get("token"), body.get("backupCode")
        code_use(user=user, code=code, backup_code=backup_code, caller=Caller.of(request))
        return
    step_up_check(request)


def ways_of(user: User) -> Ways:
    """Return how somebody can prove who they are; a second factor outranks the password."""
    factors = Factors.of(user)
    return Ways(
        code=factors.is_on,
        app=factors.has_app,
        passkey=bool(factors.passkeys),
        password=not factors.is_on and user.has_usable_password(),
    )


def prove_with_code(request: HttpRequest, user: User, *, code: object, backup_code: object) -> None:
    """Take a code as a fresh proof.

    Raises:
        WrongCodeError: it is not good.
        ForbiddenError: an administrator acts for the person.
    """
    session = _provable(request)
    code_use(user=user, code=code, backup_code=backup_code, caller=Caller.of(request))
    _proved(session)


def prove_with_password(request: HttpRequest, user: User, *, password: object) -> None:
    """Take the password as a fresh proof, from somebody without a second factor.

    Raises:
        WrongPasswordError: it is not theirs.
        WrongCodeError: they have a second factor, which must be used.
        ForbiddenError: an administrator acts for the person.
    """
    session = _provable(request)
    limit_check("login", address=Caller.of(request).address)
    if second_factor_on(user):
        raise WrongCodeError(_("Enter a code of your app, or a backup code."))
    password_check(user=user, password=password if isinstance(password, str) else "")
    _proved(session)


def prove_with_passkey(request: HttpRequest, user: User, *, answer: object) -> None:
    """Take a passkey as a fresh proof.

    Raises:
        PasskeyRefusedError: it is not good, or somebody else's.
        ForbiddenError: an administrator acts for the person.
    """
    session = _provable(request)
    authentication_finish(request, CONFIRM, answer, user)
    _proved(session)


def _session(request: HttpRequest) -> AuthSession | None:
    carried = getattr(request, "auth", None)  # set by DRF for a token or an access key
    if carried is None:
        return page_session(request)
    # A key proves nothing, and the page session beside it may be somebody else's.
    return carried if isinstance(carried, AuthSession) else None


def _provable(request: HttpRequest) -> AuthSession:
    session = _session(request)
    if session is None or session.impersonator_id:
        raise ForbiddenError(_("This sign-in cannot be confirmed. Sign in again."))
    return session


def _proved(session: AuthSession) -> None:
    AuthSession.objects.filter(pk=session.pk).update(proved_at=clock.now())
