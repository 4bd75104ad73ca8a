"""What a message said before it was edited."""

from django.db import models
from typing_extensions import override

from conversations.models.message import Message
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class MessageVersion(models.Model):
    """A message's words up to an edit."""

    id = ObjectIdField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    # The message's revision that said this.
    revision = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    content = models.JSONField(default=list, blank=True)
    replaced_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "revision"],
                name="message_version_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.message_id} {self.revision}"
