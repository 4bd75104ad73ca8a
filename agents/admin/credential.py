"""People's own keys in the Django admin: who has one and until when, never the key."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from typing_extensions import override

from accounts.admin.rights import GovernedAdmin
from agents.models import Credential
from agents.services.credentials import credential_delete


@admin.register(Credential)
class CredentialAdmin(GovernedAdmin):
    """Whose key for which endpoint; it can be deleted, not read or changed."""

    read_capability = "read:users"
    manage_capability = "manage:users"
    list_display = ("name", "user", "expires_at", "updated_at")
    list_filter = ("name",)
    list_select_related = ("user",)
    search_fields = ("=name", "user__email")
    fields = readonly_fields = ("user", "name", "expires_at", "created_at", "updated_at")

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Credential | None = None,
    ) -> bool:
        return False

    @override
    def delete_model(self, request: HttpRequest, obj: Credential) -> None:
        credential_delete(obj.user, name=obj.name)

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Credential]) -> None:
        for credential in queryset.select_related("user"):
            credential_delete(credential.user, name=credential.name)
