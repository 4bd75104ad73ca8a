"""Balances as a table to take away, and what their owners spent this month."""

from collections.abc import Iterable
from itertools import islice

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin.rights import only_reads
from billing.admin.table_export import table_begin
from billing.models import Balance
from billing.queries.groups import groups_spent_since
from billing.queries.statistics import spent_since
from billing.queries.usage import day_of
from librechat.kernel import clock

READ_AT_ONCE = 500
EXPORTED = (
    "id",
    "user_id",
    "user__email",
    "user__name",
    "group_id",
    "group__name",
    "credits",
    "held_credits",
    "debt_credits",
    "spent_this_month",
    "auto_refill_enabled",
    "refill_amount",
    "refill_interval_value",
    "refill_interval_unit",
    "last_refill",
)


def spent_this_month(rows: Iterable[Balance]) -> dict[str, int]:
    """Return owner's id → credits: of a person whoever paid them, of a group what it paid."""
    balances = list(rows)
    month = day_of(clock.now()).replace(day=1)
    spent = spent_since(month, people=[row.user_id for row in balances if row.user_id])
    groups = [row.group_id for row in balances if row.group_id]
    return spent | groups_spent_since(month, groups=groups)


@only_reads
@admin.action(description=_("Export as CSV"))
def export(_desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[Balance]) -> HttpResponse:
    """Return balances as a table."""
    count = chosen.count()
    response, write = table_begin(request, "balances", EXPORTED, balances=count)
    rows = chosen.select_related("user", "group").iterator(chunk_size=READ_AT_ONCE)
    while portion := list(islice(rows, READ_AT_ONCE)):
        spent = spent_this_month(portion)
        write(_values(row, spent) for row in portion)
    return response


def _values(row: Balance, spent: dict[str, int]) -> list[object]:
    """Return a balance in the order of the columns."""
    return [
        row.pk,
        row.user_id,
        row.user.email if row.user else None,
        row.user.name if row.user else None,
        row.group_id,
        row.group.name if row.group else None,
        row.credits,
        row.held_credits,
        row.debt_credits,
        spent.get(row.owner.id, 0),
        row.auto_refill_enabled,
        row.refill_amount,
        row.refill_interval_value,
        row.refill_interval_unit,
        row.last_refill,
    ]
