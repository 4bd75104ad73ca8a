"""Registration of the files app."""

from django.apps import AppConfig
from typing_extensions import override

from files import config


class FilesConfig(AppConfig):
    """The files app."""

    name = "files"

    @override
    def ready(self) -> None:
        """Register what the app adds."""
        config.register()
