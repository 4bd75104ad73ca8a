"""The ledger in the Django admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import TabularInline

from billing.admin.read_only import ReadOnlyAdmin
from billing.models import Entry, Transaction


class EntryInline(TabularInline):
    """The entries of a transaction; they add up to zero."""

    model = Entry
    extra = 0
    can_delete = False
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

    @override
    def has_add_permission(self, request: HttpRequest, obj: Transaction | None = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Transaction | None = None) -> bool:
        return False


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    """Why credits moved, newest first."""

    list_display = (
        "created_at",
        "user",
        "context",
        "endpoint",
        "model",
        "personal_credits",
        "is_estimated",
    )
    list_filter = ("context", "is_estimated", "endpoint")
    list_select_related = ("user",)
    search_fields = ("=key", "user__email", "=conversation_id", "=message_id", "model")
    date_hierarchy = "created_at"
    inlines = (EntryInline,)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        return Transaction.objects.with_credits()

    @admin.display(description=_("credits"), ordering="personal_credits")
    def personal_credits(self, row: Transaction) -> int:
        """Return what the transaction did to the person's balance."""
        return row.personal_credits
