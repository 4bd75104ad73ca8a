"""Compare a provider's usage export with what was booked."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from billing.management.comparison import as_json, as_text, terms_of, terms_options
from billing.queries.reconcile import reconcile


class Command(BaseCommand):
    help = "Compare a provider's usage export with what was booked; exit code 1 when they differ."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        terms_options(parser)
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            terms = terms_of(options)
            try:
                raw = options["file"].read_bytes()
            except OSError as exc:
                raise CommandError(f"{options['file']}: {exc.strerror}.") from exc
            found = reconcile(raw, terms)
        answer(self.stdout, options, as_text(found), as_json(found))
        if not found.is_same:
            raise SystemExit(1)
