"""List what was booked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from accounts.services.provisioning import user_find
from billing.management.amounts import day_of
from billing.queries.statistics import transaction_rows


class Command(BaseCommand):
    help = "List the newest transactions, of everybody or of one person."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("--from", dest="first", help="first day, such as 2026-03-01")
        parser.add_argument("--to", dest="last", help="last day")
        parser.add_argument("--limit", type=int, default=100)
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(options["email"]) if options["email"] else None
            days = day_of(options["first"]), day_of(options["last"])
        rows = transaction_rows(user, days=days, limit=max(0, options["limit"]))
        lines = ["\t".join(str(value) for value in row.values()) for row in rows]
        answer(self.stdout, options, "\n".join([*lines, f"{len(rows)} transactions"]), rows)
