"""List the balances."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from accounts.models import Group
from billing.queries.groups import group_named
from billing.queries.statistics import balance_rows, group_balance_rows


class Command(BaseCommand):
    help = "List every balance, people first: address or group, credits, held, debt."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", help="only this group's, by its name or id")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if options["group"]:
            with refusals():
                chosen = group_named(options["group"])
            rows = group_balance_rows(Group.objects.filter(pk=chosen.pk))
        else:
            rows = balance_rows()
        lines = ["\t".join(str(value) for value in row.values()) for row in rows]
        answer(self.stdout, options, "\n".join([*lines, f"{len(rows)} balances"]), rows)
