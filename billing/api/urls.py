"""Routes of the billing API."""

from django.urls import path

from billing.api.balance import BalanceView
from billing.api.budgets import BudgetRequestsView, BudgetsView
from billing.api.usage import UsageView

urlpatterns = [
    path("api/balance", BalanceView.as_view()),
    path("api/usage", UsageView.as_view()),
    path("api/budgets", BudgetsView.as_view()),
    path("api/budgets/requests", BudgetRequestsView.as_view()),
]
