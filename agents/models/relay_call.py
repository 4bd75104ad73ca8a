"""Calls that went through the relay."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField

# How tokens are told apart, in the order they are shown in.
TOKEN_COLUMNS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_long_tokens",
    "image_tokens",
    "audio_tokens",
    "embedding_tokens",
    "output_tokens",
    "reasoning_tokens",
    "audio_output_tokens",
)


class CallStatus(models.TextChoices):
    """How a call ended."""

    OK = "ok", _("Ok")
    ERROR = "error", _("Error")
    ABORTED = "aborted", _("Aborted")  # the client went away
    LIMITED = "limited", _("Limited")  # ours: rate, parallel calls, budget, balance
    REFUSED = "refused", _("Refused")  # ours: not allowed, not understood
    LOST = "lost", _("Lost")  # the server died under it


class RelayCallQuerySet(models.QuerySet["RelayCall"]):
    """Which calls."""

    def visible_to(self, user: User) -> Self:
        """Return the calls that were made with this person's keys."""
        return self.filter(user_id=user.pk)


class RelayCall(models.Model):
    """One call of the relay; the ids are kept as text, so that the record outlives what they name.

    allowance: key of the hold it was paid from; empty where nothing was held.
    image_tokens, audio_tokens, embedding_tokens: of the input; cache_write_long_tokens: of what
    the cache kept; reasoning_tokens, audio_output_tokens: of the output.
    end_user: a hash of whom the client said it acts for.
    prompt_credits, credits: what its prompt and all of it cost.
    first_byte_ms, total_ms: milliseconds, None where there was no such moment.
    address: the network the client came from.
    """

    id = ObjectIdField(primary_key=True)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    api_key_id = models.CharField(max_length=24, blank=True)
    user_id = models.CharField(max_length=24, blank=True)
    team_id = models.CharField(max_length=24, blank=True)
    allowance = models.CharField(max_length=128, blank=True)
    end_user = models.CharField(max_length=32, blank=True)
    session = models.CharField(max_length=128, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    route = models.CharField(max_length=32)
    client_dialect = models.CharField(max_length=16, blank=True)
    upstream_dialect = models.CharField(max_length=16, blank=True)
    alias = models.CharField(max_length=256, blank=True)
    endpoint = models.CharField(max_length=128, blank=True)
    model = models.CharField(max_length=256, blank=True)
    is_stream = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=CallStatus)
    http_status = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=64, blank=True)
    input_tokens = models.PositiveBigIntegerField(default=0)
    cache_read_tokens = models.PositiveBigIntegerField(default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    reasoning_tokens = models.PositiveBigIntegerField(default=0)
    image_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    audio_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    embedding_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_long_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    audio_output_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    is_estimated = models.BooleanField(default=False)
    prompt_credits = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)
    first_byte_ms = models.PositiveIntegerField(null=True, blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)
    retries = models.PositiveSmallIntegerField(default=0)
    fallback_from = models.CharField(max_length=256, blank=True)
    upstream_request_id = models.CharField(max_length=128, blank=True)
    address = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=64, blank=True)
    bytes_in = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)

    objects = RelayCallQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["-started_at"], name="relay_call_by_time"),
            models.Index(fields=["api_key_id", "-started_at"], name="relay_call_by_key"),
            models.Index(fields=["user_id", "-started_at"], name="relay_call_by_user"),
            models.Index(fields=["team_id", "-started_at"], name="relay_call_by_team"),
            models.Index(
                fields=["allowance"], condition=~Q(allowance=""), name="relay_call_by_allowance"
            ),
            models.Index(
                fields=["upstream_request_id"],
                condition=~Q(upstream_request_id=""),
                name="relay_call_by_upstream",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CallStatus.values), name="relay_call_status_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.alias} {self.status}"


class RelayContent(models.Model):
    """What was asked and answered, where the key's policy keeps it; encrypted.

    request, response: sealed text of the bodies, shortened to a limit.
    """

    call = models.OneToOneField(
        RelayCall, on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    request = models.TextField(editable=False)
    response = models.TextField(editable=False)
    expires_at = models.DateTimeField(db_index=True)

    @override
    def __str__(self) -> str:
        return f"Content of {self.call_id}"
