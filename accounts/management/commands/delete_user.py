"""Delete an account, or bring a closed one back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, is_confirmed, json_flag, refusals
from accounts.services.closing import account_restore, user_delete_later
from accounts.services.people import user_delete
from accounts.services.provisioning import user_find


class Command(BaseCommand):
    help = "Delete an account and everything in it, or with --undo bring a closed one back."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--later", action="store_true", help="after the days of grace")
        parser.add_argument("--undo", action="store_true", help="bring a closed account back")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            if options["undo"]:
                done: dict[str, object] = {"restored": account_restore(user=user)}
            elif not is_confirmed(options["yes"], f"Delete {user.email} and everything in it?"):
                raise CommandError("Nothing was deleted.")
            elif options["later"]:
                user_delete_later(user=user, actor=None)
                done = {"closed": True}
            else:
                done = {"removed": user_delete(user=user)}
        answer(self.stdout, options, f"{user.email}: {done}", done)
