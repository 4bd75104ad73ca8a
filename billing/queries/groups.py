"""Groups that have money, and what they spent."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.models import Group
from billing.models import Account, Balance, Entry
from billing.models.account import Kind
from billing.models.transaction import TokenType
from librechat.kernel.errors import InvalidInputError

MOST_LISTED = 200


def group_named(text: str) -> Group:
    """Return a group by its name or id.

    Raises:
        InvalidInputError: there is none, or there are several of that name.
    """
    name = text.strip()
    found = list(Group.objects.filter(Q(pk=name) | Q(name=name))[:2])
    if not found:
        raise InvalidInputError(
            _("There is no group %(name)s. Nothing was changed.") % {"name": name[:80]},
        )
    if len(found) > 1:
        raise InvalidInputError(
            _("Several groups are called %(name)s: give the id. Nothing was changed.")
            % {"name": name[:80]},
        )
    return found[0]


def group_credits(group_id: str) -> dict[str, int] | None:
    """Return what a group has, what running calls hold of it and what it owes; None: no balance."""
    row = Balance.objects.filter(group_id=group_id).first()
    if row is None:
        return None
    return {"credits": row.own_credits, "held": row.held_credits, "debt": row.debt_credits}


def groups_with_money() -> list[tuple[str, str]]:
    """Return (id, name) of the groups that have or had a balance, by name."""
    accounts = Account.objects.filter(kind=Kind.GROUP, group__isnull=False)
    named = accounts.order_by("group__name").values_list("group_id", "group__name")
    return [(pk, name) for pk, name in named[:MOST_LISTED] if pk and name]


def groups_spent_since(start: datetime, *, groups: Sequence[str]) -> dict[str, int]:
    """Return group's id → credits that calls took from its balance; one query."""
    rows = (
        Entry.objects.filter(transaction__group__in=groups, transaction__created_at__gte=start)
        .exclude(token_type=TokenType.CREDITS)
        .order_by()
        .values_list("transaction__group")
        .annotate(spent=Sum("credits"))
    )
    return {pk: -spent for pk, spent in rows}
