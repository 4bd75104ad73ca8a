"""One's budgets: what holds, a limit for oneself, asking for more."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.errors import NotSignedInError
from accounts.models import User
from billing.services.budget_requests import budget_request_open
from billing.services.budgets import own_budget_delete, own_budget_set
from billing.web.budget_context import budgets_context
from billing.web.budget_forms import AskForm, OwnBudgetForm
from librechat.kernel.errors import AppError

INVALID = 422


def person(request: HttpRequest) -> User:
    """Return who is signed in on a page that requires somebody.

    Raises:
        NotSignedInError: nobody.
    """
    if not isinstance(request.user, User):
        raise NotSignedInError(_("Nobody is signed in."))
    return request.user


@method_decorator(never_cache, name="dispatch")
class BudgetsPage(LoginRequiredMixin, View):
    """What holds for me, and my own limits."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the budgets."""
        return self.show(request, OwnBudgetForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set a limit for myself."""
        form = OwnBudgetForm(request.POST)
        if not form.is_valid():
            return self.show(request, form, status=INVALID)
        try:
            own_budget_set(user=person(request), **form.cleaned_data)
        except AppError as exc:
            form.add_error(None, exc.message)
            return self.show(request, form, status=INVALID)
        messages.success(request, _("The limit counts from now on."))
        return redirect("budgets")

    def show(self, request: HttpRequest, form: OwnBudgetForm, *, status: int = 200) -> HttpResponse:
        """Show the page, also with what is wrong in the form."""
        context = {"tab": "budgets", "form": form, **budgets_context(person(request))}
        return render(request, "billing/budgets.html", context, status=status)


class OwnBudgetRemovePage(LoginRequiredMixin, View):
    """The end of a limit of my own."""

    def post(self, request: HttpRequest, budget_id: str) -> HttpResponse:
        """Remove it."""
        try:
            own_budget_delete(user=person(request), budget_id=budget_id)
        except AppError as exc:
            messages.error(request, exc.message)
        else:
            messages.success(request, _("The limit is gone."))
        return redirect("budgets")


class BudgetAskPage(LoginRequiredMixin, View):
    """Asking for more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put the request into the administrators' queue."""
        form = AskForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Ask for a whole amount, with a reason of 500 characters."))
            return redirect("budgets")
        try:
            budget_request_open(
                user=person(request),
                budget_id=form.cleaned_data["budget"],
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
            )
        except AppError as exc:
            messages.error(request, exc.message)
        else:
            messages.success(request, _("Your request is with the administrators."))
        return redirect("budgets")
