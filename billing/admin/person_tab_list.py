"""Money in the list of people: what they have and spent; adding and setting, with a reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_person
from accounts.admin.tabs import Column
from accounts.admin.user_filters import Choices
from accounts.limits.caller import Caller
from accounts.models import User
from billing.admin.balance_forms import AddForm, SetForm
from billing.models import Balance
from billing.queries.promises import credits_promised
from billing.queries.statistics import spent_since
from billing.queries.usage import day_of
from billing.services.adjustments import Adjusted, Order, balance_add, balance_set
from billing.templatetags.money import CREDITS_PER_DOLLAR, usd
from librechat.kernel import clock

READ = "read:billing"
People = QuerySet[User]
Move = Callable[[User, int, Order], Adjusted]


def balances_of(people: Sequence[str]) -> Mapping[str, str]:
    """Return person's id → what they have, a debt taken off, or were promised; two queries."""
    rows = Balance.objects.filter(user__in=people).values_list(
        "user_id",
        F("credits") - F("debt_credits"),
    )
    own = {user_id: _signed(own) for user_id, own in rows}
    text = _("%(amount)s promised")
    promised = credits_promised(people).items()
    return {user_id: text % {"amount": usd(amount)} for user_id, amount in promised} | own


def spendings_of(people: Sequence[str]) -> Mapping[str, str]:
    """Return person's id → what their calls cost this month, whoever paid."""
    month = day_of(clock.now()).replace(day=1)
    return {user_id: usd(spent) for user_id, spent in spent_since(month, people=people).items()}


def _signed(amount: int) -> str:
    return f"-{usd(-amount)}" if amount < 0 else usd(amount)


class BalanceFilter(Choices):
    """Who has how much."""

    title = gettext_lazy("balance")
    parameter_name = "balance"
    conditions = {
        "none": (gettext_lazy("None yet"), Q(balance=None)),
        "debt": (gettext_lazy("In debt"), Q(balance__debt_credits__gt=0)),
        "empty": (gettext_lazy("Empty"), Q(balance__credits__lte=F("balance__held_credits"))),
        "low": (
            gettext_lazy("Below one dollar"),
            Q(balance__credits__lt=CREDITS_PER_DOLLAR),
        ),
        "more": (
            gettext_lazy("One dollar or more"),
            Q(balance__credits__gte=CREDITS_PER_DOLLAR),
        ),
    }


@asks(
    gettext_lazy("Add credits"),
    gettext_lazy(
        "They get credits on top; a debt is repaid first. It is on record, with your reason.",
    ),
    form_class=AddForm,
)
def add_credits(desk: ModelAdmin, request: HttpRequest, chosen: People, given: Given) -> None:
    """Add to the balances of people."""

    def move(user: User, amount: int, order: Order) -> Adjusted:
        return balance_add(owner=user, amount=amount, order=order)

    _adjust(desk, request, chosen, given, move)


@asks(
    gettext_lazy("Set the balance"),
    gettext_lazy(
        "These people have exactly so many credits then. It is on record, with your reason.",
    ),
    form_class=SetForm,
)
def set_credits(desk: ModelAdmin, request: HttpRequest, chosen: People, given: Given) -> None:
    """Make the balances of people exactly so much."""

    def move(user: User, amount: int, order: Order) -> Adjusted:
        return balance_set(owner=user, amount=amount, order=order)

    _adjust(desk, request, chosen, given, move)


def _adjust(
    desk: ModelAdmin,
    request: HttpRequest,
    chosen: People,
    given: Mapping[str, Any],
    move: Move,
) -> None:
    order = Order(
        reason=given["reason"],
        actor=actor_of(request),
        caller=Caller.of(request),
        key=given["submission"],
    )

    def work(user: User) -> None:
        if not move(user, given["amount"], order).is_new:
            text = _("%(person)s: this was done before; nothing was changed.") % {"person": user}
            desk.message_user(request, text, messages.WARNING)

    each_person(desk, request, chosen, work)


BALANCE = Column(
    name="balance_shown",
    title=gettext_lazy("balance"),
    capability=READ,
    values=balances_of,
)
SPENT = Column(
    name="spent_shown",
    title=gettext_lazy("spent this month"),
    capability=READ,
    values=spendings_of,
)
