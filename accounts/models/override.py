"""Settings of the yaml, changed for some."""

from django.db import models
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

BASE = "__base__"


class ConfigOverride(models.Model):
    """What differs from ``librechat.yaml`` for a role, group or person, or for everybody.

    principal_id: ``__base__`` for everybody, with the principal type ``role``.
    overrides: parts of the yaml's tree; tombstones: dotted paths that are taken away.
    priority: of two that say something else the higher one counts.
    """

    id = ObjectIdField(primary_key=True)
    principal_type = models.CharField(max_length=8)
    principal_id = models.CharField(max_length=64)
    priority = models.IntegerField(default=0)
    overrides = models.JSONField(default=dict, blank=True)
    tombstones = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["priority", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["principal_type", "principal_id"],
                name="override_once_by_principal",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.principal_type} {self.principal_id}"
