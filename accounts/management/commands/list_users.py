"""List the accounts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag
from accounts.models import User
from librechat.kernel import clock


def _row(user: User) -> dict[str, object]:
    fields = ("email", "username", "name", "provider", "role", "is_active")
    shown = {name: getattr(user, name) for name in fields}
    return {"id": user.pk, **shown, "created": clock.iso(user.created_at)}


class Command(BaseCommand):
    help = "List the accounts, oldest first."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        rows = [_row(user) for user in User.objects.order_by("created_at", "pk")]
        lines = ["\t".join(str(value) for value in row.values()) for row in rows]
        answer(self.stdout, options, "\n".join([*lines, f"{len(rows)} accounts"]), rows)
