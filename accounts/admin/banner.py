"""Banners in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from typing_extensions import override

from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from accounts.models import Banner, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.banners import banners_changed


@admin.register(Banner)
class BannerAdmin(GovernedAdmin):
    """Writing, timing and ending banners."""

    read_capability = "read:configs"
    manage_capability = "manage:configs"
    list_display = ("__str__", "display_from", "display_to", "is_public", "is_persistent")
    list_filter = ("is_public",)
    search_fields = ("message",)
    fields = ("message", "display_from", "display_to", "is_public", "is_persistent")

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        banners_changed()
        _record(request, obj, "banner.changed" if change else "banner.added")

    @override
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        _record(request, obj, "banner.removed")
        super().delete_model(request, obj)
        banners_changed()


def _record(request: HttpRequest, banner: Banner, action: str) -> None:
    actor = request.user if isinstance(request.user, User) else None
    target = Target("banner", banner.pk, str(banner))
    audit_record(
        Act(
            category="config",
            action=action,
            actor=actor,
            target=target,
            metadata={"message": banner.message},
            caller=Caller.of(request),
        ),
    )
