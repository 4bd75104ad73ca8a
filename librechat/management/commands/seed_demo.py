"""Fill an account with made-up conversations, to look at or to measure."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from accounts.models import User
from conversations.services.demo_content import conversation_seed, conversations_seed


class Command(BaseCommand):
    help = "Add made-up conversations to an account; prints the id where it is one."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose account")
        parser.add_argument("--conversations", type=int, default=0, help="how many")
        parser.add_argument(
            "--messages",
            type=int,
            default=0,
            help="spread over them; without --conversations, one with so many",
        )

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}; nothing was added.")
        if options["conversations"]:
            conversations_seed(
                user=user,
                count=options["conversations"],
                messages=options["messages"],
            )
        elif options["messages"]:
            made = conversation_seed(user=user, messages=options["messages"])
            self.stdout.write(made.conversation_id)
