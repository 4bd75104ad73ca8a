"""Look through the database for what does not fit together."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from billing.queries.books import ledger_check, trial_balance
from billing.queries.receipts import receipts_check
from conversations.queries.integrity import conversations_check


class Command(BaseCommand):
    help = "Check the trees of all conversations, the books and the receipts; changes nothing."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print JSON for programs.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        faults = {
            "conversations": conversations_check(),
            "books": ledger_check(),
            "receipts": receipts_check(),
        }
        if balance := trial_balance():
            faults["books"].append(f"All entries sum to {balance}, not 0.")
        number = sum(map(len, faults.values()))
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not number, "faults": faults}, indent=2))
        else:
            for area, sentences in faults.items():
                self.stdout.write(f"{area}: {len(sentences) or 'no'} faults")
                for sentence in sentences:
                    self.stdout.write(f"  {sentence}")
        if number:
            raise CommandError(f"{number} faults were found.", returncode=1)
