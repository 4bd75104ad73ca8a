"""Look through the database for what does not fit together."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from librechat.maintenance.faults import faults_found


class Command(BaseCommand):
    help = "Check the trees of all chats, the books, receipts, relay and jobs; changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON for programs.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        faults = faults_found()
        number = sum(map(len, faults.values()))
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not number, "faults": faults}, indent=2))
        else:
            for area, sentences in faults.items():
                self.stdout.write(f"{area}: {len(sentences) or 'no'} faults")
                for sentence in sentences:
                    self.stdout.write(f"  {sentence}")
        if number:
            raise CommandError(f"{number} faults were found.", returncode=1)
