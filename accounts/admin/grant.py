"""Grants of capabilities in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.access.capabilities import ASSIGNABLE, BASE, ON_GRANT_ONLY
from accounts.access.override_tree import SECTIONS
from accounts.admin.asking import actor_of
from accounts.admin.receivers import receiver_named
from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from accounts.models import ADMIN, Grant, PrincipalType
from accounts.services.grants import AREAS, grant_give, grant_revoke


def _capabilities() -> list[tuple[str, str]]:
    sections = [f"{verb}:configs:{name}" for name in SECTIONS for verb in ("read", "manage")]
    assigning = [f"assign:configs:{kind}" for kind in ASSIGNABLE]
    return [(name, name) for name in (*BASE, *ON_GRANT_ONLY, *sections, *assigning)]


class GrantForm(forms.ModelForm[Grant]):
    """A capability for somebody."""

    principal_type = forms.ChoiceField(
        label=_("Kind of receiver"),
        choices=[(kind.value, kind.label) for kind in AREAS],
        widget=UnfoldAdminSelectWidget,
    )
    principal_id = forms.CharField(
        label=_("Receiver"),
        max_length=254,
        help_text=_("E-mail address of a person, name of a group or role, or the id."),
        widget=UnfoldAdminTextInputWidget,
    )
    capability = forms.ChoiceField(
        label=_("Capability"),
        choices=_capabilities,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Grant
        fields = ("principal_type", "principal_id", "capability")

    @override
    def clean(self) -> dict[str, Any]:
        """Find the receiver by what was typed."""
        given = super().clean() or self.cleaned_data
        if {"principal_type", "principal_id"} <= set(given):
            kind = PrincipalType(given["principal_type"])
            found = receiver_named(kind, given["principal_id"])
            if found is None:
                self.add_error("principal_id", _("There is nobody by this name."))
            else:
                given["principal_id"] = found
        return given


@admin.register(Grant)
class GrantAdmin(GovernedAdmin):
    read_capability = "read:roles"
    manage_capability = "manage:roles"
    list_display = ("principal_type", "principal_id", "capability", "granted_by", "granted_at")
    list_filter = ("principal_type", "capability")
    list_select_related = ("granted_by",)
    search_fields = ("=principal_id", "capability")
    list_per_page = 50
    form = GrantForm

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Grant | None = None) -> bool:
        is_fixed = obj is not None and obj.principal_id == ADMIN and obj.capability in BASE
        return super().has_delete_permission(request, obj) and not is_fixed

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = grant_give(
            actor=actor_of(request),
            kind=PrincipalType(obj.principal_type),
            principal_id=obj.principal_id,
            capability=obj.capability,
            caller=Caller.of(request),
        ).pk

    @override
    def delete_model(self, request: HttpRequest, obj: Grant) -> None:
        grant_revoke(
            actor=actor_of(request),
            kind=PrincipalType(obj.principal_type),
            principal_id=obj.principal_id,
            capability=obj.capability,
            caller=Caller.of(request),
        )

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Grant]) -> None:
        for grant in queryset:
            self.delete_model(request, grant)
