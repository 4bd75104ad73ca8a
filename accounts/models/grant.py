"""What may be administered, by whom."""

from django.db import models
from typing_extensions import override

from accounts.models.principal import PrincipalType
from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Grant(models.Model):
    """One capability of the system, such as ``read:users``, given to a person, group or role."""

    id = ObjectIdField(primary_key=True)
    principal_type = models.CharField(max_length=8, choices=PrincipalType.choices)
    principal_id = models.CharField(max_length=64)
    capability = models.CharField(max_length=80)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["principal_type", "principal_id", "capability"]
        constraints = [
            models.UniqueConstraint(
                fields=["principal_type", "principal_id", "capability"],
                name="grant_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.principal_type} {self.principal_id}: {self.capability}"
