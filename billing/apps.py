"""Registration of the billing app."""

from importlib import import_module

from asgiref.sync import sync_to_async
from django.apps import AppConfig
from typing_extensions import override

from billing import config
from librechat.kernel.jobs import periodic

SWEEP_SECONDS = 60
MAILS_SECONDS = 60 * 60


class BillingConfig(AppConfig):
    """The billing app."""

    name = "billing"

    @override
    def ready(self) -> None:
        """Register what the app adds; a wrong price policy stops the start."""
        config.register()
        import_module("billing.receivers")
        exporter = import_module("billing.queries.personal_data").billing_export
        import_module("accounts.services.export").EXPORTERS.register("billing", exporter)
        import_module("billing.admin.person_tab").register()
        import_module("billing.admin.group_money").register()
        import_module("billing.pricing.matching").unknown_policy()
        periodic.schedule("holds_sweep", every_seconds=SWEEP_SECONDS, chore=_holds_sweep)
        periodic.schedule("usage_rollup", every_seconds=SWEEP_SECONDS, chore=_usage_rollup)
        periodic.schedule_once(
            "usage_mails",
            every_seconds=MAILS_SECONDS,
            work="billing.services.usage_mailings.usage_mails_make",
        )


async def _holds_sweep() -> None:
    charging = import_module("billing.services.charging")  # models exist once apps are ready
    await sync_to_async(charging.holds_sweep, thread_sensitive=False)()


async def _usage_rollup() -> None:
    rollup = import_module("billing.services.rollup")
    await sync_to_async(rollup.usage_rollup, thread_sensitive=False)()
