"""Registration of the agents app."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override

from agents import config
from librechat.kernel import secrets


class AgentsConfig(AppConfig):
    """The agents app."""

    name = "agents"

    @override
    def ready(self) -> None:
        """Register what the app adds."""
        config.register()
        # Imported here: models are not ready before.
        keeper = import_module("agents.services.credentials").credentials_reencrypt
        secrets.KEEPERS.register("provider keys", keeper)
