"""Registration of the project: the last app to get ready, so it checks what the others set up."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from typing_extensions import override

from librechat import checks
from librechat.kernel import yaml_config


class LibrechatConfig(AppConfig):
    """The project's own commands and checks."""

    name = "librechat"

    @override
    def ready(self) -> None:
        """Read librechat.yaml, now that every app has registered its sections."""
        yaml_config.load_or_exit()
        checks.register_all()
        autodiscover_modules("charts")
