"""Write everything of a person into a zip."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from accounts.services.provisioning import user_find
from librechat.maintenance.exporting import export_write


class Command(BaseCommand):
    help = "Write everything of a person into a zip, as they can do themselves; it is on record."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("--to", type=Path, help="the file, else export-<id>.zip here")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            user = user_find(ask(options["email"], "E-mail address"))
            path: Path = options["to"] or Path(f"export-{user.pk}.zip")
            try:
                size = export_write(user=user, path=path)
            except OSError as exc:
                raise CommandError(f"{path} was not written: {exc.strerror}.") from exc
        result = {"email": user.email, "file": str(path), "bytes": size}
        answer(self.stdout, options, f"Everything of {user.email} is in {path}.", result)
