"""Do once what is due: for cron, where no server or worker keeps the rhythm."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from librechat.kernel.errors import NotFoundError
from librechat.kernel.jobs.cron import plan, run_due


class Command(BaseCommand):
    help = "Do the chores and the schedules that are due, once, and say what was done."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="Only say what there is.")
        parser.add_argument("--only", action="append", default=[], metavar="NAME")
        parser.add_argument("--force", action="store_true", help="Also what is not due yet.")
        parser.add_argument("--json", action="store_true", help="Print JSON for programs.")

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            lines = (
                plan()
                if options["list"]
                else run_due(only=options["only"], is_forced=options["force"])
            )
        except NotFoundError as refused:
            raise CommandError(f"{refused.message} Nothing was done.") from refused
        if options["json"]:
            self.stdout.write(json.dumps([asdict(line) for line in lines], indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in lines)
        failed = sum(getattr(line, "outcome", "") == "failed" for line in lines)
        if failed:
            raise CommandError(f"{failed} failed.", returncode=1)
