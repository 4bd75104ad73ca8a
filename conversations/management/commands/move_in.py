"""Move chats in from elsewhere."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from conversations.transfer.by_command import Order, ordered


class Command(BaseCommand):
    help = "Import an export of one person's chats, or the dump of a whole LibreChat."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="", help="file, or folder of mongodump's")
        parser.add_argument("--user", default="", help="e-mail address of whose chats these are")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="only say what is in the file")
        what.add_argument("--resume", default="", metavar="ID", help="go on with this import")
        what.add_argument("--undo", default="", metavar="ID", help="take this import back")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        order = Order(
            file=options["file"],
            email=options["user"],
            is_dry_run=options["dry_run"],
            resume=options["resume"],
            undo=options["undo"],
        )
        told = None if options["json"] else self.stderr.write
        with refusals():
            report = ordered(order, told=told)
        answer(self.stdout, options, report.text(), report.as_json())
