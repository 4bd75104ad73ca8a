"""Take the banner away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, is_confirmed, json_flag
from accounts.services.banners import banners_delete


class Command(BaseCommand):
    help = "Take every banner away."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if not is_confirmed(options["yes"], "Delete every banner?"):
            raise CommandError("Nothing was changed.")
        count = banners_delete()
        answer(self.stdout, options, f"{count} banners were deleted.", {"deleted": count})
