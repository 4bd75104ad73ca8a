"""Routes of the API; the streaming ones are in ``streaming/routing.py``."""

from django.urls import URLPattern, URLResolver

from conversations.api import boot, conversations, generations, messages

urlpatterns: list[URLPattern | URLResolver] = [
    *boot.urlpatterns,
    *conversations.urlpatterns,
    *messages.urlpatterns,
    *generations.urlpatterns,
]
