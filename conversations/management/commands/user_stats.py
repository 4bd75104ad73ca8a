"""Count what people have written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from conversations.queries.people_counts import people_counts


class Command(BaseCommand):
    help = "List every person's number of conversations and messages, most messages first."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        rows = people_counts()
        lines = ["\t".join(str(value) for value in row.values()) for row in rows]
        answer(self.stdout, options, "\n".join([*lines, f"{len(rows)} people"]), rows)
