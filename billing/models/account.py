"""Ledger accounts, and what each person has to spend."""

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Kind(models.TextChoices):
    """What an account stands for; a negative sum means that value went out of it."""

    USER = "user"  # what a person may still spend
    DEBT = "debt"  # what a person's calls cost above their balance
    REVENUE = "revenue"  # what calls cost
    GRANTS = "grants"  # where start balances and refills come from
    OPERATOR = "operator"  # pays calls while balances are off
    ADJUSTMENT = "adjustment"  # the other side of corrections by hand
    OPENING = "opening"  # where balances come from that were moved in


PERSONAL = (Kind.USER, Kind.DEBT)


class RefillUnit(models.TextChoices):
    """LibreChat's intervals; months are calendar months."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Account(models.Model):
    """One side of entries; ``code`` is the kind, for people with their id behind it."""

    id = ObjectIdField(primary_key=True)
    code = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    # The books outlive the person: the code keeps the account apart from others.
    user = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="ledger_accounts",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="account_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=PERSONAL) | Q(user__isnull=True),
                name="account_of_house_has_no_person",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.code


class Balance(models.Model):
    """What a person has: the sums of their accounts, kept beside them for conditional updates.

    ``credits``: sum of the user account. ``held_credits``: the part promised to open holds.
    ``debt_credits``: minus the sum of the debt account: what calls cost above the balance.
    """

    id = ObjectIdField(primary_key=True)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="balance")
    credits = models.BigIntegerField(default=0)
    held_credits = models.BigIntegerField(default=0)
    debt_credits = models.BigIntegerField(default=0)
    auto_refill_enabled = models.BooleanField(default=False)
    refill_interval_value = models.PositiveIntegerField(default=30)
    refill_interval_unit = models.CharField(
        max_length=8,
        choices=RefillUnit,
        default=RefillUnit.DAYS,
    )
    refill_amount = models.BigIntegerField(default=0)
    last_refill = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_credits__gte=0) & Q(credits__gte=F("held_credits")),
                name="balance_covers_its_holds",
            ),
            models.CheckConstraint(condition=Q(debt_credits__gte=0), name="balance_debt_positive"),
            models.CheckConstraint(
                condition=Q(refill_amount__gte=0),
                name="balance_refill_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(refill_interval_unit__in=RefillUnit.values),
                name="balance_refill_unit_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id}: {self.credits}"

    @property
    def own_credits(self) -> int:
        """What the person owns, open holds included and debt taken off."""
        return max(0, self.credits - self.debt_credits)

    @property
    def free_credits(self) -> int:
        """What the next call may hold; a debt comes first."""
        return max(0, self.credits - self.held_credits - self.debt_credits)
