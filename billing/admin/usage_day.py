"""Usage by day in the admin."""

from django.contrib import admin

from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from billing.models import UsageDay


@admin.register(UsageDay)
class UsageDayAdmin(ReadOnlyAdmin):
    """The sums that charts read, newest first."""

    read_capability = "read:usage"
    manage_capability = "read:usage"
    list_display = (
        "starts_at",
        "user_id",
        "model",
        "endpoint",
        "context",
        "calls",
        "input_tokens",
        "output_tokens",
        "credits",
    )
    list_filter = (("context", KeptValuesFilter), "starts_at")
    search_fields = ("=user_id", "model", "=endpoint")
