"""Rows that are looked at, never edited: what happens to them is a service's matter."""

from typing import Any

from django.http import HttpRequest
from typing_extensions import override
from unfold.admin import TabularInline

from accounts.admin.rights import GovernedAdmin


class ReadOnlyAdmin(GovernedAdmin):
    """A list, with actions, and a page without a form."""

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows below another; open to whoever may look at that one."""

    extra = 0
    can_delete = False

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
