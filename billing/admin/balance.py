"""Balances in the Django admin."""

from django.contrib import admin

from billing.admin.read_only import ReadOnlyAdmin
from billing.models import Balance


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    """What each person has, holds and owes."""

    list_display = (
        "user",
        "credits",
        "held_credits",
        "debt_credits",
        "auto_refill_enabled",
        "refill_amount",
        "last_refill",
    )
    list_filter = ("auto_refill_enabled",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("-credits",)
