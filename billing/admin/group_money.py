"""What the page of a group says of its credits, with the ways to them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.group_links import LINKS, GroupLink
from accounts.models import Group
from billing.admin.balance import ledger_address
from billing.models import Balance
from billing.templatetags.money import usd

READ = "read:billing"


def register() -> None:
    """Add credits to what the administration shows of groups."""
    LINKS.register("credits", GroupLink(READ, credits_shown))


@admin.display(description=_("Credits"))
def credits_shown(group: Group) -> SafeString:
    """Return what a group has, or that the operator pays; both lead on."""
    balance = Balance.objects.filter(group=group).first()
    if balance is None:
        return format_html(
            '{} <a href="{}?group={}">{}</a>',
            _("None of its own: the operator pays for its keys."),
            reverse("admin:billing_balance_add"),
            group.pk,
            _("Give it a balance"),
        )
    return format_html(
        '<a href="{}">{}</a> · {} {} · {} {} · <a href="{}">{}</a>',
        reverse("admin:billing_balance_change", args=[balance.pk]),
        usd(balance.own_credits),
        _("held"),
        usd(balance.held_credits),
        _("debt"),
        usd(balance.debt_credits),
        ledger_address(balance),
        _("Transactions"),
    )
