"""Registration of the conversations app."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from typing_extensions import override

from agents.engine.offload import offload
from conversations import config
from librechat.kernel.jobs import periodic

RECOVERY_SECONDS = 2
PURGE_SECONDS = 60 * 60
SEARCH_SECONDS = 60 * 60
OUTBOX_SECONDS = 2
MOVE_IN_SECONDS = 2


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
        import_module("conversations.receivers")
        import_module("conversations.admin.reading_tab").register()
        exporter = import_module("conversations.transfer.personal_data").conversations_export
        import_module("accounts.services.export").EXPORTERS.register("conversations", exporter)
        names = import_module("conversations.queries.project_names").project_names
        import_module("billing.queries.usage_names").NAMERS.register("project", names)
        _shareables_register()
        recovery = import_module("conversations.generation.recovery")
        periodic.schedule(
            "recovery",
            every_seconds=RECOVERY_SECONDS,
            chore=recovery.recover_expired,
            needs_server=True,
        )
        followups = import_module("conversations.generation.followups")
        afterwards = import_module("conversations.generation.afterwards")
        afterwards.listen(followups.followup_after)
        periodic.schedule(
            "followups",
            every_seconds=RECOVERY_SECONDS,
            chore=_follow_up,
            needs_server=True,
        )
        periodic.schedule_once(
            "conversations_purge",
            every_seconds=PURGE_SECONDS,
            work="conversations.apps.old_purge",
        )
        move_ins_go_on = import_module("conversations.transfer.chores").move_ins_go_on
        periodic.schedule("move_ins", every_seconds=MOVE_IN_SECONDS, chore=move_ins_go_on)
        periodic.schedule("search_missing", every_seconds=SEARCH_SECONDS, chore=_index_missing)
        if settings.SEARCH.is_outside:
            periodic.schedule("search_outbox", every_seconds=OUTBOX_SECONDS, chore=_drain_outbox)


def _shareables_register() -> None:
    groups = import_module("conversations.services.prompt_groups")
    resources = import_module("accounts.access.resources")
    resources.resource_register("promptGroup", groups.prompt_group_author)
    shares = import_module("conversations.services.shares")
    resources.resource_register("sharedLink", shares.share_owner_id)
    exporter = import_module("conversations.transfer.personal_prompts").prompts_export
    import_module("accounts.services.export").EXPORTERS.register("prompts", exporter)


def old_purge() -> None:
    """Empty the bins of what is old, batch by batch, but spare what no rule ends any longer."""
    import_module("conversations.services.expiry").expiries_lift()
    purging = import_module("conversations.services.purging")
    while purging.conversations_purge():
        pass
    while import_module("conversations.services.bin").bin_purge():
        pass
    import_module("conversations.services.queued_turns").queued_turns_purge()


async def _follow_up() -> None:
    followups = import_module("conversations.generation.followups")
    await offload(followups.followups_send_waiting)


async def _index_missing() -> None:
    rebuild = import_module("conversations.search.rebuild")
    await offload(rebuild.index_missing)
    await offload(rebuild.bring_up_to_date)


async def _drain_outbox() -> None:
    await offload(import_module("conversations.search.outbox").drain)
