"""Tokens that work once."""

from django.db import models
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a secret
EMAIL_VERIFICATION = "email_verification"
EMAIL_CHANGE = "email_change"
INVITE = "invite"


class OneTimeToken(models.Model):
    """Leave for one act by whoever holds the token; only its hash is stored.

    user: whose act; of an invitation, which is tied to ``email``, who used it.
    data: what the act needs: the role and groups of an invitation.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="one_time_tokens",
    )
    email = models.EmailField(max_length=254, blank=True)
    data = models.JSONField(default=dict, blank=True)
    purpose = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "purpose"], name="one_time_token_by_purpose")]

    @override
    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id or self.email}"
