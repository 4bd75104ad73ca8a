"""Give somebody another role."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.access.permissions import role_exists
from accounts.management.dialogue import answer, ask, json_flag, refusals
from accounts.services.people import role_change
from accounts.services.provisioning import user_find


class Command(BaseCommand):
    help = "Give somebody another role and sign them out everywhere."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("role", nargs="?")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            role = ask(options["role"], "Role")
            if not role_exists(role):
                raise CommandError(f"There is no role {role!r}. Nothing was changed.")
            role_change(user=user, role=role)
        result = {"email": user.email, "role": role}
        answer(self.stdout, options, f"{user.email} is now {role}.", result)
