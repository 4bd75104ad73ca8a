"""Generations: one run that writes one answer."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from conversations.models.conversation import Conversation
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class State(models.TextChoices):
    """Where a generation stands; the last four are terminal."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")


ACTIVE = (State.QUEUED, State.RUNNING)


class GenerationQuerySet(models.QuerySet["Generation"]):
    """Which generations."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own generations."""
        return self.filter(user=user)

    def active(self) -> Self:
        """Return those that have not ended."""
        return self.filter(state__in=ACTIVE)


class Generation(models.Model):
    """The row behind a run; its events are in the event log under the same id."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="generations")
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        related_name="generations",
    )
    # message_id values, not row ids: the user's turn and the answer below it.
    user_message_id = models.CharField(max_length=64)
    response_message_id = models.CharField(max_length=64)
    client_request_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    endpoint = models.CharField(max_length=128)
    model = models.CharField(max_length=256, blank=True)
    # The validated start body; context.py turns it into a RunSpec.
    request = models.JSONField(default=dict)
    # A runner renews its lease; the fence makes writes of a runner that lost it fail.
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    error = models.JSONField(null=True, blank=True)
    usage = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client_request_id"],
                condition=~Q(client_request_id=""),
                name="generation_once_per_request",
            ),
            models.UniqueConstraint(
                fields=["conversation", "user_message_id", "response_message_id"],
                condition=Q(state__in=("queued", "running")),
                name="generation_one_per_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_expires_at"], name="generation_by_lease"),
            models.Index(fields=["user", "state"], name="generation_by_user"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    @property
    def is_active(self) -> bool:
        """Whether the run has not ended."""
        return self.state in ACTIVE
