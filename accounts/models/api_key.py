"""Keys for programs."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Which keys."""

    def alive(self) -> Self:
        """Return the keys that still open something: not revoked, not run out, not outlived."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=clock.now()),
            revoked_at=None,
            user__is_active=True,
            auth_epoch=F("user__auth_epoch"),
        )


class ApiKey(models.Model):
    """A key that lets a program act for a person; only its hash is stored.

    prefix: its first characters, by which people tell their keys apart.
    scopes: names of what it may do; empty for everything its owner may.
    auth_epoch: the owner's when it was made; a forced sign-out ends it.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    auth_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "API key"
        indexes = [models.Index(fields=["user", "-created_at"], name="api_key_by_user")]

    @override
    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
