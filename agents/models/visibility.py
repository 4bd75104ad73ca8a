"""Endpoints and models that are only for some people."""

from django.db import models
from typing_extensions import override

from accounts.models import PrincipalType, User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

KINDS = (PrincipalType.ROLE, PrincipalType.GROUP)


class ModelVisibility(models.Model):
    """One role or group that may use an endpoint, or one model of it; no row means everybody.

    model: "" for the whole endpoint. principal_id: the name of a role, the id of a group. The row
    stays when its role or group is gone: what was closed does not open by a deletion.
    """

    id = ObjectIdField(primary_key=True)
    endpoint = models.CharField(max_length=128)
    model = models.CharField(max_length=256, blank=True)
    principal_type = models.CharField(max_length=8, choices=PrincipalType.choices)
    principal_id = models.CharField(max_length=64)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["endpoint", "model", "principal_type", "principal_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "model", "principal_type", "principal_id"],
                name="model_visibility_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        place = f"{self.endpoint} {self.model}".strip()
        return f"{place}: {self.principal_type} {self.principal_id}"
