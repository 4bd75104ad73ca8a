"""Write stored secrets anew with the newest key."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from librechat.kernel.secrets import KEEPERS, UnreadableSecretError


class Command(BaseCommand):
    help = "Write stored secrets anew with the first key of CREDS_KEY."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        written: dict[str, int] = {}
        for name, keeper in KEEPERS.items():
            try:
                written[name] = keeper()
            except UnreadableSecretError as exc:
                raise CommandError(f"{name}: {exc.message} Keep the old key in CREDS_KEY.") from exc
        lines = [f"{name}: {count} written anew" for name, count in written.items()]
        self.stdout.write(json.dumps(written) if options["json"] else "\n".join(lines))
