"""Move everything to another database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from librechat.maintenance.moving import database_move
from librechat.maintenance.progress import bars


class Command(BaseCommand):
    help = "Copy everything into another, empty database and compare it. Stop the server first."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", default=settings.DATABASE_URL)
        parser.add_argument("--to", dest="target", help="sqlite:////path or postgres://…")
        parser.add_argument("--dry-run", action="store_true", help="only look")
        parser.add_argument("--force", action="store_true", help="also while a server runs")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        target = ask(options["target"], "Address of the empty database")
        with refusals(), bars(is_shown=not options["json"]) as told:
            moved = database_move(
                source=options["source"],
                target=target,
                is_dry_run=options["dry_run"],
                is_forced=options["force"],
                told=told,
            )
        answer(self.stdout, options, moved.text(), moved.as_json())
