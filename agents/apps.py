"""Registration of the agents app."""

from django.apps import AppConfig
from typing_extensions import override

from agents import config


class AgentsConfig(AppConfig):
    """The agents app."""

    name = "agents"

    @override
    def ready(self) -> None:
        """Register what the app adds."""
        config.register()
