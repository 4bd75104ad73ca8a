"""Routes of the pages about budgets."""

from django.urls import path

from billing.web.budget_pages import BudgetAskPage, BudgetsPage, OwnBudgetRemovePage

urlpatterns = [
    path("settings/budgets", BudgetsPage.as_view(), name="budgets"),
    path("settings/budgets/ask", BudgetAskPage.as_view(), name="budget-ask"),
    path(
        "settings/budgets/<str:budget_id>/remove",
        OwnBudgetRemovePage.as_view(),
        name="budget-remove",
    ),
]
