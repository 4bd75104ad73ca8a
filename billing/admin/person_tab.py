"""Money on the page of a person: the ledger, and the budgets that hold for them."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.rights import may
from accounts.admin.tabs import (
    COLUMNS,
    TABS,
    Row,
    Shown,
    Tab,
    Table,
    action_register,
    filter_register,
    link,
    page_rows,
    when,
)
from accounts.models import User
from billing.admin.person_tab_list import BALANCE, SPENT, BalanceFilter, add_credits, set_credits
from billing.models import Balance, Transaction
from billing.models.budget import Measure
from billing.queries.budgets import Standing, budgets_of
from billing.queries.promises import credits_promised
from billing.queries.statistics import spent_since
from billing.queries.usage import day_of
from billing.services.budget_words import amount_text, reset_text
from billing.templatetags.money import usd, whole
from librechat.kernel import clock

READ, MANAGE = "read:billing", "manage:billing"


def register() -> None:
    """Add money to what the administration shows of people."""
    for tab in (LEDGER, BUDGETS):
        TABS.register(tab.name, tab)
    for column in (BALANCE, SPENT):
        COLUMNS.register(column.name, column)
    filter_register("balance", READ, BalanceFilter)
    action_register(MANAGE, add_credits)
    action_register(MANAGE, set_credits)


def ledger_shown(request: HttpRequest, user: User) -> Shown:
    """Show the balance and the last transactions."""
    balance = Balance.objects.filter(user=user).first()
    month = day_of(clock.now()).replace(day=1)
    spent = spent_since(month, people=[user.pk]).get(user.pk, 0)
    mine = Transaction.objects.filter(user=user)
    rows, page, has_next = page_rows(request, mine)
    own = [row.pk for row in rows if row.group_id is None]  # a group's do nothing to theirs
    booked = Transaction.objects.filter(pk__in=own).with_credits().order_by()
    moved = {row.pk: row.personal_credits for row in booked}
    links = [
        (
            _("All transactions"),
            f"{reverse('admin:billing_transaction_changelist')}?user__id__exact={user.pk}",
        ),
    ]
    if may(request, "read:usage"):
        explorer = reverse("admin:billing_usagehour_changelist")
        links.append((_("Usage"), f"{explorer}?user={user.pk}"))
    table = Table(
        title=_("Transactions"),
        headings=(_("When"), _("What for"), _("Endpoint"), _("Model"), _("To the balance")),
        rows=[
            Row(
                (
                    link(
                        reverse("admin:billing_transaction_change", args=[row.pk]),
                        when(row.created_at),
                    ),
                    row.context,
                    row.endpoint,
                    row.model,
                    whole(moved.get(row.pk, 0)),
                ),
            )
            for row in rows
        ],
        empty=_("Nothing was booked."),
    )
    return Shown(
        facts=[
            *_balance_facts(balance),
            *_promise_facts(user),
            (_("Spent this month"), usd(spent)),
        ],
        links=links,
        tables=[table],
        page=page,
        has_next=has_next,
    )


def _balance_facts(balance: Balance | None) -> list[tuple[str, object]]:
    if balance is None:
        return [(_("Balance"), _("none yet"))]
    refill = _("off")
    if balance.auto_refill_enabled:
        refill = _("%(amount)s every %(n)s %(unit)s") % {
            "amount": usd(balance.refill_amount),
            "n": balance.refill_interval_value,
            "unit": balance.get_refill_interval_unit_display(),
        }
    return [
        (_("Balance"), usd(balance.credits)),
        (_("Held by running calls"), usd(balance.held_credits)),
        (_("Debt"), usd(balance.debt_credits)),
        (_("Refill"), refill),
    ]


def _promise_facts(user: User) -> list[tuple[str, object]]:
    """Return what an invitation promised and no balance has got yet."""
    promised = credits_promised([user.pk]).get(user.pk)
    if promised is None:
        return []
    text = _("%(amount)s, given with their first balance, once balances are on for them")
    return [(_("Promised by invitation"), text % {"amount": usd(promised)})]


def budgets_shown(_request: HttpRequest, user: User) -> Shown:
    """Show the rules in force for a person, tightest first, and where they stand."""
    table = Table(
        title=_("Budgets in force"),
        headings=(_("Rule"), _("Holds for"), _("Limit"), _("Used"), _("Left"), _("Starts anew")),
        rows=[Row(_standing_cells(one)) for one in budgets_of(user)],
        empty=_("No budget holds for all of their calls."),
    )
    return Shown(tables=[table])


def _standing_cells(one: Standing) -> tuple[object, ...]:
    rule = one.budget
    return (
        link(reverse("admin:billing_budget_change", args=[rule.pk]), rule.name),
        rule.get_scope_display(),
        _amount(rule.measure, one.limit),
        f"{_amount(rule.measure, one.used + one.reserved)} ({one.percent} %)",
        _amount(rule.measure, one.room),
        reset_text(one),
    )


def _amount(measure: str, amount: int) -> str:
    """Return an amount as people read it: money in dollars."""
    is_counted = measure in {Measure.TOKENS, Measure.MESSAGES}
    return amount_text(measure, amount) if is_counted else usd(amount)


LEDGER = Tab(
    name="ledger",
    title=gettext_lazy("Ledger"),
    capability=READ,
    show=ledger_shown,
    person_acts=("add_credits", "set_credits"),
)
BUDGETS = Tab(name="budgets", title=gettext_lazy("Budgets"), capability=READ, show=budgets_shown)
