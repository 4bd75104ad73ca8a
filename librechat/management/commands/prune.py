"""Remove what is over its time."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from librechat.maintenance.pruning import prune


class Command(BaseCommand):
    help = "Remove at once what is removed by itself in the course of a day."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            done = prune(is_dry_run=options["dry_run"])
        answer(self.stdout, options, done.text(), done.as_json())
