"""Imports: what came in from where, so that it is resumed, repeated or undone safely."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class MoveInState(models.TextChoices):
    """Where an import stands; the last three are terminal."""

    # Read once, nothing written: somebody has to say yes.
    CHECKED = "checked", _("Checked")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


class MoveInQuerySet(models.QuerySet["MoveIn"]):
    """Which imports."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own."""
        return self.filter(user=user)


class MoveIn(models.Model):
    """One import of one file."""

    id = ObjectIdField(primary_key=True)
    # Whose data it becomes; none for an instance-wide dump.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="move_ins")
    source = models.CharField(max_length=32)
    filename = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    # Where the upload is kept until it is read; empty for a file a command was given.
    file_key = models.CharField(max_length=64, blank=True)
    # What the first reading found: {"counts", "problems", "samples"}, a sample being
    # {"title", "date", "messages"}.
    survey = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=MoveInState, default=MoveInState.WAITING)
    # Records read so far; a resumed import skips them.
    cursor = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    # kind → {"created": n, "known": n, "skipped": n, "failed": n}
    counts = models.JSONField(default=dict, blank=True)
    # What was not taken and why, the first thousand: [{"kind", "source_id", "reason", "values"}],
    # the reason untranslated, see transfer/reasons.py.
    problems = models.JSONField(default=list, blank=True)
    failure = models.CharField(max_length=1024, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = MoveInQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at"], name="move_in_by_user")]

    @override
    def __str__(self) -> str:
        return f"{self.source} {self.id}"


class MovedRecord(models.Model):
    """Which record of a source became which row; a second import of it creates nothing."""

    id = ObjectIdField(primary_key=True)
    move_in = models.ForeignKey(MoveIn, on_delete=models.CASCADE, related_name="records")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    source = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    source_id = models.CharField(max_length=320)
    # Primary key of the row it became.
    target_id = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "source", "kind", "source_id"],
                name="moved_record_once_per_user",
            ),
            models.UniqueConstraint(
                fields=["source", "kind", "source_id"],
                condition=Q(user=None),
                name="moved_record_once_of_all",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
