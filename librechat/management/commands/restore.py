"""Put a backup in the place of what is there."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, ask, json_flag, refusals
from librechat.maintenance.progress import bars
from librechat.maintenance.restoring import backup_restore, is_occupied


class Command(BaseCommand):
    help = "Put a backup in the place of the database and of people's files. Stop the server first."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?")
        parser.add_argument("--replace", action="store_true", help="also where accounts are")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--force", action="store_true", help="also while a server runs")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(ask(options["file"], "Backup"))
        with refusals(), bars(is_shown=not options["json"]) as told:
            may = is_occupied() and self._may_replace(options)
            done = backup_restore(path=path, told=told, may_replace=may, is_forced=options["force"])
        answer(self.stdout, options, done.text(), done.as_json())

    def _may_replace(self, options: dict[str, Any]) -> bool:
        if options["yes"] and not options["replace"]:
            raise CommandError("There are accounts here: add --replace. Nothing was changed.")
        title = settings.APP_TITLE
        if options["yes"] or input(f"Type {title} to replace all that is here: ").strip() == title:
            return True
        raise CommandError("Nothing was changed.")
