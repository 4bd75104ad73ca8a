"""Routes of endpoints, models, keys of both kinds and what is empty yet."""

from django.urls import URLPattern, URLResolver, path

from agents.api import access_keys, boot
from agents.api.keys import KeysView, KeyView
from agents.api.models import EndpointsView, ModelsView, TokenConfigView
from agents.api.plugins import PluginsView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/endpoints", EndpointsView.as_view()),
    path("api/endpoints/token-config", TokenConfigView.as_view()),
    path("api/models", ModelsView.as_view()),
    path("api/user/plugins", PluginsView.as_view()),
    path("api/keys", KeysView.as_view()),
    path("api/keys/<path:name>", KeyView.as_view()),
    path("api/api-keys", access_keys.AccessKeysView.as_view()),
    path("api/api-keys/<str:key_id>", access_keys.AccessKeyView.as_view()),
    path("api/api-keys/<str:key_id>/rotate", access_keys.AccessKeyRotationView.as_view()),
    *boot.urlpatterns,
]
