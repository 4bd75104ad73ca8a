"""Who sees and who changes what in the admin: capabilities, the same as in the API."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.access.capabilities import ACCESS_ADMIN
from accounts.access.visitor import may
from accounts.admin.paging import KeyedChangeList
from accounts.admin.searching import can_match, matching

__all__ = ["GovernedAdmin", "may", "only_reads"]
A = TypeVar("A", bound=Callable[..., object])


def only_reads(action: A) -> A:
    """Mark an action that changes nothing: who may only look may do it too."""
    action.only_reads = True  # type: ignore[attr-defined]  # a mark on a function
    return action


class GovernedAdmin(ModelAdmin):
    """A model's pages, open by capability; ``manage:x`` includes ``read:x``.

    Who may only look gets no action but those that change nothing.
    """

    read_capability: ClassVar[str] = ACCESS_ADMIN
    manage_capability: ClassVar[str] = ACCESS_ADMIN
    show_full_result_count = False
    list_per_page = 50

    @override
    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if may(request, self.manage_capability):
            return actions
        return {name: one for name, one in actions.items() if hasattr(one[0], "only_reads")}

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return KeyedChangeList  # the class, where unfold's types have an object of it

    @override
    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look up first what rows refer to: joining a million rows to people takes a while."""
        fields = self.get_search_fields(request)
        if not search_term or not fields or not can_match(self.model, fields):
            found: tuple[QuerySet[Any], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        return queryset.filter(matching(self.model, fields, search_term)), False

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, self.read_capability)

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.read_capability)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, self.manage_capability)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.manage_capability)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.manage_capability)
