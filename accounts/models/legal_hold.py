"""Legal holds: whose things may not be destroyed, why and until when."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.deletion import Collector, ProtectedError
from typing_extensions import override

from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

MAX_REASON = 500


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Which holds."""

    def in_force(self) -> Self:
        """Return the holds that keep something now."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()), lifted_at=None)


def gone_unless_in_force(
    collector: Collector,
    field: "models.ForeignKey[Any, Any]",
    rows: "models.QuerySet[Any]",
    using: str,
) -> None:
    """Go with the person, unless a hold is in force: then the person cannot go, by any way.

    A value for ``on_delete``; ``user_delete`` refuses earlier and with a sentence.

    Raises:
        ProtectedError: one is in force.
    """
    found = LegalHold.objects.using(using).in_force()
    holding: set[models.Model] = {*found.filter(pk__in=[one.pk for one in rows])}
    if holding:
        raise ProtectedError("They are under a legal hold.", holding)
    models.CASCADE(collector, field, rows, using)


class LegalHold(models.Model):
    """Nothing of a person is destroyed while this is in force; there may be several at once.

    ends_at: empty until it is lifted.
    """

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=gone_unless_in_force, related_name="legal_holds")
    reason = models.CharField(max_length=MAX_REASON)
    placed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    placed_at = models.DateTimeField(default=clock.now, editable=False)
    ends_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    lift_reason = models.CharField(max_length=MAX_REASON, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-placed_at"], name="legal_hold_by_user"),
            models.Index(fields=["-placed_at", "-id"], name="legal_hold_by_time"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user}: {self.reason}"

    @property
    def is_in_force(self) -> bool:
        """Whether it keeps something now."""
        return self.lifted_at is None and (self.ends_at is None or self.ends_at > clock.now())
