"""Routes of the whole product."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from accounts.web.auth_pages import LogoutPage
from librechat import admin_site, health, pwa

urlpatterns = [
    path("health", health.alive),
    path("livez", health.alive),
    path("readyz", health.ready),
    path("metrics", health.metrics),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.worker),
    path("offline", pwa.offline),
    path("admin", RedirectView.as_view(url="/admin/")),
    # Before the site: ways in, ways out and passwords are the product's own pages, so that there
    # is one path for each; the site's would leave sessions and tokens alive.
    path("admin/login/", admin_site.sign_in),
    path("admin/logout/", LogoutPage.as_view()),
    path("admin/password_change/", RedirectView.as_view(url="/settings/security")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(authentication_classes=())),
    path("", include("accounts.api.urls")),
    path("", include("agents.api.urls")),
    path("", include("billing.api.urls")),
    path("", include("conversations.streaming.routing")),  # before the catch-all of the API
    path("", include("conversations.api.urls")),
    re_path(r"^api(/.*)?$", health.endpoint_not_found),
    path("", include("agents.web.urls")),  # before the settings of accounts
    path("", include("billing.web.urls")),  # before the settings of accounts
    path("", include("accounts.web.urls")),
    path("", include("conversations.web.urls")),
]

handler400 = "librechat.faults.bad_request"
handler500 = "librechat.faults.server_error"
