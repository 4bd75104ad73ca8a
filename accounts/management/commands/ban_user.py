"""Keep somebody out for a while."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.limits.bans import until
from accounts.management.dialogue import answer, ask, json_flag, refusals
from accounts.services.bans import ban_add
from accounts.services.provisioning import user_find
from librechat.kernel import clock

A_CENTURY = 100 * 366 * 24 * 60


class Command(BaseCommand):
    help = "Ban somebody for some minutes and sign them out everywhere."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("minutes", nargs="?")
        parser.add_argument("--reason", default="", help="what the person reads")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            minutes = ask(options["minutes"], "Minutes")
            if not minutes.isdecimal() or not 0 < int(minutes) <= A_CENTURY:
                raise CommandError("Minutes must be a whole number above zero. Nobody was banned.")
            lasts = timedelta(minutes=int(minutes))
            ban = ban_add(user=user, lasts=lasts, reason=options["reason"])
        ends = ban.expires_at
        result = {"email": user.email, "expiresAt": clock.iso(ends) if ends else None}
        answer(self.stdout, options, f"{user.email} is banned until {until(ends)}.", result)
