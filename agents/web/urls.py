"""Routes of the agents pages."""

from django.urls import path

from agents.web import key_pages

urlpatterns = [
    path("settings/api-keys", key_pages.keys, name="keys"),
    path("settings/api-keys/remove", key_pages.key_remove, name="key_remove"),
]
