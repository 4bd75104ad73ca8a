"""Balances in the Django admin: looked at, added to and set, with a reason and on record."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.people_forms import ReasonForm
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.limits.caller import Caller
from billing.models import Balance
from billing.queries.statistics import spent_since
from billing.queries.usage import day_of
from billing.services.adjustments import Order, balance_add, balance_set
from billing.services.balances import LARGEST_AMOUNT
from librechat.kernel import clock
from librechat.kernel.ids import new_object_id

Balances = QuerySet[Balance]


class AmountForm(ReasonForm):
    """How many credits and why; ``submission`` names the page, so that it counts once."""

    field_order = ("amount", "reason")

    amount = forms.IntegerField(
        label=_("Credits"),
        max_value=LARGEST_AMOUNT,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("1,000,000 credits are one US dollar."),
    )
    submission = forms.CharField(
        max_length=24,
        initial=new_object_id,
        widget=forms.HiddenInput,
    )


class AddForm(AmountForm):
    """Credits to add."""

    def clean_amount(self) -> int:
        """Refuse what adds nothing."""
        amount = int(self.cleaned_data["amount"])
        if amount < 1:
            raise forms.ValidationError(_("Type a whole number above zero."))
        return amount


class SetForm(AmountForm):
    """What a balance becomes."""

    def clean_amount(self) -> int:
        """Refuse what no balance can be."""
        amount = int(self.cleaned_data["amount"])
        if amount < 0:
            raise forms.ValidationError(_("Type a whole number, zero or more."))
        return amount


def _order(request: HttpRequest, given: Given) -> Order:
    return Order(
        reason=given["reason"],
        actor=actor_of(request),
        caller=Caller.of(request),
        key=given["submission"],
    )


@asks(
    _("Add credits"),
    _("They get credits on top; a debt is repaid first. It is on record, with your reason."),
    form_class=AddForm,
)
def add_credits(desk: ModelAdmin, request: HttpRequest, chosen: Balances, given: Given) -> None:
    """Add to balances."""
    order, amount = _order(request, given), given["amount"]

    def work(balance: Balance) -> None:
        if not balance_add(user=balance.user, amount=amount, order=order).is_new:
            _tell_done(desk, request, balance)

    each(desk, request, chosen.select_related("user"), work)


@asks(
    _("Set the balance"),
    _("These people have exactly so many credits then. It is on record, with your reason."),
    form_class=SetForm,
)
def set_credits(desk: ModelAdmin, request: HttpRequest, chosen: Balances, given: Given) -> None:
    """Make balances exactly so much."""
    order, amount = _order(request, given), given["amount"]

    def work(balance: Balance) -> None:
        if not balance_set(user=balance.user, amount=amount, order=order).is_new:
            _tell_done(desk, request, balance)

    each(desk, request, chosen.select_related("user"), work)


def _tell_done(desk: ModelAdmin, request: HttpRequest, balance: Balance) -> None:
    text = _("%(person)s: this was done before; nothing was changed.") % {"person": balance.user}
    desk.message_user(request, text, messages.WARNING)


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    """What each person has, holds, owes and spent this month."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    actions = (add_credits, set_credits)
    list_display = (
        "user",
        "credits",
        "held_credits",
        "debt_credits",
        "spent",
        "auto_refill_enabled",
        "refill_amount",
        "last_refill",
        "ledger",
    )
    list_filter = ("auto_refill_enabled",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("-credits",)

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add what the people of the page spent this month, in one go for all."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        month = day_of(clock.now()).replace(day=1)
        spent = spent_since(month, people=[row.user_id for row in rows])
        for row in rows:
            row.spent_this_month = spent.get(row.user_id, 0)
        page.result_list = rows
        return page

    @admin.display(description=_("spent this month"))
    def spent(self, row: Balance) -> int:
        """Return credits, whoever paid them."""
        return int(getattr(row, "spent_this_month", 0))

    @admin.display(description=_("ledger"))
    def ledger(self, row: Balance) -> SafeString:
        """Return the way to the person's transactions."""
        page = reverse("admin:billing_transaction_changelist")
        return format_html(
            '<a href="{}?user__id__exact={}">{}</a>', page, row.user_id, _("Transactions")
        )
