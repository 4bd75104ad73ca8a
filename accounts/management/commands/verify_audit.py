"""Check that nobody changed the audit record."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.queries.audit import audit_verify


class Command(BaseCommand):
    help = "Follows the chain of the audit record; exit code 1 when it is broken."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        check = audit_verify()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(check), "is_whole": check.is_whole}))
        elif check.is_whole:
            self.stdout.write(f"The audit record is whole: {check.checked} events.")
        else:
            self.stdout.write(f"Broken at event {check.broken_at}: {check.problem}")
        if not check.is_whole:
            raise SystemExit(1)
