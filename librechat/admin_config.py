"""Django's admin with our site."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig
from typing_extensions import override


class GovernedAdminConfig(AdminConfig):
    """The app of the admin; the models register with our site."""

    default_site = "librechat.admin_site.GovernedSite"

    @override
    def ready(self) -> None:
        """Let pages call models and apps as the sidebar does, in the reader's language."""
        super().ready()
        import_module("librechat.dashboard.navigation").names_set()
