"""Balances in the Django admin: looked at, added to and set, with a reason and on record."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.access.capabilities import rank_require
from accounts.admin.asking import Given, actor_of, asks
from accounts.admin.ranks import each_owned
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.models import Group, PrincipalType, User
from billing.admin.balance_export import export, spent_this_month
from billing.admin.balance_forms import AddForm, GroupBalanceForm, SetForm, SubmissionForm
from billing.errors import BalanceOffError
from billing.models import Balance
from billing.models.account import Kind
from billing.services.adjustments import (
    Adjusted,
    Order,
    balance_add,
    balance_close,
    balance_set,
)

Balances = QuerySet[Balance]
Work = Callable[[Balance], Adjusted]
OWNER_KINDS = {Kind.USER: _("People"), Kind.GROUP: _("Groups")}


def order_of(request: HttpRequest, given: Given) -> Order:
    """Return what an administrator ordered."""
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
    order = order_of(request, given)

    def work(balance: Balance) -> Adjusted:
        return balance_add(owner=_holder(request, balance), amount=given["amount"], order=order)

    _each(desk, request, chosen, work)


@asks(
    _("Set the balance"),
    _("They have exactly so many credits then. It is on record, with your reason."),
    form_class=SetForm,
)
def set_credits(desk: ModelAdmin, request: HttpRequest, chosen: Balances, given: Given) -> None:
    """Make balances exactly so much."""
    order = order_of(request, given)

    def work(balance: Balance) -> Adjusted:
        return balance_set(owner=_holder(request, balance), amount=given["amount"], order=order)

    _each(desk, request, chosen, work)


@asks(
    _("Take the balance of a group away"),
    _(
        "What is left goes back and a debt is forgiven; the operator pays for the calls of these"
        " groups' keys again. It is on record, with your reason."
    ),
    form_class=SubmissionForm,
)
def close_balance(desk: ModelAdmin, request: HttpRequest, chosen: Balances, given: Given) -> None:
    """End balances of groups."""
    order = order_of(request, given)

    def work(balance: Balance) -> Adjusted:
        holder = _holder(request, balance)
        if not isinstance(holder, Group):
            raise BalanceOffError(str(_("Only the balance of a group can be taken away.")))
        return balance_close(group=holder, order=order)

    _each(desk, request, chosen, work)


def _each(desk: ModelAdmin, request: HttpRequest, chosen: Balances, work: Work) -> None:
    """Change every balance chosen, but those of who may do more than the administrator."""

    def change(balance: Balance) -> None:
        if not work(balance).is_new:
            text = _("%(person)s: this was done before; nothing was changed.")
            desk.message_user(request, text % {"person": balance.holder}, messages.WARNING)

    each_owned(desk, request, chosen.select_related("group"), change)


def _holder(request: HttpRequest, balance: Balance) -> User | Group:
    """Return whose balance it is; of a group that brings nothing the administrator lacks."""
    holder = balance.holder
    if holder is None:
        raise BalanceOffError(str(_("There is no such balance any more.")))
    if isinstance(holder, Group):
        rank_require(actor_of(request), PrincipalType.GROUP, holder.pk)
    return holder


class OwnerFilter(admin.SimpleListFilter):
    """Whose balances: people's or groups'."""

    title = _("owner")
    parameter_name = "owner"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [(kind.value, title) for kind, title in OWNER_KINDS.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: Balances) -> Balances:
        kind = self.value()
        is_known = kind in [one.value for one in OWNER_KINDS]
        return queryset.filter(**{f"{kind}__isnull": False}) if is_known else queryset


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    """What each person or group has, holds, owes and spent this month."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    actions = (add_credits, set_credits, close_balance, export)
    list_display = (
        "holder",
        "credits",
        "held_credits",
        "debt_credits",
        "spent",
        "auto_refill_enabled",
        "refill_amount",
        "last_refill",
        "ledger",
    )
    list_filter = (OwnerFilter, "auto_refill_enabled")
    list_select_related = ("user", "group")
    search_fields = ("user__email", "user__name", "group__name")
    ordering = ("-credits",)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let groups be given a balance; people get theirs by themselves."""
        return may(request, self.manage_capability)

    @override
    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        if obj is None:
            kwargs["form"] = GroupBalanceForm
        return super().get_form(request, obj, change, **kwargs)

    @override
    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("group", "amount", "reason")
        return super().get_fields(request, obj)

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Book the first credits of a group."""
        actor = actor_of(request)
        rank_require(actor, PrincipalType.GROUP, obj.group.pk)
        amount, reason = form.given()
        order = Order(reason=reason, actor=actor, caller=Caller.of(request))
        balance_set(owner=obj.group, amount=amount, order=order)
        obj.pk = Balance.objects.get(group=obj.group).pk

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add what the owners on the page spent this month, in one go for all."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        spent = spent_this_month(rows)
        for row in rows:
            row.spent_this_month = spent.get(row.owner.id, 0)
        page.result_list = rows
        return page

    @admin.display(description=_("owner"))
    def holder(self, row: Balance) -> str:
        """Return the person or group."""
        return str(row.holder)

    @admin.display(description=_("spent this month"))
    def spent(self, row: Balance) -> int:
        """Return credits: of a person whoever paid them, of a group what it paid."""
        return int(getattr(row, "spent_this_month", 0))

    @admin.display(description=_("ledger"))
    def ledger(self, row: Balance) -> SafeString:
        """Return the way to the owner's transactions."""
        return format_html('<a href="{}">{}</a>', ledger_address(row), _("Transactions"))


def ledger_address(row: Balance) -> str:
    """Return the address of the transactions that moved a balance, or that its person made."""
    page = reverse("admin:billing_transaction_changelist")
    if row.group_id:
        return f"{page}?group={row.group_id}"
    return f"{page}?user__id__exact={row.user_id}"
