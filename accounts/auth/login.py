"""The one login path: identity, allowed domain, ban, second factor, session and tokens.

Pages and the API both come through here. Every way to prove who you are ends in
``login_complete``; what stands between identity and session is the table ``GATES``.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.auth import record, tokens
from accounts.auth.ldap import directory_identity
from accounts.auth.provider_grant import grant_keep, grant_take
from accounts.errors import (
    AccountDisabledError,
    DomainNotAllowedError,
    EmailLoginOffError,
    EmailNotVerifiedError,
    LoginRefusedError,
    NotSignedInError,
    SecondFactorNeededError,
)
from accounts.limits.bans import ban_check
from accounts.limits.caller import Caller
from accounts.models import AuthSession, User
from accounts.services.closing import closing_refuse
from accounts.services.registration import MAX_PASSWORD_LENGTH, domain_allowed
from accounts.services.second_factors import second_factor_on
from accounts.services.sessions import session_carry, session_close, session_open
from librechat.kernel.errors import AppError

logger = logging.getLogger(__name__)

PAGE_SESSION = "auth_session"
NEXT = "login_next"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody is signed in; the tokens are for clients without a page session."""

    user: User
    session: AuthSession
    access_token: str
    refresh_token: str


def login_with_password(*, email: object, password: object, caller: Caller) -> Login:
    """Sign in with an e-mail address and a password.

    Where a company's directory is set up, it decides, and the address may be a user name.

    Raises:
        EmailLoginOffError: this way is switched off.
        DirectoryUnavailableError: the directory cannot be asked.
        LoginRefusedError: unknown address or wrong password, after the same work for both.
        DomainNotAllowedError, AccountDisabledError, EmailNotVerifiedError: from the gates.
        SecondFactorNeededError: the password is right, and a second proof is needed.
    """
    if not settings.ALLOW_EMAIL_LOGIN:
        raise EmailLoginOffError(_("Signing in with e-mail and password is not allowed here."))
    if settings.LDAP:
        user = directory_identity(
            settings.LDAP,
            username=email,
            password=password,
            caller=caller,
        )
    else:
        user = _identity(email, password)
    if user is None:
        logger.info("Sign-in refused.", extra={"address": caller.address})
        record.password_record(email, caller)
        raise LoginRefusedError(_("The e-mail address or the password is not right."))
    return login_complete(user=user, caller=caller, method="ldap" if settings.LDAP else "local")


def login_complete(*, user: User, caller: Caller, method: str = "local") -> Login:
    """Open a session for somebody whose identity is proven once, unless a gate refuses.

    Every door that proves an identity (password, directory, provider) ends here. When the
    person has a second factor this raises, and the door lets it pass: the API answers it by
    itself with ``{twoFAPending, tempToken}``, pages lead to ``/login/second-factor`` and go on
    from there to ``next`` of the request, or to ``request.session[NEXT]`` where a door kept it.
    What a door wants to keep beyond that step goes into ``request.session``. Call it outside of
    a transaction: raising would undo what was written.

    method: how it was proven, as the list of sessions shows it: local, ldap, google …

    Raises:
        SecondFactorNeededError: a second proof is still to come; carries the token for it.
    """
    _pass_gates(user, caller)
    if second_factor_on(user):
        raise SecondFactorNeededError(tokens.pending_issue(user, method))
    return _open(user, caller, method)


def login_proved(*, user: User, caller: Caller, method: str = "local") -> Login:
    """Open a session for somebody who gave every proof they have, unless a gate refuses."""
    _pass_gates(user, caller)
    return _open(user, caller, method)


def _pass_gates(user: User, caller: Caller) -> None:
    try:
        for gate in GATES:
            gate(user, caller)
    except AppError as exc:
        record.gate_record(user, exc, caller)
        raise


def _open(user: User, caller: Caller, method: str) -> Login:
    with transaction.atomic():
        session, refresh = session_open(
            user=user,
            method=method,
            make_token=tokens.refresh_issue,
            address=caller.address,
            user_agent=caller.user_agent,
        )
        record.opened_record(session, caller)
    return Login(user, session, tokens.access_issue(user, session), refresh)


def _identity(email: object, password: object) -> User | None:
    address = email.strip().lower() if isinstance(email, str) else ""
    secret = password if isinstance(password, str) else ""
    if len(secret) > MAX_PASSWORD_LENGTH or not secret:
        secret = ""
    user = User.objects.filter(email=address).first() if address else None
    if user is None or not user.has_usable_password():
        make_password(secret)  # an unknown address takes as long as a wrong password
        return None
    return user if user.check_password(secret) and secret else None


def _domain_gate(user: User, _caller: Caller) -> None:
    if not domain_allowed(user.email):
        raise DomainNotAllowedError(_("The e-mail address cannot be used here."))


def _ban_gate(user: User, caller: Caller) -> None:
    ban_check(user=user, address=caller.address)


def _closing_gate(user: User, _caller: Caller) -> None:
    closing_refuse(user)


def _disabled_gate(user: User, _caller: Caller) -> None:
    if not user.is_active:
        raise AccountDisabledError(_("This account has been disabled."))


def _verified_gate(user: User, _caller: Caller) -> None:
    if not user.email_verified and not settings.ALLOW_UNVERIFIED_EMAIL_LOGIN:
        raise EmailNotVerifiedError(_("The e-mail address has not been verified."))


Gate = Callable[[User, Caller], None]
GATES: tuple[Gate, ...] = (_domain_gate, _ban_gate, _closing_gate, _disabled_gate, _verified_gate)


def page_open(request: HttpRequest, login: Login) -> None:
    """Let the browser's page session carry a sign-in; its key changes, its end is fixed."""
    waiting = grant_take(request)
    django_login(request, login.user, backend=BACKEND)
    request.session[PAGE_SESSION] = login.session.pk
    request.session.set_expiry(login.session.expires_at)
    request.session.save()
    session_carry(session=login.session, page_key=request.session.session_key or "")
    grant_keep(login.session, waiting)


def page_session(request: HttpRequest) -> AuthSession | None:
    """Return the sign-in that the browser's page session carries."""
    name = request.session.get(PAGE_SESSION, "")
    return AuthSession.objects.filter(pk=name).first() if name else None


def logout(request: HttpRequest, *, refresh_token: str = "", session_id: str = "") -> None:
    """End whatever sign-in the request carries: its page, its refresh token, its bearer."""
    carried = page_session(request)
    names = {session_id, carried.pk if carried else "", _session_of(refresh_token)}
    carried_on = AuthSession.objects.filter(pk__in=names - {""}, revoked_at=None)
    for session in carried_on.select_related("user"):
        session_close(session=session)
        record.closed_record(session, Caller.of(request))
    django_logout(request)


def _session_of(refresh_token: str) -> str:
    try:
        return tokens.refresh_read(refresh_token).session_id if refresh_token else ""
    except NotSignedInError:
        return ""
