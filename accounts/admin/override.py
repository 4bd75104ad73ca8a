"""Config overrides in the admin, with what is in effect and why."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.access.override_secrets import masked
from accounts.access.override_tree import SECTIONS
from accounts.access.overrides import explained, rows_for
from accounts.admin.asking import actor_of
from accounts.admin.receivers import receiver_named
from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, PrincipalType
from accounts.models.override import BASE
from accounts.services.override_checks import override_check
from accounts.services.overrides import (
    For,
    override_activate,
    override_delete,
    override_put,
)
from librechat.kernel.errors import AppError

KINDS = (PrincipalType.ROLE, PrincipalType.GROUP, PrincipalType.USER)


class OverrideForm(forms.ModelForm[ConfigOverride]):
    """What differs from librechat.yaml, and for whom."""

    principal_type = forms.ChoiceField(
        label=_("Kind of receiver"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        widget=UnfoldAdminSelectWidget,
    )
    principal_id = forms.CharField(
        label=_("Receiver"),
        max_length=254,
        help_text=_(
            "Name of a role or group, e-mail address of a person, or __base__ with the kind role"
            " for everybody.",
        ),
        widget=UnfoldAdminTextInputWidget,
    )
    priority = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        initial=10,
        help_text=_("Of two overrides that say something else the higher one counts."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = ConfigOverride
        fields = (
            "principal_type",
            "principal_id",
            "priority",
            "overrides",
            "tombstones",
            "is_active",
        )
        help_texts = {
            "overrides": format_lazy(
                "{}{}{}",
                _("JSON in the layout of librechat.yaml; sections: "),
                ", ".join(SECTIONS),
                _(". A secret is shown as ***; left so, it stays as it is."),
            ),
            "tombstones": _('Paths that are taken away, such as ["interface.customWelcome"].'),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "overrides" in self.initial:
            self.initial["overrides"] = masked(self.initial["overrides"])

    @override
    def clean(self) -> dict[str, Any]:
        """Check the settings as the file's are checked, and find the receiver."""
        given = super().clean() or self.cleaned_data
        if {"principal_type", "principal_id"} <= set(given):
            self._find_receiver(given)
        overrides, gone = given.get("overrides") or {}, given.get("tombstones") or []
        if not isinstance(overrides, dict):
            raise forms.ValidationError({"overrides": _("Give a JSON object.")})
        if not isinstance(gone, list) or not all(isinstance(path, str) for path in gone):
            raise forms.ValidationError({"tombstones": _("Give a JSON list of paths.")})
        try:
            override_check(overrides, gone, before=self.instance.overrides)
        except AppError as exc:
            raise forms.ValidationError(exc.message) from exc
        return {**given, "overrides": overrides, "tombstones": gone}

    def _find_receiver(self, given: dict[str, Any]) -> None:
        kind, typed = PrincipalType(given["principal_type"]), given["principal_id"]
        is_everybody = kind == PrincipalType.ROLE and typed == BASE
        found = BASE if is_everybody else receiver_named(kind, typed)
        if found is None:
            self.add_error("principal_id", _("There is nobody by this name."))
        else:
            given["principal_id"] = found


@admin.register(ConfigOverride)
class ConfigOverrideAdmin(GovernedAdmin):
    read_capability = "read:configs"
    manage_capability = "manage:configs"
    list_display = ("principal_type", "principal_id", "priority", "is_active", "updated_at")
    list_filter = ("principal_type", "is_active")
    search_fields = ("=principal_id",)
    form = OverrideForm
    fields = (*OverrideForm.Meta.fields, "effective")
    readonly_fields = ("effective",)

    @admin.display(description=_("In effect for this receiver"))
    def effective(self, row: ConfigOverride) -> SafeString:
        found = explained(rows_for(row.principal_type, row.principal_id)) if row.pk else []
        return SafeString(
            render_to_string(
                "admin/accounts/effective.html",
                {"settings": found},
            ),
        )

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("principal_type", "principal_id") if obj else ()
        return (*fixed, "effective")

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor, caller = actor_of(request), Caller.of(request)
        row, _is_new = override_put(
            whose=For(PrincipalType(obj.principal_type), obj.principal_id),
            overrides=obj.overrides,
            tombstones=obj.tombstones,
            priority=obj.priority,
            actor=actor,
            caller=caller,
        )
        obj.pk = row.pk
        if row.is_active != obj.is_active:
            override_activate(row=row, is_active=obj.is_active, actor=actor, caller=caller)

    @override
    def delete_model(self, request: HttpRequest, obj: ConfigOverride) -> None:
        override_delete(row=obj, actor=actor_of(request), caller=Caller.of(request))

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ConfigOverride]) -> None:
        for row in queryset:
            self.delete_model(request, row)
