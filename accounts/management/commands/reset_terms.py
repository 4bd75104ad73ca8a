"""Ask everybody for the terms again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, is_confirmed, json_flag
from accounts.services.profile import terms_reset


class Command(BaseCommand):
    help = "Forget who accepted the terms, so that everybody is asked again."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if not is_confirmed(options["yes"], "Ask everybody for the terms again?"):
            raise CommandError("Nothing was changed.")
        count = terms_reset()
        answer(self.stdout, options, f"{count} people will be asked again.", {"people": count})
