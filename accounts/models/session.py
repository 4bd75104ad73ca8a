"""Sign-in sessions."""

import hashlib
from typing import Self

from django.conf import settings
from django.db import models
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex: what is stored instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


class AuthSessionQuerySet(models.QuerySet["AuthSession"]):
    """Which sessions."""

    def alive(self) -> Self:
        """Return the sessions that still sign somebody in: not ended, not run out, not idle."""
        now = clock.now()
        found = self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)
        idle = settings.SESSION_IDLE_EXPIRY
        return found.filter(last_used_at__gt=now - idle) if idle else found

    def owned_by(self, user: User) -> Self:
        """Return the sessions of one person."""
        return self.filter(user=user)


class AuthSession(models.Model):
    """One sign-in on one device, by page or by token; ends at a fixed time."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="auth_sessions")
    refresh_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    # The value before the last rotation: whoever presents it again has an old copy.
    previous_token_hash = models.CharField(max_length=64, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The key of the Django session that carries this sign-in in pages; ended together.
    page_key = models.CharField(max_length=64, blank=True, editable=False)
    # How its owner signed in: local, ldap, passkey, google, openid, saml …
    method = models.CharField(max_length=20, default="local")
    # When its owner last proved who they are: sensitive acts want this to be fresh.
    proved_at = models.DateTimeField(default=clock.now)
    # The administrator who acts as the owner, and why.
    impersonator = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    impersonation_reason = models.CharField(max_length=300, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = AuthSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="auth_session_by_user"),
            models.Index(fields=["expires_at"], name="auth_session_by_expiry"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"
