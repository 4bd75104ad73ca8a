"""Ledger accounts, and what each person or group has to spend."""

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import Group, User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class Kind(models.TextChoices):
    """What an account stands for; a negative sum means that value went out of it."""

    USER = "user", _("User")  # what a person may still spend
    GROUP = "group", _("Group")  # what the keys of a group may still spend
    DEBT = "debt", _("Debt")  # what the calls of a person or group cost above their balance
    REVENUE = "revenue", _("Revenue")  # what calls cost
    GRANTS = "grants", _("Grants")  # where start balances and refills come from
    OPERATOR = "operator", _("Operator")  # pays the calls that no balance pays
    ADJUSTMENT = "adjustment", _("Adjustment")  # the other side of corrections by hand
    OPENING = "opening", _("Opening")  # where balances come from that were moved in


OWNED = (Kind.USER, Kind.GROUP, Kind.DEBT)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a balance and its accounts are: a person's or a group's.

    kind: of the account they spend from; its word also names the column of the owner.
    """

    kind: Kind
    id: str

    @classmethod
    def of(cls, one: User | Group) -> "Owner":
        """Return a person or a group as an owner."""
        return cls(Kind.USER if isinstance(one, User) else Kind.GROUP, one.pk)

    @property
    def column(self) -> dict[str, str]:
        """The column and value by which rows of this owner are found and made."""
        return {f"{self.kind.value}_id": self.id}


class RefillUnit(models.TextChoices):
    """LibreChat's intervals; months are calendar months."""

    SECONDS = "seconds", _("Seconds")
    MINUTES = "minutes", _("Minutes")
    HOURS = "hours", _("Hours")
    DAYS = "days", _("Days")
    WEEKS = "weeks", _("Weeks")
    MONTHS = "months", _("Months")


class Account(models.Model):
    """One side of entries; ``code`` is the kind, of a person or group with their id behind it."""

    id = ObjectIdField(primary_key=True)
    code = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    # The books outlive their owner: the code keeps the account apart from others.
    user = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="ledger_accounts",
    )
    group = models.ForeignKey(
        Group,
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
                condition=Q(user=None, group=None)
                | Q(kind__in=(Kind.USER, Kind.DEBT), group=None)
                | Q(kind__in=(Kind.GROUP, Kind.DEBT), user=None),
                name="account_owner_fits_kind",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.code


class Balance(models.Model):
    """What a person or group has: the sums of their accounts, beside them for conditional updates.

    A group without one is paid for by the operator; one with it is not deleted.
    ``credits``: sum of the user or group account. ``held_credits``: the part of open holds.
    ``debt_credits``: minus the sum of the debt account: what calls cost above the balance.
    """

    id = ObjectIdField(primary_key=True)
    user = models.OneToOneField(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="balance"
    )
    group = models.OneToOneField(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="balance"
    )
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
                condition=Q(user__isnull=False, group=None) | Q(user=None, group__isnull=False),
                name="balance_has_one_owner",
            ),
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
        return f"{self.holder}: {self.credits}"

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        kind = Kind.GROUP if self.group_id else Kind.USER
        return Owner(kind, getattr(self, f"{kind.value}_id"))

    @property
    def holder(self) -> User | Group | None:
        """The person or group; one query unless it was looked up along."""
        return self.user or self.group

    @property
    def own_credits(self) -> int:
        """What the owner has, open holds included and debt taken off."""
        return max(0, self.credits - self.debt_credits)

    @property
    def free_credits(self) -> int:
        """What the next call may hold; a debt comes first."""
        return max(0, self.credits - self.held_credits - self.debt_credits)
