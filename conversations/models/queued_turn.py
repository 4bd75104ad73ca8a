"""Follow-ups: messages that wait until the running answer has ended."""

from typing import Self

from django.db import models
from django.db.models import Q
from typing_extensions import override

from accounts.models import User
from conversations.models.conversation import Conversation
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class QueuedTurnQuerySet(models.QuerySet["QueuedTurn"]):
    """Which follow-ups."""

    def visible_to(self, user: User) -> Self:
        """Return those of the conversations this person may open."""
        return self.filter(user=user, conversation__in=Conversation.objects.visible_to(user))


class QueuedTurn(models.Model):
    """A message that is sent by itself once the answer before it is there."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="queued_turns")
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="queued_turns",
    )
    client_request_id = models.CharField(max_length=128, blank=True)
    text = models.TextField()
    # The rest of the start body: endpoint, model, files, quotes …
    request = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField(default=0)
    # What kept it from being sent; it stays in the queue until it is changed or removed.
    failure = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = QueuedTurnQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_request_id"],
                condition=~Q(client_request_id=""),
                name="queued_turn_once_per_request",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.id
