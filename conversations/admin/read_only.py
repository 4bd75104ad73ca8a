"""Rows the admin shows and never changes: their story is told by services."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from typing_extensions import override
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Looking, without adding, changing or deleting."""

    @override
    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
