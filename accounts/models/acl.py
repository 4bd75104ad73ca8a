"""Who may do what with one shared thing."""

from typing import Self

from django.db import models
from django.db.models import Q
from typing_extensions import override

from accounts.models.principal import PrincipalType
from accounts.models.user import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

VIEW, EDIT, DELETE, SHARE = 1, 2, 4, 8
ALL_BITS = VIEW | EDIT | DELETE | SHARE


class AclEntryQuerySet(models.QuerySet["AclEntry"]):
    """Which entries."""

    def in_force(self) -> Self:
        """Return the entries that have not run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))

    def of(self, resource_type: str, resource_id: str) -> Self:
        """Return the entries of one thing."""
        return self.filter(resource_type=resource_type, resource_id=resource_id)


class AclEntry(models.Model):
    """What one receiver may do with one thing: bits view 1, edit 2, delete 4, share 8.

    principal_id: the id of a person or group, the name of a role, empty for everybody.
    """

    id = ObjectIdField(primary_key=True)
    principal_type = models.CharField(max_length=8, choices=PrincipalType.choices)
    principal_id = models.CharField(max_length=64, blank=True)
    resource_type = models.CharField(max_length=32)
    resource_id = models.CharField(max_length=24)
    bits = models.PositiveSmallIntegerField(default=VIEW)
    access_role = models.CharField(max_length=64, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = AclEntryQuerySet.as_manager()

    class Meta:
        ordering = ["granted_at", "id"]
        verbose_name = "access entry"
        verbose_name_plural = "access entries"
        constraints = [
            models.UniqueConstraint(
                fields=["resource_type", "resource_id", "principal_type", "principal_id"],
                name="acl_once_by_principal",
            ),
            models.CheckConstraint(
                condition=Q(bits__gte=0, bits__lte=ALL_BITS),
                name="acl_bits_are_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["principal_type", "principal_id", "resource_type"],
                name="acl_by_principal",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.principal_type} {self.principal_id}: {self.resource_type} {self.resource_id}"
