"""What the audit record keeps of signing in and out."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.limits.caller import Caller
from accounts.models import AuthSession, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel.errors import AppError

HIDDEN = "(not an address)"


def opened_record(session: AuthSession, caller: Caller) -> None:
    """Keep that somebody signed in."""
    audit_record(
        Act(
            category="auth",
            action="session.opened",
            actor=session.user,
            target=Target.person(session.user),
            metadata={"method": session.method, "session": session.pk},
            caller=caller,
        ),
    )


def closed_record(session: AuthSession, caller: Caller) -> None:
    """Keep that somebody signed out."""
    audit_record(
        Act(
            category="auth",
            action="session.closed",
            actor=session.user,
            target=Target.person(session.user),
            metadata={"session": session.pk},
            caller=caller,
        ),
    )


def gate_record(user: User, exc: AppError, caller: Caller) -> None:
    """Keep that somebody proved who they are and was refused all the same."""
    audit_record(
        Act(
            category="auth",
            action="session.refused",
            outcome="denied",
            severity="warning",
            target=Target.person(user),
            metadata={"code": exc.code},
            caller=caller,
        ),
    )


def password_record(email: object, caller: Caller) -> None:
    """Keep that a password was wrong, for an address that has an account or not.

    The password is never kept. Nor is what was typed in place of an address: it may be one.
    The work is the same for both.
    """
    typed = email.strip().lower()[:254] if isinstance(email, str) else ""
    user = User.objects.filter(email=typed).first()
    known = {"known": user is not None}
    target = Target.person(user) if user else Target("address", "", _shown(typed))
    audit_record(
        Act(
            category="auth",
            action="session.refused",
            outcome="failure",
            severity="warning",
            target=target,
            metadata=known,
            caller=caller,
        ),
    )


def _shown(typed: str) -> str:
    try:
        validate_email(typed)
    except ValidationError:
        return HIDDEN
    return typed
