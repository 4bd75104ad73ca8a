"""Say what is wrong with this installation, and what to type."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from librechat.maintenance.doctor import doctor_run, is_well, report


class Command(BaseCommand):
    help = "Look at everything an operator should know; for each red light it says what to type."
    requires_system_checks: list[str] = []  # what they find is told with the rest

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        found = doctor_run()
        result = {"ok": is_well(found), "findings": [finding.as_json() for finding in found]}
        answer(self.stdout, options, report(found), result)
        if not is_well(found):
            raise CommandError("Something is wrong.", returncode=1)
