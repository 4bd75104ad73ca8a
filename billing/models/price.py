"""Prices of models, as administrators set or import them."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.models import User
from librechat.kernel import clock
from librechat.kernel.ids import ObjectIdField


def rate_field() -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Return a column of USD per million tokens, which is credits per token; None: no own rate."""
    return models.DecimalField(max_digits=20, decimal_places=9, null=True, blank=True)


class PriceQuerySet(models.QuerySet["Price"]):
    """Which prices."""

    def valid_at(self, moment: datetime) -> Self:
        """Return the prices that hold at a moment."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gt=moment),
            valid_from__lte=moment,
        )

    def not_over(self, moment: datetime) -> Self:
        """Return the prices that hold at a moment or later."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment))


class Price(models.Model):
    """What a model costs from one moment to another; over the built-in table.

    pattern: matched against the model's name as the built-in table is.
    Rates are credits per token (USD per million); None where the plain rate applies.
    ``per_call``: credits on top of every call. ``premium_*``: the rates of the whole call when
    its prompt is longer than ``premium_above`` tokens.
    A price that calls were made at is never edited: a new row ends it.
    """

    id = ObjectIdField(primary_key=True)
    pattern = models.CharField(max_length=256)
    valid_from = models.DateTimeField(default=clock.now)
    valid_to = models.DateTimeField(null=True, blank=True)
    prompt = models.DecimalField(max_digits=20, decimal_places=9)
    completion = models.DecimalField(max_digits=20, decimal_places=9)
    cache_write = rate_field()
    cache_write_long = rate_field()
    cache_read = rate_field()
    reasoning = rate_field()
    image = rate_field()
    audio = rate_field()
    audio_output = rate_field()
    embedding = rate_field()
    per_call = models.DecimalField(max_digits=20, decimal_places=9, default=0)
    premium_above = models.PositiveIntegerField(null=True, blank=True)
    premium_prompt = rate_field()
    premium_completion = rate_field()
    premium_cache_write = rate_field()
    premium_cache_write_long = rate_field()
    premium_cache_read = rate_field()
    # "admin", or the name of the list it was imported from
    source = models.CharField(max_length=64, default="admin")
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ["pattern", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["pattern", "valid_from"], name="price_once_by_moment"),
            # Two people who set the same price at once cannot both leave one that never ends.
            models.UniqueConstraint(
                fields=["pattern"], condition=Q(valid_to=None), name="price_once_without_end"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="price_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(prompt__gte=0, completion__gte=0, per_call__gte=0),
                name="price_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(premium_above=None, premium_prompt=None, premium_completion=None)
                | Q(
                    premium_above__gt=0,
                    premium_prompt__gte=0,
                    premium_completion__gte=0,
                ),
                name="price_tier_whole_or_absent",
            ),
        ]

    @override
    def __str__(self) -> str:
        rates = (f"{Decimal(rate).normalize():f}" for rate in (self.prompt, self.completion))
        return f"{self.pattern}: {'/'.join(rates)}"


class PriceImportState(models.TextChoices):
    """Where an import stands; applied and discarded are final."""

    DRAFT = "draft", _("Draft")
    APPLIED = "applied", _("Applied")
    DISCARDED = "discarded", _("Discarded")


class PriceImport(models.Model):
    """A public price list, read and compared; nothing holds before somebody applies it.

    changes: ``[{"pattern": …, "before": {column: text} | null, "after": {column: text}}]``.
    """

    id = ObjectIdField(primary_key=True)
    name = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=PriceImportState, default=PriceImportState.DRAFT
    )
    changes = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PriceImportState.values), name="price_import_state_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} {self.state}"
