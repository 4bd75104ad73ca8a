"""The append-only ledger: a transaction and the entries that sum to zero."""

from typing import Self

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import Group, User
from billing.models.account import OWNED, Account, Kind, Owner
from billing.models.append_only import AppendOnlyModel, AppendOnlyQuerySet
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


class TokenType(models.TextChoices):
    """LibreChat's kinds of rows."""

    PROMPT = "prompt", _("Prompt")
    COMPLETION = "completion", _("Completion")
    CREDITS = "credits", _("Credits")


class TransactionQuerySet(AppendOnlyQuerySet["Transaction"]):
    """Which transactions."""

    def visible_to(self, user: User) -> Self:
        """Return this person's own transactions."""
        return self.filter(user=user)

    def with_credits(self) -> Self:
        """Add ``personal_credits``: what the transaction did to the balance of its owner."""
        owned = Sum("entries__credits", filter=Q(entries__account__kind__in=OWNED), default=0)
        return self.annotate(personal_credits=owned)


class Transaction(AppendOnlyModel):
    """Why credits moved; the key makes a repeated request book once.

    ``group``: whose balance it moves, where it is a group's; ``user`` is who called then.
    """

    id = ObjectIdField(primary_key=True)
    key = models.CharField(max_length=160, unique=True)
    user = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="transactions",
    )
    group = models.ForeignKey(
        Group,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="transactions",
        db_index=False,  # few are a group's: the index below has those alone
    )
    # LibreChat's names: message, title, incomplete, autoRefill, admin …
    context = models.CharField(max_length=32)
    endpoint = models.CharField(max_length=128, blank=True)
    model = models.CharField(max_length=256, blank=True)
    value_key = models.CharField(max_length=256, blank=True)
    conversation_id = models.CharField(max_length=64, blank=True)
    message_id = models.CharField(max_length=64, blank=True)
    agent_id = models.CharField(max_length=64, blank=True)
    api_key_id = models.CharField(max_length=24, blank=True)
    # The project the chat was in at the time of the call, whatever becomes of either.
    project_id = models.CharField(max_length=24, blank=True, default="", db_default="")
    # The price the call was made at, and whether the provider counted its tokens.
    rates = models.JSONField(default=dict, blank=True)
    # Class → tokens, of the classes that lie within input or output: reasoning, image …
    tokens = models.JSONField(default=dict, blank=True)
    is_estimated = models.BooleanField(default=False)
    calls = models.PositiveIntegerField(default=1)  # programs' calls are booked several at once
    created_at = models.DateTimeField(default=clock.now, editable=False)

    personal_credits: int  # only on rows of ``with_credits``

    objects = TransactionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="transaction_by_user"),
            models.Index(
                fields=["group", "-created_at"],
                name="transaction_by_group",
                condition=Q(group__isnull=False),
            ),
            models.Index(fields=["conversation_id"], name="transaction_by_chat"),
            models.Index(fields=["-created_at"], name="transaction_by_time"),
        ]

    @override
    def __str__(self) -> str:
        return self.key

    @property
    def owner(self) -> Owner | None:
        """Whose accounts the entries of OWNED kinds go to."""
        if self.group_id:
            return Owner(Kind.GROUP, self.group_id)
        return Owner(Kind.USER, self.user_id) if self.user_id else None


class Entry(AppendOnlyModel):
    """One side of a transaction; positive credits go into the account.

    ``raw_amount``: LibreChat's: minus the tokens of a spend, the credits of a grant.
    ``input_tokens``, ``write_tokens``, ``read_tokens``: the classes of a prompt row.
    """

    id = ObjectIdField(primary_key=True)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    credits = models.BigIntegerField()
    token_type = models.CharField(max_length=10, choices=TokenType, default=TokenType.CREDITS)
    rate = models.DecimalField(max_digits=20, decimal_places=9, null=True, blank=True)
    raw_amount = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    write_tokens = models.BigIntegerField(default=0)
    read_tokens = models.BigIntegerField(default=0)

    objects = AppendOnlyQuerySet["Entry"].as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "entries"
        # Sums of accounts are read from this alone, without a look at the rows.
        indexes = [models.Index(fields=["account", "credits"], name="entry_by_account")]
        constraints = [
            models.CheckConstraint(
                condition=Q(token_type__in=TokenType.values),
                name="entry_token_type_known",
            ),
            models.CheckConstraint(
                condition=Q(input_tokens__gte=0, write_tokens__gte=0, read_tokens__gte=0),
                name="entry_tokens_not_negative",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.credits} {self.token_type}"
