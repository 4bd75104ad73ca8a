"""Add credits to somebody's balance, or to a group's."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management import dialogue
from billing.management.amounts import amount_of
from billing.management.owners import amount_asked, owner_arguments, owner_asked, told
from billing.services.adjustments import Order, balance_add

DEFAULT = 1000  # LibreChat's


class Command(BaseCommand):
    help = "Add credits to somebody's balance or a group's; 1,000,000 are one US dollar."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        owner_arguments(parser)
        dialogue.dry_run_flag(parser)
        dialogue.json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with dialogue.refusals(), dialogue.rehearsal(options) as would:
            owner = owner_asked(options)
            amount = amount_of(amount_asked(options, f"Credits ({DEFAULT})")) or DEFAULT
            done = balance_add(owner=owner, amount=amount, order=Order(reason=options["reason"]))
        text, name = told(owner, done)
        dialogue.answer(self.stdout, options, would + text, {**name, **asdict(done)})
