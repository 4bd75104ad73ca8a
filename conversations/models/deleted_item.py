"""The bin for everything that is not a conversation."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class DeletedItemQuerySet(models.QuerySet["DeletedItem"]):
    """Which deleted things."""

    def visible_to(self, user: User) -> Self:
        """Return what this person deleted."""
        return self.filter(user=user)


class DeletedItem(models.Model):
    """Rows taken out of their tables and kept until the bin is emptied.

    Conversations are not here: they stay where they are, marked by ``deleted_at``.
    """

    class Kind(models.TextChoices):
        """What was deleted."""

        MESSAGE = "message", _("Message")
        TAG = "tag", _("Tag")
        PRESET = "preset", _("Preset")
        PROJECT = "project", _("Project")
        PROMPT_GROUP = "prompt_group", _("Prompt Group")
        PROMPT = "prompt", _("Prompt")
        SHARED_LINK = "shared_link", _("Shared Link")

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="deleted_items")
    kind = models.CharField(max_length=16, choices=Kind)
    # The deleted row's own id, and what a list calls it.
    source_id = models.CharField(max_length=64)
    title = models.CharField(max_length=1024, blank=True)
    # Serialized rows, and what pointed at them; see services/bin.py.
    content = models.JSONField()
    # Set where a conversation's purge must take it along.
    conversation = models.ForeignKey(
        "Conversation",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
    )
    deleted_at = models.DateTimeField(default=clock.now, editable=False)

    objects = DeletedItemQuerySet.as_manager()

    class Meta:
        ordering = ["-deleted_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-deleted_at", "-id"], name="deleted_item_by_user"),
            models.Index(fields=["deleted_at"], name="deleted_item_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
