"""Rows that are looked at, never edited."""

from typing import Any

from django.http import HttpRequest
from typing_extensions import override
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """A list, with actions, and a page without a form."""

    show_full_result_count = False
    list_per_page = 50

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
