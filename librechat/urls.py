"""Routes of the whole product."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from librechat import admin_site, health

urlpatterns = [
    path("health", health.alive),
    path("livez", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("admin", RedirectView.as_view(url="/admin/")),
    # Before the site: sign-in is the product's own page, so that there is one login path.
    path("admin/login/", admin_site.sign_in),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view()),
    path("", include("accounts.api.urls")),
    path("", include("agents.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("conversations.streaming.routing")),  # before the catch-all of the API
    path("", include("conversations.api.urls")),
    re_path(r"^api(/.*)?$", health.endpoint_not_found),
    path("", include("agents.web.urls")),  # before the settings of accounts
    path("", include("accounts.web.urls")),
    path("", include("conversations.web.urls")),
]
