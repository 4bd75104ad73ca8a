"""Set somebody's password."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, ask_secret, json_flag, refusals
from accounts.services.password_reset import password_replace
from accounts.services.provisioning import user_find


class Command(BaseCommand):
    help = "Set somebody's password and sign them out everywhere."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("password", nargs="?")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            password = ask_secret(options["password"], "New password")
            if ask_secret(options["password"], "Once more") != password:
                raise CommandError("The two passwords differ. Nothing was changed.")
            password_replace(user=user, password=password)
        answer(self.stdout, options, f"Changed for {user.email}.", {"email": user.email})
