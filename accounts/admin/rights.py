"""Who sees and who changes what in the admin: capabilities, the same as in the API."""

from typing import Any, ClassVar

from django.http import HttpRequest
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.access.capabilities import ACCESS_ADMIN, capabilities_granted, covers
from accounts.models import User

KEPT = "_capabilities_granted"


def may(request: HttpRequest, *names: str) -> bool:
    """Return whether the administrator has all of these capabilities; one query per request."""
    if not isinstance(request.user, User):
        return False
    granted = getattr(request, KEPT, None)
    if granted is None:
        granted = capabilities_granted(request.user)
        setattr(request, KEPT, granted)
    return covers(granted, names)


class GovernedAdmin(ModelAdmin):
    """A model's pages, open by capability; ``manage:x`` includes ``read:x``."""

    read_capability: ClassVar[str] = ACCESS_ADMIN
    manage_capability: ClassVar[str] = ACCESS_ADMIN

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
