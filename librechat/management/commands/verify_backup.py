"""See whether a backup is whole."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from librechat.maintenance.progress import bars
from librechat.maintenance.verifying import backup_verify


class Command(BaseCommand):
    help = "Restore a backup into a database of its own and compare every count and hash."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(ask(options["file"], "Backup"))
        with refusals(), bars(is_shown=not options["json"]) as told:
            found = backup_verify(path=path, told=told)
        answer(self.stdout, options, found.text(), found.as_json())
        if found.faults:
            raise CommandError("This backup is not whole.", returncode=1)
