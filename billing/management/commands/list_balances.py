"""List the balances."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from billing.queries.statistics import balance_rows


class Command(BaseCommand):
    help = "List every balance: address, credits, held, debt."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        rows = balance_rows()
        lines = ["\t".join(str(value) for value in row.values()) for row in rows]
        answer(self.stdout, options, "\n".join([*lines, f"{len(rows)} balances"]), rows)
