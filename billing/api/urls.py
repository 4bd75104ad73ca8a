"""Routes of the billing API."""

from django.urls import path

from billing.api.balance import BalanceView

urlpatterns = [
    path("api/balance", BalanceView.as_view()),
]
