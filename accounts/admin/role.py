"""Roles in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from accounts.access.permissions import permission_defaults, permissions_merge
from accounts.admin.asking import actor_of
from accounts.admin.matrix import MatrixField
from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from accounts.models import ADMIN, USER, Role, User
from accounts.services.roles import (
    role_create,
    role_delete,
    role_name_checked,
    role_permissions_set,
    role_update,
)
from librechat.kernel.errors import AppError

SYSTEM = {ADMIN, USER}


class RoleForm(forms.ModelForm[Role]):
    """A role, with a box for every permission."""

    permissions = MatrixField(label=_("Permissions"), required=False)

    class Meta:
        model = Role
        fields = ("name", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.instance
        self.fields["permissions"].initial = permissions_merge(
            permission_defaults(role.name),
            role.permissions,
        )

    def clean_name(self) -> str:
        """Refuse names that belong to the system or to paths of the API."""
        name = str(self.cleaned_data["name"])
        if name == self.initial.get("name"):
            return name
        try:
            return role_name_checked(name)
        except AppError as exc:
            raise forms.ValidationError(exc.message) from exc


@admin.register(Role)
class RoleAdmin(GovernedAdmin):
    read_capability = "read:roles"
    manage_capability = "manage:roles"
    list_display = ("name", "description", "people", "updated_at")
    search_fields = ("name", "description")
    form = RoleForm
    fields = ("name", "description", "permissions")

    @admin.display(description=_("people"))
    def people(self, role: Role) -> int:
        return User.objects.filter(role=role.name).count()

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if isinstance(obj, Role) and obj.name in SYSTEM else ()

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        # One by one only: whoever has the role becomes USER.
        is_free = obj is not None and obj.name not in SYSTEM
        return is_free and super().has_delete_permission(request, obj)

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given, actor, caller = form.cleaned_data, actor_of(request), Caller.of(request)
        if not change:
            obj.pk = role_create(
                name=obj.name,
                description=obj.description,
                permissions=given["permissions"],
                actor=actor,
                caller=caller,
            ).pk
            return
        role = Role.objects.get(pk=obj.pk)
        role_update(
            role=role,
            name=obj.name,
            description=obj.description,
            actor=actor,
            caller=caller,
        )
        permissions = given["permissions"]
        role_permissions_set(role=role, permissions=permissions, actor=actor, caller=caller)

    @override
    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        role_delete(role=obj, actor=actor_of(request), caller=Caller.of(request))
