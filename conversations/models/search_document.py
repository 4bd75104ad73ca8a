"""What search looks through: one row per title and per message."""

from django.db import models
from typing_extensions import override

from accounts.models import User
from conversations.models.conversation import Conversation
from conversations.models.message import Message
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class SearchDocument(models.Model):
    """Words of one title or one message, prepared for the database's full-text search.

    The full-text index itself is a virtual table on SQLite and an index on PostgreSQL; see
    ``search/``. Temporary chats have no rows here.
    """

    # A whole number, since SQLite's full-text tables know rows by one.
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="search_documents",
    )
    # None for the conversation's title.
    message = models.OneToOneField(
        Message,
        on_delete=models.CASCADE,
        null=True,
        related_name="search_document",
    )
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(message=None),
                name="search_document_one_title",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.body[:60]


class SearchTask(models.Model):
    """A change that an outside search server has not been told yet; written with the change."""

    id = ObjectIdField(primary_key=True)
    # "message:<row id>", "conversation:<row id>"; the newest one wins.
    subject = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created_at", "id"]

    @override
    def __str__(self) -> str:
        return self.subject


class SearchStamp(models.Model):
    """How far the documents are in the form of one version of the index."""

    version = models.PositiveSmallIntegerField(primary_key=True)
    # The row id of the last message that is in this form while not all are; "" before the first.
    reached = models.CharField(max_length=24, blank=True)
    is_complete = models.BooleanField(default=False)

    @override
    def __str__(self) -> str:
        return str(self.version)
