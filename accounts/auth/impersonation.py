"""An administrator who acts as somebody else: with a reason, for a while, on the record."""

from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth import logout as django_logout
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext as _

from accounts.auth import tokens
from accounts.auth.login import BACKEND, PAGE_SESSION, page_session
from accounts.errors import ImpersonationRefusedError
from accounts.limits.caller import Caller
from accounts.limits.staff import is_staff
from accounts.models import AuthSession, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.sessions import session_carry, session_close, session_open
from librechat.kernel import clock

METHOD = "impersonation"
LASTS = timedelta(minutes=30)
RETURN = "impersonation_return"  # the administrator's own sign-in, taken up again afterwards
STOP = "/impersonation/stop"
MAX_REASON = 300
# Who acts as somebody else stays away from what proves who that is, and from what is theirs alone.
CLOSED = (
    "/settings/security",
    "/settings/account/delete",
    "/settings/data",
    "/settings/api-keys",
    "/settings/keys",
    "/settings/access-keys",
    "/settings/linked",
    "/api/auth/2fa",
    "/api/keys",
    "/api/api-keys",
    "/api/user/delete",
    "/api/user/plugins",
    "/admin",
)


def impersonation_start(request: HttpRequest, *, user: User, reason: str) -> AuthSession:
    """Let the administrator of a page act as somebody else in this browser.

    Raises:
        ImpersonationRefusedError: no reason, staff, somebody switched off, or twice at once.
    """
    admin = request.user
    own = page_session(request)
    if not isinstance(admin, User) or not is_staff(admin) or (own and own.impersonator_id):
        raise ImpersonationRefusedError(_("Only administrators may act as somebody else."))
    if not reason.strip():
        raise ImpersonationRefusedError(_("Say why. The reason is kept in the audit record."))
    if user == admin or is_staff(user):
        raise ImpersonationRefusedError(_("Nobody may act as an administrator."))
    if not user.is_active:
        raise ImpersonationRefusedError(_("This account is switched off."))
    caller = Caller.of(request)
    with transaction.atomic():
        session, _refresh = session_open(
            user=user,
            method=METHOD,
            make_token=tokens.refresh_issue,
            address=caller.address,
            user_agent=caller.user_agent,
        )
        session.impersonator = admin
        session.impersonation_reason = reason.strip()[:MAX_REASON]
        session.expires_at = session.created_at + LASTS
        session.proved_at = session.created_at - timedelta(days=1)  # proves nothing
        session.save(
            update_fields=["impersonator", "impersonation_reason", "expires_at", "proved_at"],
        )
        _record("impersonation.started", session, caller)
    _carry(request, session)
    request.session[RETURN] = own.pk if own else ""
    return session


def impersonation_stop(request: HttpRequest) -> bool:
    """End it and take up the administrator's own sign-in; False when nobody was acting."""
    session = acting(request)
    if session is None:
        return False
    own = request.session.get(RETURN, "")
    with transaction.atomic():
        session_close(session=session)
        _record("impersonation.stopped", session, Caller.of(request))
    django_logout(request)
    alive = AuthSession.objects.alive().select_related("user")
    back = alive.filter(pk=own, user=session.impersonator).first()
    if back is not None:
        _carry(request, back)
    return True


def acting(request: HttpRequest) -> AuthSession | None:
    """Return the session in which somebody acts as somebody else; no query for others."""
    if RETURN not in request.session:
        return None
    name = request.session.get(PAGE_SESSION, "")
    sessions = AuthSession.objects.select_related("user", "impersonator")
    return sessions.filter(pk=name).exclude(impersonator=None).first()


def is_over(session: AuthSession) -> bool:
    """Return whether the time is up, or the administrator is none any more."""
    admin = session.impersonator
    is_ended = session.revoked_at is not None or session.expires_at <= clock.now()
    return is_ended or admin is None or not admin.is_active or not is_staff(admin)


def is_closed(path: str) -> bool:
    """Return whether a path is out of reach for who acts as somebody else."""
    return any(path == start or path.startswith((f"{start}/", f"{start}?")) for start in CLOSED)


def _carry(request: HttpRequest, session: AuthSession) -> None:
    """Let the browser's page carry a session that nobody has just signed in to.

    So this is not Django's ``login``, which also writes when its owner was last here.
    """
    request.session.flush()
    request.session[SESSION_KEY] = session.user.pk
    request.session[BACKEND_SESSION_KEY] = BACKEND
    request.session[HASH_SESSION_KEY] = session.user.get_session_auth_hash()
    request.user = session.user
    rotate_token(request)
    request.session[PAGE_SESSION] = session.pk
    request.session.set_expiry(session.expires_at)
    request.session.save()
    session_carry(session=session, page_key=request.session.session_key or "")


def _record(action: str, session: AuthSession, caller: Caller) -> None:
    act = Act(
        category="impersonation",
        action=action,
        severity="warning",
        actor=session.impersonator,
        target=Target.person(session.user),
        metadata={"reason": session.impersonation_reason, "session": session.pk},
        caller=caller,
    )
    audit_record(act)
