"""Roles in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.models import ADMIN, USER, Role, User
from accounts.services.roles import role_permissions_set


class RoleForm(forms.ModelForm[Role]):
    """A role; its permissions are checked for their shape."""

    class Meta:
        model = Role
        fields = ("name", "description", "permissions")

    def clean_permissions(self) -> dict[str, dict[str, bool]]:
        """Accept type → permission → true or false."""
        given = self.cleaned_data["permissions"]
        kinds = given.values() if isinstance(given, dict) else [None]
        for answers in kinds:
            values = answers.values() if isinstance(answers, dict) else [None]
            if not all(isinstance(value, bool) for value in values):
                raise forms.ValidationError(_("Give true or false for each permission."))
        return dict(given)


@admin.register(Role)
class RoleAdmin(ModelAdmin):
    list_display = ("name", "description", "updated_at")
    search_fields = ("name", "description")
    form = RoleForm
    fields = ("name", "description", "permissions")

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if isinstance(obj, Role) else ()

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        if obj is None:
            return False
        in_use = obj.name in {ADMIN, USER} or User.objects.filter(role=obj.name).exists()
        return super().has_delete_permission(request, obj) and not in_use

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        role_permissions_set(role=obj, permissions=obj.permissions)
