"""Sign-in sessions in the admin; read-only, but they can be ended."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.models import AuthSession
from accounts.services.sessions import session_close

SHOWN = (
    "user",
    "address",
    "user_agent",
    "created_at",
    "last_used_at",
    "expires_at",
    "revoked_at",
)


@admin.register(AuthSession)
class AuthSessionAdmin(ModelAdmin):
    fields = readonly_fields = SHOWN
    list_display = ("user", "address", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_filter = ("created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "address")
    list_per_page = 50
    actions = ("end",)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: AuthSession | None = None,
    ) -> bool:
        return False

    @admin.action(description=_("End these sessions"))
    def end(self, request: HttpRequest, queryset: QuerySet[AuthSession]) -> None:
        for session in queryset:
            session_close(session=session)
        self.message_user(request, _("The sessions are ended."), messages.SUCCESS)
