"""Usage summed up: per hour, per day, and the views people saved of it."""

from django.db import models
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

# What rows are told apart by; the order of the explorer's columns.
DIMENSIONS = (
    "user_id",
    "model",
    "endpoint",
    "context",
    "agent_id",
    "api_key_id",
    "project_id",
)
# What is summed.
SUMS = (
    "calls",
    "input_tokens",
    "output_tokens",
    "cache_write_tokens",
    "cache_read_tokens",
    "credits",
    "estimated_calls",
)


class Usage(models.Model):
    """Sums over the transactions of calls in a stretch of time.

    user_id: kept as text, so that the sums outlive the person; empty where nobody is named.
    person: who that is, joined at the time of asking; no column and no constraint.
    credits: what the calls cost, whoever paid.
    """

    id = ObjectIdField(primary_key=True)
    starts_at = models.DateTimeField()
    user_id = models.CharField(max_length=24, blank=True)
    person = models.ForeignObject(
        User,
        on_delete=models.DO_NOTHING,
        from_fields=["user_id"],
        to_fields=["id"],
        related_name="+",
        null=True,  # an outer join: sums of people who are gone count
        editable=False,
        serialize=False,
    )
    model = models.CharField(max_length=256, blank=True)
    endpoint = models.CharField(max_length=128, blank=True)
    context = models.CharField(max_length=32, blank=True)
    agent_id = models.CharField(max_length=64, blank=True)
    api_key_id = models.CharField(max_length=24, blank=True)
    project_id = models.CharField(max_length=24, blank=True, default="", db_default="")
    calls = models.PositiveIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cache_write_tokens = models.BigIntegerField(default=0)
    cache_read_tokens = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)
    estimated_calls = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["-starts_at", "id"]
        indexes = [
            # Sums by person, the widest there are, are read from this alone.
            models.Index(fields=["starts_at", "user_id", "model", *SUMS], name="%(class)s_sums"),
            models.Index(fields=["user_id", "starts_at"], name="%(class)s_by_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", *DIMENSIONS],
                name="%(class)s_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.starts_at} {self.user_id} {self.model}: {self.credits}"


class UsageHour(Usage):
    """One hour, UTC."""

    class Meta(Usage.Meta):
        abstract = False
        verbose_name_plural = "usage by hour"


class UsageDay(Usage):
    """One day, UTC."""

    class Meta(Usage.Meta):
        abstract = False
        verbose_name_plural = "usage by day"
        indexes = [
            *Usage.Meta.indexes,
            # What pages draw of a year.
            models.Index(fields=["starts_at", "model", "context", *SUMS], name="%(class)s_drawn"),
        ]


class UsageView(models.Model):
    """A cut through the usage that an administrator saved; ``query`` is the page's own."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="usage_views")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="usage_view_once_by_name"),
        ]

    @override
    def __str__(self) -> str:
        return self.name
