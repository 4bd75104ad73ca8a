"""Bring the accounts of the company's directory up to date."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.auth.ldap import directory_people
from accounts.management.dialogue import answer, json_flag, refusals
from accounts.services.directory_sync import directory_sync


class Command(BaseCommand):
    help = "Bring the accounts of the directory (LDAP) up to date; disable those that are gone."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")
        parser.add_argument("--force", action="store_true", help="even disable more than half")
        parser.add_argument("--relink", action="store_true", help="after a change of LDAP_ID")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        if settings.LDAP is None:
            raise CommandError("No directory is set up: set LDAP_URL and LDAP_USER_SEARCH_BASE.")
        with refusals():
            people = directory_people(settings.LDAP, self._told)
            choices = {name: options[name] for name in ("dry_run", "force", "relink")}
            report = directory_sync(people, **choices)
        answer(self.stdout, options, report.text(), asdict(report))

    def _told(self, count: int) -> None:
        self.stderr.write(f"{count} people read")
