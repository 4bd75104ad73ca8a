"""Let somebody in again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from accounts.services.bans import bans_lift
from accounts.services.provisioning import user_find


class Command(BaseCommand):
    help = "Lift every ban of somebody."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            count = bans_lift(user=user)
        text = f"{user.email}: {count} lifted." if count else f"{user.email} was not banned."
        answer(self.stdout, options, text, {"email": user.email, "lifted": count})
