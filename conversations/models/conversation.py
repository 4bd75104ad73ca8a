"""Conversations."""

from typing import Self

from django.db import models
from typing_extensions import override

from accounts.models import User
from conversations.models.project import Project
from conversations.models.tag import Tag
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField, new_uuid

DEFAULT_TITLE = "New Chat"
RIGHTS = frozenset({"view", "edit", "delete", "share"})


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Which conversations; every door starts with ``visible_to``."""

    def visible_to(self, user: User, right: str = "view") -> Self:
        """Return what this person may open: their own, neither deleted nor expired.

        A conversation has an owner and nobody else, so every ``right`` means the same rows.
        """
        if right not in RIGHTS:
            raise ValueError(f"There is no right {right!r}.")
        return self.filter(user=user, deleted_at=None).exclude(expired_at__lte=clock.now())

    def listed(self) -> Self:
        """Leave out temporary chats."""
        return self.filter(is_temporary=False)


def conversation_lock(conversation_pk: str) -> None:
    """Lock a conversation's row until the transaction ends.

    Whoever writes a conversation and its generations takes this lock first: in one order, two
    transactions never wait for each other. SQLite locks the whole database anyway.
    """
    locked = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_pk)
    list(locked.values_list("pk"))


class Conversation(models.Model):
    """A forest of messages and the settings of its next turn."""

    id = ObjectIdField(primary_key=True)
    conversation_id = models.CharField(max_length=64, default=new_uuid, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=1024, default=DEFAULT_TITLE)
    endpoint = models.CharField(max_length=128, blank=True)
    endpoint_type = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=256, blank=True)
    agent_id = models.CharField(max_length=320, blank=True)
    spec = models.CharField(max_length=256, blank=True)
    # Model parameters under LibreChat's names: temperature, promptPrefix, max_tokens …
    parameters = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(Tag, related_name="conversations", blank=True)
    files = models.JSONField(default=list, blank=True)
    project = models.ForeignKey(
        Project,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
    )
    is_archived = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    is_pinned = models.BooleanField(default=False)
    is_temporary = models.BooleanField(default=False)
    is_unread = models.BooleanField(default=False)
    # The last message of the branch that was looked at; a reload opens the same branch.
    leaf_message_id = models.CharField(max_length=64, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    # Whether the person set that moment; a rule of the operator did otherwise.
    expiry_is_chosen = models.BooleanField(default=False, db_default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "conversation_id"],
                name="conversation_id_once_per_user",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-updated_at", "-id"], name="conversation_by_update"),
            models.Index(
                fields=["user", "title", "updated_at", "id"], name="conversation_by_title"
            ),
            # Few of many chats are pinned, and every first page of the list asks for them.
            models.Index(
                fields=["user", "-updated_at", "-id"],
                condition=models.Q(is_archived=True),
                name="conversation_archived",
            ),
            models.Index(
                fields=["user", "-updated_at", "-id"],
                condition=models.Q(is_pinned=True),
                name="conversation_pinned",
            ),
            models.Index(fields=["expired_at"], name="conversation_by_expiry"),
            models.Index(fields=["deleted_at"], name="conversation_by_deletion"),
        ]

    @override
    def __str__(self) -> str:
        return self.conversation_id  # not the title, which quotes what was said
