"""Messages."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from conversations.models.conversation import Conversation
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT, ObjectIdField, new_uuid


class MessageQuerySet(models.QuerySet["Message"]):
    """Which messages; every door starts with ``visible_to``."""

    def visible_to(self, user: User) -> Self:
        """Return the messages of the conversations this person may open."""
        return self.filter(conversation__in=Conversation.objects.visible_to(user), user=user)

    def in_order(self) -> Self:
        """Oldest first; a parent comes before its children."""
        return self.order_by("created_at", "id")


class Message(models.Model):
    """A node of a conversation's tree: a person's text or a model's answer."""

    id = ObjectIdField(primary_key=True)
    message_id = models.CharField(max_length=64, default=new_uuid, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="messages",
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    parent_message_id = models.CharField(max_length=64, default=NO_PARENT)
    is_created_by_user = models.BooleanField(default=False)
    sender = models.CharField(max_length=256, blank=True)
    text = models.TextField(blank=True)
    # Parts of an answer in LibreChat's shape: {"type": "text" | "think" | "tool_call" | "error", …}
    content = models.JSONField(default=list, blank=True)
    endpoint = models.CharField(max_length=128, blank=True)
    model = models.CharField(max_length=256, blank=True)
    icon_url = models.CharField(max_length=512, blank=True)
    token_count = models.PositiveIntegerField(default=0)
    unfinished = models.BooleanField(default=False)
    error = models.BooleanField(default=False)
    finish_reason = models.CharField(max_length=32, blank=True)
    feedback = models.JSONField(null=True, blank=True)
    files = models.JSONField(default=list, blank=True)
    # Passages of earlier messages this one refers to, shown above it.
    quotes = models.JSONField(default=list, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    # usage, cost in credits, seconds, whether estimated; see generation/finish.py
    metadata = models.JSONField(default=dict, blank=True)
    # Raised by every change of what is shown; names the cached HTML.
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "message_id"], name="message_id_once_per_user"),
        ]
        indexes = [
            models.Index(fields=["conversation", "created_at", "id"], name="message_in_order"),
        ]

    @override
    def __str__(self) -> str:
        return self.message_id
