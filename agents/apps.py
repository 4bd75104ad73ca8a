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
        keys = import_module("agents.services.credentials")
        secrets.KEEPERS.register("provider keys", keys.credentials_reencrypt)
        tools = import_module("agents.services.plugin_credentials")
        secrets.KEEPERS.register("tools' credentials", tools.plugin_credentials_reencrypt)
