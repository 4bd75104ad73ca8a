"""Invite somebody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from accounts.models import USER
from accounts.services.invites import invite_make
from accounts.services.mail import mail_is_configured


class Command(BaseCommand):
    help = "Mail an invitation, good for seven days; without a mail server its link is printed."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("--role", default=USER)
        parser.add_argument("--group", action="append", default=[], help="may be given often")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        email = ask(options["email"], "E-mail address")
        with refusals():
            link = invite_make(
                email=email,
                role=options["role"],
                groups=options["group"],
                is_waited_for=True,
            )
        is_sent = mail_is_configured()
        text = f"Invited {email} by mail." if is_sent else f"Hand this link to {email}: {link}"
        result = {"email": email, "mailed": is_sent, "link": None if is_sent else link}
        answer(self.stdout, options, text, result)
