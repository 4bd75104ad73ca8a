"""The ledger in the Django admin."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from accounts.admin.rights import only_reads
from billing.admin.table_export import table_begin
from billing.models import Entry, Transaction
from billing.queries.calls import CALL
from billing.queries.groups import groups_with_money
from billing.queries.ledger_search import endpoints_known, named

EXPORTED = (
    "id",
    "created_at",
    "user__email",
    "group__name",
    "context",
    "endpoint",
    "model",
    "personal_credits",
    "is_estimated",
    "conversation_id",
    "message_id",
    "agent_id",
    "api_key_id",
    "project_id",
    "key",
)
# What a transaction is for → which ones.
KINDS = {
    "calls": Q(key__startswith=CALL),
    "grants": Q(context__in=("start", "autoRefill")),
    "admin": Q(context="admin"),
}


class EntryInline(ReadOnlyInline):
    """The entries of a transaction; they add up to zero."""

    model = Entry
    fields = (
        "account",
        "token_type",
        "credits",
        "rate",
        "raw_amount",
        "input_tokens",
        "write_tokens",
        "read_tokens",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return Entry.objects.select_related("account")


class KindFilter(admin.SimpleListFilter):
    """What transactions are for."""

    title = _("kind")
    parameter_name = "kind"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [
            ("calls", _("Calls of models")),
            ("grants", _("Start balances and refills")),
            ("admin", _("Corrections by hand")),
        ]

    @override
    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Transaction],
    ) -> QuerySet[Transaction]:
        chosen = KINDS.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class EndpointFilter(admin.SimpleListFilter):
    """Who answered; the choices come from the summed days, which are few."""

    title = _("endpoint")
    parameter_name = "endpoint"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [(name, name) for name in endpoints_known()]

    @override
    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Transaction],
    ) -> QuerySet[Transaction]:
        return queryset.filter(endpoint=self.value()) if self.value() else queryset


class GroupFilter(admin.SimpleListFilter):
    """Whose balance was moved, of the groups that have or had one."""

    title = _("group")
    parameter_name = "group"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return groups_with_money()

    @override
    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Transaction],
    ) -> QuerySet[Transaction]:
        return queryset.filter(group=self.value()) if self.value() else queryset


@only_reads
@admin.action(description=_("Export as CSV"))
def export(_desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[Transaction]) -> HttpResponse:
    """Return transactions as a table."""
    response, write = table_begin(request, "transactions", EXPORTED)
    rows = Transaction.objects.filter(pk__in=chosen.order_by().values("pk")).with_credits()
    write(rows.order_by("-created_at", "-id").values_list(*EXPORTED).iterator())
    return response


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    """Why credits moved, newest first."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    actions = (export,)
    list_display = (
        "created_at",
        "user",
        "group",
        "context",
        "endpoint",
        "model",
        "personal_credits",
        "is_estimated",
    )
    # No date hierarchy: it reads every row.
    list_filter = (KindFilter, GroupFilter, "created_at", "is_estimated", EndpointFilter)
    list_select_related = ("user", "group")
    search_fields = ("key", "user__email", "group__name", "conversation_id", "message_id", "model")
    search_help_text = _("The beginning or a part of an e-mail address, a model, or a whole id")
    inlines = (EntryInline,)

    @override
    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[Transaction],
        search_term: str,
    ) -> tuple[QuerySet[Transaction], bool]:
        """Look up people and models where they are few, so that no row is joined or compared."""
        for word in search_term.split():
            queryset = queryset.filter(named(word))
        return queryset, False

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Add what each transaction of the page did to a balance, in one go."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        booked = Transaction.objects.filter(pk__in=[row.pk for row in rows]).with_credits()
        sums = {row.pk: row.personal_credits for row in booked.order_by()}
        for row in rows:
            row.personal_credits = sums[row.pk]
        page.result_list = rows
        return page

    @admin.display(description=_("credits"))
    def personal_credits(self, row: Transaction) -> int:
        """Return what the transaction did to the balance of its person or group."""
        return row.personal_credits
