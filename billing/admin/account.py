"""The accounts of the ledger in the Django admin, with the trial balance."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.admin.read_only import ReadOnlyAdmin
from billing.models import Account
from billing.models.account import OWNED, Kind
from billing.queries.statistics import account_sums, sums_of_accounts

SUMS_KEY, A_MINUTE = "ledger-account-sums", 60


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Where credits came from and went to; all sums together are zero."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    change_list_template = "admin/billing/account_list.html"
    actions = None
    list_display = ("code", "kind", "user", "group", "sum_of_entries")
    list_filter = ("kind",)
    list_select_related = ("user", "group")
    search_fields = ("=code", "user__email", "group__name")

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add the sums of the accounts on the page, in one go; those of the house are known."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        totals = {kind: total for kind, _number, total in _kind_sums()}
        owned = sums_of_accounts([row.pk for row in rows if row.kind in OWNED])
        for row in rows:
            row.total = owned.get(row.pk, 0) if row.kind in OWNED else totals.get(row.kind, 0)
        page.result_list = rows
        return page

    @override
    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Show the sums by kind above the list."""
        sums = _kind_sums()
        tiles: dict[str, Any] = {
            "sums": [(Kind(kind).label, number, total) for kind, number, total in sums],
            "trial_balance": sum(total for _kind, _number, total in sums),
        }
        return super().changelist_view(request, {**(extra_context or {}), **tiles})

    @admin.display(description=_("credits"))
    def sum_of_entries(self, row: Account) -> int:
        """Return the sum of the account's entries."""
        return int(getattr(row, "total", 0))


def _kind_sums() -> list[tuple[str, int, int]]:
    """Return the sums by kind as they were a minute ago at most: they read the whole ledger."""
    found: list[tuple[str, int, int]] = cache.get_or_set(SUMS_KEY, account_sums, A_MINUTE) or []
    return found
