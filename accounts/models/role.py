"""Roles and what each allows."""

from django.db import models
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Role(models.Model):
    """A named set of permissions; people carry the name."""

    id = ObjectIdField(primary_key=True)
    name = models.CharField(max_length=64, unique=True)
    description = models.CharField(max_length=200, blank=True)
    # permission type → permission → whether it is allowed
    permissions = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    @override
    def __str__(self) -> str:
        return self.name
