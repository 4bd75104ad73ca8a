"""Set somebody's balance."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management import dialogue
from accounts.services.provisioning import user_find
from billing.management.amounts import amount_of
from billing.services.adjustments import Order, balance_set


class Command(BaseCommand):
    help = "Make somebody's balance exactly so many credits; a debt is forgiven."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")
        parser.add_argument("amount", nargs="?")
        parser.add_argument("--reason", default="", help="what the audit record says")
        dialogue.dry_run_flag(parser)
        dialogue.json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with dialogue.refusals(), dialogue.rehearsal(options) as would:
            user = user_find(dialogue.ask(options["email"], "E-mail address"))
            amount = amount_of(dialogue.ask(options["amount"], "Credits"))
            done = balance_set(user=user, amount=amount, order=Order(reason=options["reason"]))
        text = f"{would}{user.email} has {done.after} credits, {done.before} before."
        dialogue.answer(self.stdout, options, text, {"email": user.email, **asdict(done)})
