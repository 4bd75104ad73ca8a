"""Whose balance a command is about: somebody's by address, or a group's by name."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from accounts.management import dialogue
from accounts.models import Group, User
from accounts.services.provisioning import user_find
from billing.queries.groups import group_named
from billing.services.adjustments import Adjusted
from librechat.kernel.errors import InvalidInputError


def owner_arguments(parser: CommandParser) -> None:
    """Add what ``owner_asked`` and ``amount_asked`` read."""
    parser.add_argument("email", nargs="?", help="left out with --group")
    parser.add_argument("amount", nargs="?")
    parser.add_argument("--group", help="a group by its name or id, in place of a person")
    parser.add_argument("--reason", default="", help="what the audit record says")


def owner_asked(options: Mapping[str, Any]) -> User | Group:
    """Return who is meant.

    Raises:
        InvalidInputError: nobody, several, or a person and a group at once.
    """
    if not options["group"]:
        return user_find(dialogue.ask(options["email"], "E-mail address"))
    if options["amount"] is not None:
        raise InvalidInputError("Name a person or a group, not both. Nothing was changed.")
    return group_named(options["group"])


def amount_asked(options: Mapping[str, Any], question: str) -> str:
    """Return the credits as typed; with ``--group`` they are the only word."""
    given = options["email"] if options["group"] else options["amount"]
    return dialogue.ask(given, question)


def told(owner: User | Group, done: Adjusted) -> tuple[str, dict[str, str]]:
    """Return what was done as a sentence, and who it was for programs."""
    is_group = isinstance(owner, Group)
    name = owner.name if isinstance(owner, Group) else owner.email
    text = f"{name} has {done.after} credits, {done.before} before."
    return text, {"group" if is_group else "email": name}
