"""Forget what is only remembered to be faster."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from librechat.maintenance.caches import cache_flush


class Command(BaseCommand):
    help = "Empty the cache: what is under our prefix in Redis, or the memory of this process."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")
        parser.add_argument("--names", "--verbose", action="store_true", help="name the entries")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        done = cache_flush(is_dry_run=options["dry_run"])
        if not options["names"]:
            done.keys = []
        answer(self.stdout, options, done.text(), done.as_json())
