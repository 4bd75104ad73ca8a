"""Routes of the agents pages."""

from django.urls import path

from agents.web import access_key_pages, connect_pages, key_calls_pages, key_pages

urlpatterns = [
    path("settings/api-keys", key_pages.keys, name="keys"),
    path("settings/api-keys/remove", key_pages.key_remove, name="key_remove"),
    path(
        "settings/keys",
        access_key_pages.AccessKeysPage.as_view(),
        {"tab": "keys"},
        name="settings",
    ),
    path("settings/keys/connect", connect_pages.ConnectPage.as_view(), name="connect"),
    path("settings/keys/connect/test", connect_pages.connect_test, name="connect-test"),
    path("settings/keys/<str:key_id>", access_key_pages.AccessKeyPage.as_view(), name="access-key"),
    path(
        "settings/keys/<str:key_id>/rotate",
        access_key_pages.KeyRotatePage.as_view(),
        name="key-rotate",
    ),
    path("settings/keys/<str:key_id>/end", access_key_pages.KeyEndPage.as_view(), name="key-end"),
    path(
        "settings/keys/<str:key_id>/calls",
        key_calls_pages.KeyCallsPage.as_view(),
        name="key-calls",
    ),
    path(
        "settings/keys/<str:key_id>/calls.csv",
        key_calls_pages.KeyCallsFile.as_view(),
        name="key-calls-file",
    ),
]
