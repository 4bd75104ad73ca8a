"""Budgets: rules of how much may be used, and what was used of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from billing.models.hold import Hold
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Scope(models.TextChoices):
    """Whose calls a rule counts; ``self`` is a rule that a person set for themselves."""

    INSTANCE = "instance", _("Instance")
    USER = "user", _("User")
    GROUP = "group", _("Group")
    ROLE = "role", _("Role")
    AGENT = "agent", _("Agent")
    KEY = "key", _("Key")
    SELF = "self", _("Self")


class Period(models.TextChoices):
    """How long a limit lasts: calendar periods in UTC, the last so many hours, or for ever."""

    HOUR = "hour", _("Hour")
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    ROLLING = "rolling", _("Rolling")
    TOTAL = "total", _("Total")


class Measure(models.TextChoices):
    """What is counted: credits, tokens in and out, or messages a person sent."""

    MONEY = "money", _("Money")
    TOKENS = "tokens", _("Tokens")
    MESSAGES = "messages", _("Messages")


class Behaviour(models.TextChoices):
    """What happens to a call that does not fit."""

    BLOCK = "block", _("Block")
    WARN = "warn", _("Warn")
    # Another model answers, as far as other rules and the balance let it.
    CHEAPER = "cheaper", _("Cheaper")


class Budget(models.Model):
    """One rule. ``scope_id``: the id (role: the name) of whom it holds for, empty for instance.

    is_each: every member has the limit for themselves; else all share it.
    rolling_hours: the length of a rolling period.
    """

    id = ObjectIdField(primary_key=True)
    name = models.CharField(max_length=120)
    scope = models.CharField(max_length=10, choices=Scope)
    scope_id = models.CharField(max_length=64, blank=True)
    is_each = models.BooleanField(default=False)
    period = models.CharField(max_length=8, choices=Period, default=Period.MONTH)
    rolling_hours = models.PositiveIntegerField(null=True, blank=True)
    measure = models.CharField(max_length=8, choices=Measure, default=Measure.MONEY)
    limit = models.PositiveBigIntegerField()
    behaviour = models.CharField(max_length=8, choices=Behaviour, default=Behaviour.BLOCK)
    cheaper_model = models.CharField(max_length=256, blank=True)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["scope", "scope_id"], name="budget_by_scope")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values)
                & Q(period__in=Period.values)
                & Q(measure__in=Measure.values)
                & Q(behaviour__in=Behaviour.values),
                name="budget_words_known",
            ),
            models.CheckConstraint(
                condition=Q(scope="instance", scope_id="")
                | (~Q(scope="instance") & ~Q(scope_id="")),
                name="budget_scope_named",
            ),
            models.CheckConstraint(
                condition=Q(period="rolling", rolling_hours__gt=0)
                | (~Q(period="rolling") & Q(rolling_hours=None)),
                name="budget_rolling_has_hours",
            ),
            models.CheckConstraint(
                condition=Q(behaviour="cheaper") & ~Q(cheaper_model="")
                | ~Q(behaviour="cheaper") & Q(cheaper_model=""),
                name="budget_cheaper_has_model",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class BudgetBucket(models.Model):
    """What was used and is reserved of a rule in one stretch of time.

    subject: the person, where each has the limit for themselves; else empty.
    starts_at: the start of the calendar period; of a rolling rule, of the hour; the epoch of a
    rule without end.
    extra: what was granted on top of the limit for this stretch alone.
    warned: person → the highest mark in percent that they were told of in this stretch.
    """

    id = ObjectIdField(primary_key=True)
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="buckets")
    subject = models.CharField(max_length=24, blank=True)
    starts_at = models.DateTimeField()
    used = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    extra = models.BigIntegerField(default=0)
    warned = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "subject", "starts_at"], name="budget_bucket_once"
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0, reserved__gte=0), name="budget_bucket_not_negative"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.budget_id} {self.starts_at}: {self.used}+{self.reserved}"


class BudgetReservation(models.Model):
    """What one open hold takes of one bucket until it is settled."""

    id = ObjectIdField(primary_key=True)
    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="reservations")
    bucket = models.ForeignKey(BudgetBucket, on_delete=models.CASCADE, related_name="reservations")
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hold", "bucket"], name="budget_reservation_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="budget_reservation_not_negative"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.hold_id}: {self.amount}"


class RequestState(models.TextChoices):
    """Where a request stands; granted and declined are final."""

    OPEN = "open", _("Open")
    GRANTED = "granted", _("Granted")
    DECLINED = "declined", _("Declined")


class BudgetRequest(models.Model):
    """A person asks for more: of a budget, or (without one) of credits."""

    id = ObjectIdField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="budget_requests")
    budget = models.ForeignKey(
        Budget, on_delete=models.CASCADE, null=True, blank=True, related_name="requests"
    )
    amount = models.PositiveBigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="budget_request_state_known"
            ),
            models.UniqueConstraint(
                fields=["user", "budget"],
                condition=Q(state="open"),
                name="budget_request_open_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state="open", budget=None),
                name="credit_request_open_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user}: {self.budget or '-'}"
