"""Routes of the stream, its controls and the page's WebSocket."""

from django.urls import URLPattern, path

from conversations.streaming import control, sse
from conversations.streaming.consumers import PageConsumer

urlpatterns: list[URLPattern] = [
    path("api/agents/chat/stream/<str:stream_id>", sse.stream),
    path("api/agents/chat/status/<str:conversation_id>", control.status),
    path("api/agents/chat/abort", control.abort),
    path("api/convos/gen_title/<str:conversation_id>", control.title),
]
websocket_urlpatterns: list[URLPattern] = [
    path("ws", PageConsumer.as_asgi()),  # type: ignore[arg-type]  # stubs know only HTTP views
]
