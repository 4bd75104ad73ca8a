"""The record of what was done to accounts and rights."""

from typing import Never

from django.db import models
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

GENESIS = "0" * 64


class AuditHead(models.Model):
    """Where the chain ends: one row, locked by whoever appends; it shows a cut-off end too."""

    name = models.CharField(primary_key=True, max_length=16, default="chain", editable=False)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    @override
    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads and appends; nothing is changed or taken away."""

    @override
    def update(self, **kwargs: object) -> Never:
        raise TypeError("The audit record is append-only.")

    @override
    def delete(self) -> Never:
        raise TypeError("The audit record is append-only.")


class AuditEvent(models.Model):
    """One act, chained to the one before by its hash.

    Written by ``accounts.services.audit`` alone. People are kept by id and name, not by
    reference: the record outlives them.
    """

    id = ObjectIdField(primary_key=True)
    sequence = models.PositiveBigIntegerField(unique=True, editable=False)
    category = models.CharField(max_length=24)
    action = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, default="success")
    severity = models.CharField(max_length=12, default="info")
    actor_type = models.CharField(max_length=12, default="user")
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=254, blank=True)
    target_type = models.CharField(max_length=32, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    target_name = models.CharField(max_length=254, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    previous_hash = models.CharField(max_length=64, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        indexes = [
            models.Index(fields=["category", "-sequence"], name="audit_by_category"),
            models.Index(fields=["actor_id", "-sequence"], name="audit_by_actor"),
            models.Index(fields=["target_id", "-sequence"], name="audit_by_target"),
            models.Index(fields=["action", "-sequence"], name="audit_by_action"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    @override
    def delete(self, *_args: object, **_kwargs: object) -> Never:
        raise TypeError("The audit record is append-only.")
