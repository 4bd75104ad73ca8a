"""The accounts of the ledger in the Django admin, with the trial balance."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.admin.read_only import ReadOnlyAdmin
from billing.models import Account, Entry
from billing.queries.statistics import account_sums


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Where credits came from and went to; all sums together are zero."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    change_list_template = "admin/billing/account_list.html"
    actions = None
    list_display = ("code", "kind", "user", "sum_of_entries")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("=code", "user__email")

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        entries = Entry.objects.filter(account=OuterRef("pk")).order_by().values("account")
        sums = entries.annotate(total=Sum("credits")).values("total")
        return Account.objects.annotate(total=Coalesce(Subquery(sums), 0))

    @override
    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Show the sums by kind above the list."""
        sums = account_sums()
        tiles: dict[str, Any] = {
            "sums": sums,
            "trial_balance": sum(total for _kind, _number, total in sums),
        }
        return super().changelist_view(request, {**(extra_context or {}), **tiles})

    @admin.display(description=_("credits"), ordering="total")
    def sum_of_entries(self, row: Account) -> int:
        """Return the sum of the account's entries."""
        return int(getattr(row, "total", 0))
