"""Budgets in the admin: rules, how they stand, what they would have done."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.rights import GovernedAdmin
from billing.admin.budget_form import FIXED, BudgetForm
from billing.models import Budget
from billing.models.budget import Measure
from billing.queries.budget_history import LOOKED_BACK, burn_down, calls_counted, simulate
from billing.queries.budgets import Standing, standings_shared
from billing.services.budget_words import amount_text, reset_text
from billing.services.budgets import budget_create, budget_delete, budget_update
from librechat.kernel import charts, clock

STANDING = "_standing"


@admin.register(Budget)
class BudgetAdmin(GovernedAdmin):
    """The rules; only services write them."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    form = BudgetForm
    list_display = (
        "name",
        "scope",
        "scope_id",
        "is_each",
        "period",
        "behaviour",
        "used",
        "left",
        "resets",
        "is_active",
    )
    list_filter = ("scope", "period", "measure", "behaviour", "is_active")
    list_per_page = 50
    search_fields = ("name", "=scope_id")
    actions = None
    fields = ("name", *FIXED, "limit", "behaviour", "cheaper_model", "is_active")

    @override
    def get_readonly_fields(
        self, request: HttpRequest, obj: Budget | None = None
    ) -> tuple[str, ...]:
        return () if obj is None else ("standing",)

    @override
    def get_fields(self, request: HttpRequest, obj: Budget | None = None) -> tuple[str, ...]:
        return self.fields if obj is None else (*self.fields, "standing")

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the page of the simulation."""
        simulating = self.admin_site.admin_view(self.simulate_view)
        return [
            path("<path:object_id>/simulate/", simulating, name="billing_budget_simulate"),
            *super().get_urls(),
        ]

    @override
    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Read how all budgets of the page stand at once."""
        shown = super().get_changelist_instance(request)
        rows = list(shown.result_list)
        found = standings_shared(rows)
        for row in rows:
            setattr(row, STANDING, found[row.pk])
        shown.result_list = rows
        return shown

    @override
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = actor_of(request)
        if change:
            budget_update(budget=obj, terms=form.terms(), actor=actor)
        else:
            obj.pk = budget_create(rule=form.rule(), actor=actor).pk

    @override
    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        budget_delete(budget=obj, actor=actor_of(request))

    def simulate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a rule would have refused of the last month's calls."""
        budget = Budget.objects.filter(pk=object_id).first()
        if not self.has_view_permission(request):
            raise PermissionDenied
        if budget is None:
            raise Http404
        past = calls_counted(budget, since=clock.now() - LOOKED_BACK)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": budget.name,
            "budget": budget,
            "days": LOOKED_BACK.days,
            "simulation": simulate(budget, past),
        }
        return TemplateResponse(request, "admin/billing/budget_simulation.html", context)

    @admin.display(description=gettext_lazy("used"))
    def used(self, budget: Budget) -> str:
        standing = _standing(budget)
        taken = amount_text(budget.measure, standing.used + standing.reserved)
        return _("%(taken)s of %(limit)s") % {
            "taken": taken,
            "limit": amount_text(budget.measure, standing.limit),
        }

    @admin.display(description=gettext_lazy("left"))
    def left(self, budget: Budget) -> str:
        return amount_text(budget.measure, _standing(budget).room)

    @admin.display(description=gettext_lazy("room again"))
    def resets(self, budget: Budget) -> str:
        return reset_text(_standing(budget))

    @admin.display(description=gettext_lazy("In this period"))
    def standing(self, budget: Budget) -> SafeString:
        standing = _standing(budget)
        units = {Measure.MONEY: "credits", Measure.TOKENS: _("tokens")}
        chart = charts.Chart(
            title=_("What is left of %(name)s") % {"name": budget.name},
            series=(charts.Series(_("left"), burn_down(standing)),),
            unit=units.get(Measure(budget.measure), _("messages")),
            kind="line",
        )
        context = {
            "budget": budget,
            "used": self.used(budget),
            "left": self.left(budget),
            "resets": self.resets(budget),
            "chart": charts.svg(chart),
        }
        return render_to_string("admin/billing/_budget_standing.html", context)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        return super().get_queryset(request).order_by("name", "pk")


def _standing(budget: Budget) -> Standing:
    """Return how a budget stands; read for the whole list, or now for one."""
    known: Standing | None = getattr(budget, STANDING, None)
    return known or standings_shared([budget])[budget.pk]
