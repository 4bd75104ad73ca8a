"""Routes of the pages about one's own usage."""

from django.urls import path

from billing.web.usage import UsageExportPage, UsagePage

urlpatterns = [
    path("settings/usage", UsagePage.as_view(), name="usage"),
    path("settings/usage/export/<str:kind>", UsageExportPage.as_view(), name="usage-export"),
]
