"""Registration of the agents app."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override

from agents import config
from librechat.kernel import secrets
from librechat.kernel.jobs.periodic import A_DAY, AN_HOUR, schedule, schedule_once


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
        schedule_once(
            "relay_purge",
            every_seconds=A_DAY,
            work="agents.services.relay_retention.relay_purge",
        )
        schedule("model_facts", every_seconds=AN_HOUR, chore=_facts_refresh, needs_server=True)
        contents = import_module("agents.services.relay_secrets")
        secrets.KEEPERS.register("the relay's contents", contents.relay_contents_reencrypt)
        visibility = import_module("agents.services.visibility")
        renames = import_module("accounts.services.principals").RENAMES
        renames.register("visibility of models", visibility.visibility_rename)


async def _facts_refresh() -> int:
    """Ask the big providers what their models can do; return how many answered."""
    lists = import_module("agents.llm.model_lists")
    answered: int = await lists.facts_refresh()
    return answered
