"""Write the banner over the pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, is_yes, json_flag, moment, refusals
from accounts.services.banners import Wording, banner_write
from librechat.kernel import clock


class Command(BaseCommand):
    help = "Write the banner; moments as 2026-12-24T18:00Z, empty for now and for no end."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("displayFrom", "displayTo", "message", "isPublic", "persistable"):
            parser.add_argument(name, nargs="?")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            wording = Wording(
                display_from=moment(ask(options["displayFrom"], "From")) or clock.now(),
                display_to=moment(ask(options["displayTo"], "To")),
                message=ask(options["message"], "Message"),
                is_public=is_yes(ask(options["isPublic"], "Visitors read it too? (y/N)")),
                is_persistent=is_yes(ask(options["persistable"], "It cannot be closed? (y/N)")),
            )
            banner = banner_write(wording=wording)
        result = {"id": banner.pk, "displayFrom": clock.iso(banner.display_from)}
        answer(self.stdout, options, f"The banner says: {banner.message}", result)
