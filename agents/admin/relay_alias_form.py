"""The forms of a name that the relay serves, and of the models behind it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override
from unfold.admin import TabularInline
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.rights import may
from agents.models import RelayAlias, RelayDeployment
from agents.services.relay_aliases import AliasTerms, alias_check
from librechat.kernel.errors import InvalidInputError

PLACEHOLDER = {"endpoint": "x", "model": "x"}  # the rows below have their own checks
ROW = ("endpoint", "model", "tier", "weight", "timeout_seconds")
HIGHEST_TIER, HIGHEST_WEIGHT, LONGEST_SECONDS = 99, 1000, 3600


class ObjectField(forms.CharField):
    """A JSON object."""

    widget = UnfoldAdminTextareaWidget({"rows": 4, "spellcheck": "false"})

    @override
    def to_python(self, value: Any) -> Any:
        text = value if isinstance(value, str) else json.dumps(value or {})
        try:
            found = json.loads(text.strip() or "{}")
        except ValueError as exc:
            raise forms.ValidationError(
                _("This is no JSON: %(why)s."), params={"why": exc}
            ) from exc
        if not isinstance(found, dict):
            raise forms.ValidationError(_('A JSON object is wanted, such as {"temperature": 0.2}.'))
        return found

    @override
    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value or {}, indent=2) if not isinstance(value, str) else value


class AliasForm(forms.ModelForm[RelayAlias]):
    """A name, what it stands for, and what holds where clients say nothing."""

    parameters = ObjectField(
        label=_("Parameters"),
        required=False,
        help_text=_("Hold where the client says nothing, such as temperature or max_tokens."),
    )
    capabilities = ObjectField(
        label=_("Capabilities"),
        required=False,
        help_text=_("What the models can do, over what their names tell."),
    )
    rates = ObjectField(
        label=_("Prices"),
        required=False,
        help_text=_("USD per million tokens by class, over the price table."),
    )

    class Meta:
        model = RelayAlias
        fields = (
            "name",
            "match",
            "description",
            "is_active",
            "parameters",
            "capabilities",
            "rates",
        )
        help_texts = {
            "name": _("The name itself, its beginning, or a regular expression for all of it."),
        }

    def terms(self, deployments: list[dict[str, Any]]) -> AliasTerms:
        """Return what was chosen, with the models behind it."""
        given = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return AliasTerms(**given, deployments=deployments)

    @override
    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                alias_check(self.terms([PLACEHOLDER]))
            except InvalidInputError as exc:
                field = exc.data.get("field")
                self.add_error(str(field) if field in self.fields else None, exc.message)
        return given


class DeploymentForm(forms.ModelForm[RelayDeployment]):
    """One model behind the name."""

    class Meta:
        model = RelayDeployment
        fields = ROW

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds = {"tier": (0, HIGHEST_TIER), "weight": (1, HIGHEST_WEIGHT)}
        bounds["timeout_seconds"] = (1, LONGEST_SECONDS)
        for name, (least, most) in bounds.items():
            self.fields[name] = forms.IntegerField(
                required=name != "timeout_seconds",
                min_value=least,
                max_value=most,
                initial=self.fields[name].initial,
                label=self.fields[name].label,
                widget=self.fields[name].widget,
            )


class DeploymentFormSet(PaginationInlineFormSet):
    """The models behind a name: at least one."""

    def rows(self) -> list[dict[str, Any]]:
        """Return those that stay, as they were typed."""
        kept = [one.cleaned_data for one in self.forms if one.has_changed() or one.instance.pk]
        return [{name: row[name] for name in ROW} for row in kept if row and not row.get("DELETE")]

    @override
    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and not self.rows():
            raise forms.ValidationError(_("Name at least one model that answers."))


class DeploymentInline(TabularInline):
    """The models, by tier."""

    model = RelayDeployment
    form = DeploymentForm
    formset = DeploymentFormSet
    extra = 1
    fields = ROW

    @override
    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return may(request, "read:relay")

    @override
    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return may(request, "manage:relay")

    @override
    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return may(request, "manage:relay")

    @override
    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return may(request, "manage:relay")
