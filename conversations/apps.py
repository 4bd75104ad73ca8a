"""Registration of the conversations app."""

from importlib import import_module

from django.apps import AppConfig
from typing_extensions import override

from agents.engine.offload import offload
from conversations import config
from librechat.kernel import periodic

RECOVERY_SECONDS = 2
PURGE_SECONDS = 60 * 60


class ConversationsConfig(AppConfig):
    """The conversations app."""

    name = "conversations"

    @override
    def ready(self) -> None:
        """Register what the app adds: sections, live rows, chores."""
        config.register()
        # Imported here: models are not ready before.
        activity = import_module("conversations.streaming.activity")
        import_module("conversations.services.changes").subscribe(activity.publish)
        exporter = import_module("conversations.transfer.personal_data").conversations_export
        import_module("accounts.services.export").EXPORTERS.register("conversations", exporter)
        recovery = import_module("conversations.generation.recovery")
        periodic.schedule(
            "recovery",
            every_seconds=RECOVERY_SECONDS,
            chore=recovery.recover_expired,
        )
        periodic.schedule("conversations_purge", every_seconds=PURGE_SECONDS, chore=_purge)


async def _purge() -> None:
    conversations = import_module("conversations.services.conversations")
    await offload(conversations.conversations_purge)
