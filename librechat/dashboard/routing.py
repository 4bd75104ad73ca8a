"""Sockets of the administration."""

from django.urls import URLPattern, path

from librechat.dashboard.consumers import ActivityConsumer

websocket_urlpatterns: list[URLPattern] = [
    path(
        "ws/admin/activity/",
        ActivityConsumer.as_asgi(),  # type: ignore[arg-type]  # stubs know only HTTP views
    ),
]
