"""From what is typed at the console to an access key."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q

from accounts.management.dialogue import moment
from accounts.models import ApiKey, Group, User
from accounts.services.api_key_terms import KeyTerms
from agents.services.relay_keys import KEY_PERIODS, Spending, relay_key_make
from librechat.kernel.errors import InvalidInputError, NotFoundError

CREDITS = 1_000_000  # in one USD


def key_make(options: Mapping[str, Any]) -> tuple[ApiKey, str]:
    """Return a new key and its text, by the options of ``create_api_key``.

    Raises:
        InvalidInputError: an option does not fit; nothing was made.
        NotFoundError: there is no such person or team.
    """
    user = User.objects.filter(email__iexact=options["email"].strip()).first()
    if user is None:
        raise NotFoundError(f"There is nobody with the address {options['email']}.")
    terms = KeyTerms(
        name=options["name"],
        note=options["note"],
        scopes=_listed(options["scopes"]),
        allowed_models=_listed(options["models"]),
        allowed_addresses=_listed(options["addresses"]),
        requests_per_minute=options["rpm"],
        tokens_per_minute=options["tpm"],
        parallel_requests=options["parallel"],
        expires_at=moment(options["expires"]),
    )
    return relay_key_make(
        user=user,
        terms=terms,
        group=_team(user, options["team"]),
        spending=spending_typed(options["budget"]),
        actor=None,
    )


def spending_typed(text: str) -> Spending | None:
    """Return a budget as typed: ``25`` or ``25/month``; None for nothing.

    Raises:
        InvalidInputError: it is none.
    """
    if not text:
        return None
    amount, _slash, period = text.partition("/")
    try:
        wanted = int(Decimal(amount) * CREDITS)
    except (InvalidOperation, ValueError, OverflowError):
        wanted = 0
    if not 0 < wanted <= CREDITS**2 or (period or "month") not in KEY_PERIODS:
        periods = ", ".join(KEY_PERIODS)
        raise InvalidInputError(f"A budget is an amount in USD and a period of {periods}: 25/month")
    return Spending(wanted, period or "month")


def _team(user: User, named: str) -> Group | None:
    if not named:
        return None
    theirs = Group.objects.filter(Q(pk=named) | Q(name=named), memberships__user=user)
    found = list(theirs[:2])
    if len(found) != 1:
        raise NotFoundError(f"{user.email} is in no team {named!r}, or in several: give its id.")
    return found[0]


def _listed(values: list[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
