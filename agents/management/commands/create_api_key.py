"""Make an access key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from agents.management.key_options import key_make


class Command(BaseCommand):
    help = "Make an access key for somebody, or for a team that they answer for; it is shown once."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True)
        parser.add_argument("--note", default="")
        parser.add_argument("--team", default="", help="name or id of a group of theirs")
        parser.add_argument("--models", action="append", default=[], help="may be given often")
        parser.add_argument("--addresses", action="append", default=[], help="networks, likewise")
        parser.add_argument("--scopes", action="append", default=[], help="likewise")
        parser.add_argument("--rpm", type=int, help="requests per minute")
        parser.add_argument("--tpm", type=int, help="tokens per minute")
        parser.add_argument("--parallel", type=int, help="requests at a time")
        parser.add_argument("--expires", default="", help="a moment such as 2027-01-31T00:00Z")
        parser.add_argument("--budget", default="", help="USD and period, such as 25/month")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            key, text = key_make(options)
        result = {"id": key.pk, "name": key.name, "keyPrefix": key.prefix, "key": text}
        answer(self.stdout, options, text, result)
