"""Add an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, ask_secret, json_flag, refusals
from accounts.models import USER
from accounts.services.provisioning import user_provision


class Command(BaseCommand):
    help = "Add an account; without a password one is made up and printed."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("email", "name", "username", "password"):
            parser.add_argument(name, nargs="?")
        parser.add_argument("--role", default=USER)
        parser.add_argument("--email-verified", default="true", choices=["true", "false"])
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if options["password"]:
            self.stderr.write("A password on the command line stays in the shell's history.")
        with refusals():
            made = user_provision(
                email=ask(options["email"], "E-mail address"),
                name=ask(options["name"], "Name (blank: from the address)"),
                username=ask(options["username"], "User name (blank: from the address)"),
                password=ask_secret(options["password"], "Password (blank: make one up)"),
                role=options["role"],
                email_verified=options["email_verified"] == "true",
            )
        words = f"Added {made.user.email} ({made.user.role})."
        text = f"{words} Password: {made.generated}" if made.generated else words
        result = {"id": made.user.pk, "email": made.user.email, "password": made.generated or None}
        answer(self.stdout, options, text, result)
