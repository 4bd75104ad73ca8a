"""Print what /metrics shows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from librechat.maintenance.figures import exposition, samples


class Command(BaseCommand):
    help = "Print what /metrics shows: figures of the site, and the series of this process."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        answer(self.stdout, options, exposition().decode(), samples())
