"""What ought to be true of sign-ins: a model that is simpler than the product."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from librechat.kernel import clock

GRACE = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)


@dataclass
class Account:
    """What the model knows of a person."""

    user: User
    epoch: int = 0
    is_active: bool = True


@dataclass
class Access:
    """An access token, and until when and under which epoch it is good."""

    token: str
    ends: datetime
    epoch: int


@dataclass
class SignIn:
    """What the model knows of a session."""

    account: Account
    session_id: str
    ends: datetime
    used_at: datetime
    refresh: list[str]
    access: list[Access] = field(default_factory=list)
    rotated_at: datetime | None = None
    is_ended: bool = False

    def is_alive(self) -> bool:
        is_over = self.is_ended or self.is_idle() or clock.now() >= self.ends
        return self.account.is_active and not is_over

    def has_replaced(self) -> bool:
        """Return whether a refresh token was replaced and the session goes on."""
        return self.is_alive() and len(self.refresh) > 1

    def is_idle(self) -> bool:
        allowed = settings.SESSION_IDLE_EXPIRY
        return bool(allowed) and clock.now() >= self.used_at + allowed

    def refreshed(self, token: str) -> str:
        """Return what a refresh token is good for: a new one, the same again, or nothing."""
        if not self.is_alive():
            return "refused"
        if token == self.refresh[-1]:
            return "new"
        is_just_replaced = self.rotated_at is not None and clock.now() < self.rotated_at + GRACE
        return "same" if is_just_replaced and token == self.refresh[-2] else "reused"

    def accepts(self, access: Access) -> bool:
        return self.is_alive() and access.epoch == self.account.epoch and clock.now() < access.ends
