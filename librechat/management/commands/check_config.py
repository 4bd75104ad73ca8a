"""Print the effective librechat.yaml, and which of its keys have no effect."""

import json
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from librechat.kernel import yaml_config

UNUSED = "Accepted, but not used by this version yet"
NOTES = {"unused": UNUSED, "unknown": "Unknown, without effect", "unset": "Variables not set"}


class Command(BaseCommand):
    help = "Print the effective values of librechat.yaml and the keys without effect."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON for programs.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        notes = {
            "unused": yaml_config.unused_keys(),
            "unknown": yaml_config.unknown_keys(),
            "unset": yaml_config.unset_variables(),
        }
        values = yaml_config.redacted()
        if options["json"]:
            report = {"file": settings.CONFIG_PATH, "values": values, **notes}
            self.stdout.write(json.dumps(report, indent=2))
            return
        self.stdout.write(f"# {settings.CONFIG_PATH}: effective values, secrets hidden")
        self.stdout.write(yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
        for name, found in notes.items():
            self.stdout.write(f"# {NOTES[name]}: {', '.join(found) or 'none'}")
