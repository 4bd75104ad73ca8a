"""Holds: credits promised to a call before it is made."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from billing.models.account import Kind, Owner
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class HoldState(models.TextChoices):
    """Where a hold stands; settled and released are final.

    An expired one gave its credits back while its call may still run: it can be settled late.
    """

    OPEN = "open", _("Open")
    SETTLED = "settled", _("Settled")
    RELEASED = "released", _("Released")
    EXPIRED = "expired", _("Expired")


PAYERS = (Kind.OPERATOR, Kind.USER, Kind.GROUP)
UNSETTLED = (HoldState.OPEN, HoldState.EXPIRED)


class HoldQuerySet(models.QuerySet["Hold"]):
    """Which holds."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own holds."""
        return self.filter(user=user)

    def overdue(self, moment: datetime) -> Self:
        """Return open holds that nobody has kept alive."""
        return self.filter(state=HoldState.OPEN, expires_at__lte=moment)


class Hold(models.Model):
    """One call's promise, its price and its facts; a row even when no balance is checked.

    ``credits``: held now, 0 once closed. ``output_tokens``: what they cover after the prompt.
    ``payer``: the kind of account that pays; the credits are part of its balance's
    ``held_credits``, and the operator holds none. ``calls``: how many calls it is for.
    ``team_id``: the group that calls, whose budgets count it in place of the person's.
    """

    id = ObjectIdField(primary_key=True)
    key = models.CharField(max_length=128, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holds")
    state = models.CharField(max_length=10, choices=HoldState, default=HoldState.OPEN)
    payer = models.CharField(max_length=8, choices=[(one, one.label) for one in PAYERS])
    credits = models.BigIntegerField(default=0)
    charged_credits = models.BigIntegerField(null=True, blank=True)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    rates = models.JSONField()
    endpoint = models.CharField(max_length=128, blank=True)
    model = models.CharField(max_length=256, blank=True)
    context = models.CharField(max_length=32)
    conversation_id = models.CharField(max_length=64, blank=True)
    message_id = models.CharField(max_length=64, blank=True)
    agent_id = models.CharField(max_length=64, blank=True)
    api_key_id = models.CharField(max_length=24, blank=True)
    team_id = models.CharField(max_length=24, blank=True)
    project_id = models.CharField(max_length=24, blank=True, default="", db_default="")
    calls = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    is_reserved: bool  # whether budgets are promised to it; only on locked rows
    notices: tuple[str, ...] = ()  # what the person is told when it was opened

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "expires_at"], name="hold_by_expiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=HoldState.values), name="hold_state_known"
            ),
            models.CheckConstraint(
                condition=Q(payer__in=(Kind.OPERATOR, Kind.USER))
                | (Q(payer=Kind.GROUP) & ~Q(team_id="")),
                name="hold_payer_known",
            ),
            models.CheckConstraint(
                condition=Q(credits=0)
                | Q(credits__gt=0, state="open", payer__in=(Kind.USER, Kind.GROUP)),
                name="hold_credits_only_while_open",
            ),
            models.CheckConstraint(
                condition=Q(state="settled", charged_credits__gte=0)
                | (~Q(state="settled") & Q(charged_credits__isnull=True)),
                name="hold_charged_when_settled",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.key} {self.state}"

    @property
    def owner(self) -> Owner | None:
        """Whose balance it is held against; None: the operator pays."""
        match self.payer:
            case Kind.USER:
                return Owner(Kind.USER, self.user_id)
            case Kind.GROUP:
                return Owner(Kind.GROUP, self.team_id)
            case _:
                return None

    @property
    def is_recorded(self) -> bool:
        """Whether there is a row; none where nobody pays, books or limits the call."""
        return not self._state.adding
