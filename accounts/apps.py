"""Registration of the accounts app."""

from collections.abc import Callable
from importlib import import_module

from channels.db import DatabaseSyncToAsync
from django.apps import AppConfig
from typing_extensions import override

from accounts import config
from accounts.limits.rules import rules_validate
from librechat.kernel import secrets
from librechat.kernel.jobs import periodic

AN_HOUR = 60 * 60
A_DAY = 24 * AN_HOUR
A_YEAR = 365 * A_DAY  # in effect: at every start


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"

    @override
    def ready(self) -> None:
        """Register what the app adds."""
        config.register()
        rules_validate()
        # Imported here: models are not ready before.
        violations = import_module("accounts.limits.violations")
        violations.scores_validate()
        violations.bans_follow(import_module("accounts.services.bans").ban_of_violation)
        export = import_module("accounts.services.export")
        export.EXPORTERS.register("accounts", export.accounts_export)
        import_module("accounts.receivers")
        rotation = import_module("accounts.services.secret_rotation")
        secrets.KEEPERS.register("authenticator apps", rotation.app_secrets_reencrypt)
        secrets.KEEPERS.register("providers' refresh tokens", rotation.provider_secrets_reencrypt)
        secrets.KEEPERS.register("waiting mails", rotation.mails_reencrypt)
        overrides = import_module("accounts.services.overrides")
        secrets.KEEPERS.register("config overrides", overrides.overrides_reseal)
        import_module("accounts.api.schema")  # drf-spectacular finds it once it is imported
        import_module("accounts.admin.job").library_desk_remove()
        import_module("accounts.admin.legal_hold_people").register()
        _chore("accounts.services.roles", "roles_seed", A_YEAR)
        _once("accounts.services.cleanup", "expired_purge", A_DAY)
        _once("accounts.services.retention", "violations_purge", A_DAY)
        _once("accounts.services.override_retention", "revisions_purge", A_DAY)
        _once("accounts.services.closing", "accounts_purge", AN_HOUR)


def _once(module: str, name: str, every_seconds: int) -> None:
    periodic.schedule_once(name, every_seconds=every_seconds, work=f"{module}.{name}")


def _chore(module: str, name: str, every_seconds: float) -> None:
    async def chore() -> object:
        # Imported when it runs: models are not ready yet while apps are being set up.
        work: Callable[[], object] = getattr(import_module(module), name)
        return await DatabaseSyncToAsync(work, thread_sensitive=False)()

    periodic.schedule(name, every_seconds=every_seconds, chore=chore)
