"""Broken rules and what follows from them."""

from typing import Self

from django.db import models
from django.db.models import Q
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Violation(models.Model):
    """One broken rule: its kind, its score and the sum of that kind's scores so far."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="violations")
    address = models.CharField(max_length=45, blank=True)
    kind = models.CharField(max_length=40)
    score = models.FloatField(default=0)
    total = models.FloatField(default=0)
    detail = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "kind", "-created_at"], name="violation_by_user")]

    @override
    def __str__(self) -> str:
        return f"{self.kind} by {self.user_id}"


class BanQuerySet(models.QuerySet["Ban"]):
    """Which bans."""

    def in_force(self) -> Self:
        """Return the bans that keep somebody out now."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), lifted_at=None)


class Ban(models.Model):
    """Somebody is kept out for a while: a person, an address, or both.

    kind: the violation that led to it, or ``manual``. expires_at: empty until it is lifted.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE)
    address = models.CharField(max_length=45, blank=True)
    kind = models.CharField(max_length=40)
    reason = models.CharField(max_length=300, blank=True)
    banned_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = BanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="ban_by_user"),
            models.Index(fields=["address", "-created_at"], name="ban_by_address"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind}: {self.user_id or self.address}"
