"""Make the search index anew."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from conversations.search.rebuild import Progress, rebuild


class Command(BaseCommand):
    help = "Make the search index anew; chats can be used meanwhile."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", default="", help="go on behind the message named here")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        last = Progress(0, 0, options["after"])
        with refusals():
            try:
                for last in rebuild(options["after"]):
                    self._show(last)
            except KeyboardInterrupt:
                self.stderr.write(f"\nStopped. Go on with: --after {last.after}")
                sys.exit(130)
        answer(self.stdout, options, f"{last.done} titles and messages.", last._asdict())

    def _show(self, at: Progress) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{at.done * 100 // at.total:>3} % of {at.total}", ending="")
