"""The ASGI application: HTTP, WebSockets and the life of a server process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "librechat.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

http_application = get_asgi_application()  # before anything that needs the app registry

from accounts.auth.channels import SessionOrTokenAuthMiddleware
from conversations.streaming.routing import websocket_urlpatterns

from librechat.lifespan import Lifespan

application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": http_application,
            "websocket": AllowedHostsOriginValidator(
                SessionOrTokenAuthMiddleware(
                    URLRouter(websocket_urlpatterns),  # type: ignore[arg-type]  # a plain path
                ),
            ),
        },
    ),
)
