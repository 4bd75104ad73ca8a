"""Registration of the accounts app."""

from collections.abc import Callable
from importlib import import_module

from channels.db import DatabaseSyncToAsync
from django.apps import AppConfig
from typing_extensions import override

from accounts import config
from accounts.limits.rules import rules_validate
from librechat.kernel import periodic

A_DAY = 24 * 60 * 60
A_YEAR = 365 * A_DAY  # in effect: at every start


class AccountsConfig(AppConfig):
    """The accounts app."""

    name = "accounts"

    @override
    def ready(self) -> None:
        """Register what the app adds."""
        config.register()
        rules_validate()
        import_module("accounts.api.schema")  # drf-spectacular finds it once it is imported
        _chore("accounts.services.roles", "roles_seed", A_YEAR)
        _chore("accounts.services.cleanup", "expired_purge", A_DAY)


def _chore(module: str, name: str, every_seconds: float) -> None:
    async def chore() -> object:
        # Imported when it runs: models are not ready yet while apps are being set up.
        work: Callable[[], object] = getattr(import_module(module), name)
        return await DatabaseSyncToAsync(work, thread_sensitive=False)()

    periodic.schedule(name, every_seconds=every_seconds, chore=chore)
