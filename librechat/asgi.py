"""The ASGI application: HTTP, WebSockets and the life of a server process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "librechat.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

django.setup(set_prefix=False)  # before anything that needs the app registry

from accounts.auth.channels import SessionOrTokenAuthMiddleware
from agents.relay.asgi import Relay
from conversations.streaming.routing import websocket_urlpatterns

from librechat.dashboard.routing import websocket_urlpatterns as admin_sockets
from librechat.lifespan import Lifespan
from librechat.one_thread import OneThreadHandler

relay = Relay(OneThreadHandler())  # type: ignore[arg-type]  # Django types its scope as a dict
application = Lifespan(
    ProtocolTypeRouter(
        {
            "http": relay,
            "websocket": AllowedHostsOriginValidator(
                SessionOrTokenAuthMiddleware(
                    URLRouter([*websocket_urlpatterns, *admin_sockets]),  # type: ignore[list-item]  # the stubs want paths of one kind
                ),
            ),
        },
    ),
    relay,
)
