"""Back everything up while the site is used."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from librechat.maintenance.backup import backup_make, backups_thin_out
from librechat.maintenance.progress import bars


class Command(BaseCommand):
    help = "Write everything there is, as of one moment, into one file; nobody has to wait."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="folder or file, else BACKUP_DIR")
        parser.add_argument("--encrypt", action="store_true", help="seal it with BACKUP_KEY")
        parser.add_argument("--exclude-files", action="store_true", help="only the database")
        parser.add_argument("--keep", type=int, default=0, help="delete all but so many newest")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals(), bars(is_shown=not options["json"]) as told:
            made = backup_make(
                to=options["to"],
                is_sealed=options["encrypt"],
                has_files=not options["exclude_files"],
                told=told,
            )
            gone = backups_thin_out(keep=options["keep"]) if options["keep"] else []
        result = {**made.as_json(), "deleted": [str(path) for path in gone]}
        answer(self.stdout, options, made.text(), result)
