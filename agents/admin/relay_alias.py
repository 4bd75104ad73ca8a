"""Names the relay serves, in the admin: what each leads to, and a box to try one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.rights import GovernedAdmin
from accounts.limits.caller import Caller
from agents.admin.relay_alias_form import AliasForm, DeploymentFormSet, DeploymentInline
from agents.llm.available import models_for
from agents.llm.relay_aliases import Alias, alias_for, filled
from agents.models import RelayAlias
from agents.services.relay_aliases import alias_delete, alias_save, alias_switch

LONGEST = 256


def _switch(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[RelayAlias], *, to: bool
) -> None:
    actor, caller = actor_of(request), Caller.of(request)
    each(
        desk,
        request,
        chosen,
        lambda alias: alias_switch(alias=alias, is_active=to, actor=actor, caller=caller),
    )


@asks(
    gettext_lazy("Switch these names off"),
    gettext_lazy("Programs that use these names are refused within seconds."),
)
def switch_off(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[RelayAlias], _given: Given
) -> None:
    """Stop serving names."""
    _switch(desk, request, chosen, to=False)


@asks(gettext_lazy("Switch these names on"), gettext_lazy("Programs can use these names."))
def switch_on(
    desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[RelayAlias], _given: Given
) -> None:
    """Serve names."""
    _switch(desk, request, chosen, to=True)


@admin.register(RelayAlias)
class RelayAliasAdmin(GovernedAdmin):
    """The names, those of librechat.yaml aside; only services write them."""

    read_capability = "read:relay"
    manage_capability = "manage:relay"
    form = AliasForm
    inlines = (DeploymentInline,)
    change_list_template = "admin/agents/relay_aliases.html"
    list_display = ("name", "match", "leads_to", "is_active", "updated_at")
    list_filter = ("match", "is_active")
    search_fields = ("name", "description", "deployments__model")
    actions = (switch_on, switch_off)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[RelayAlias]:
        return super().get_queryset(request).prefetch_related("deployments").order_by("name")

    @override
    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # one by one: programs depend on names
        return actions

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the page that tries a name."""
        trying = self.admin_site.admin_view(self.try_view)
        return [path("try/", trying, name="agents_relayalias_try"), *super().get_urls()]

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Wait for the models behind the name: all is written at once."""

    @override
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        [rows] = [one.rows() for one in formsets if isinstance(one, DeploymentFormSet)]
        saved = alias_save(
            alias=form.instance if change else None,
            terms=form.terms(rows),
            actor=actor_of(request),
            caller=Caller.of(request),
        )
        form.instance.pk = saved.pk
        for one in formsets:
            one.new_objects, one.changed_objects, one.deleted_objects = [], [], []

    @override
    def delete_model(self, request: HttpRequest, obj: RelayAlias) -> None:
        alias_delete(alias=obj, actor=actor_of(request), caller=Caller.of(request))

    @admin.display(description=gettext_lazy("leads to"))
    def leads_to(self, alias: RelayAlias) -> str:
        return ", ".join(str(one) for one in alias.deployments.all())

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Show which alias and models a name leads to."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = request.GET.get("name", "").strip()[:LONGEST]
        alias = alias_for(name) if name else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try a name"),
            "name": name,
            "alias": alias,
            "rows": _rows(alias, name) if alias else _own_rows(request, name),
        }
        return TemplateResponse(request, "admin/agents/relay_try.html", context)


def _rows(alias: Alias, name: str) -> list[dict[str, object]]:
    """Return the models an alias asks, the first tier first."""
    ordered = sorted(alias.deployments, key=lambda one: one.tier)
    return [
        {
            "endpoint": one.endpoint,
            "model": filled(alias, one.model, name),
            "tier": one.tier,
            "weight": one.weight,
        }
        for one in ordered
    ]


def _own_rows(request: HttpRequest, name: str) -> list[dict[str, object]]:
    """Return where a name leads that is no alias, for who looks: each endpoint that has it."""
    if not name:
        return []
    models = models_for(actor_of(request))
    endpoint, _slash, rest = name.partition("/")
    if rest in models.get(endpoint, ()):
        found = [(endpoint, rest)]
    else:
        found = [(one, name) for one, listed in models.items() if name in listed][:1]
    return [{"endpoint": one, "model": model, "tier": 0, "weight": 1} for one, model in found]
