"""Presets: saved settings of a chat."""

from typing import Self

from django.db import models
from django.db.models import Q
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField, new_uuid


class PresetQuerySet(models.QuerySet["Preset"]):
    """Which presets."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own."""
        return self.filter(user=user)


class Preset(models.Model):
    """A saved endpoint, model and parameters; one of them may be what new chats start with."""

    id = ObjectIdField(primary_key=True)
    preset_id = models.CharField(max_length=64, default=new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="presets")
    title = models.CharField(max_length=1024)
    endpoint = models.CharField(max_length=128, blank=True)
    endpoint_type = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=256, blank=True)
    # The other settings under LibreChat's names, as in Conversation.parameters.
    parameters = models.JSONField(default=dict, blank=True)
    is_default = models.BooleanField(default=False)
    order = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = PresetQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "preset_id"], name="preset_id_once_per_user"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(is_default=True),
                name="preset_one_default_per_user",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.preset_id
