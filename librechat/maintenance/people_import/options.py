"""What whoever imports people chose."""

from dataclasses import asdict, dataclass
from typing import Any, Self

INVITE, ACCOUNT = "invite", "account"
USD, CREDITS = "usd", "credits"
NEW_ONLY, ADD, SET = "new", "add", "set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How rows are meant.

    newcomers: what somebody without a password gets: an invitation, or an account and a link that
    sets its password. unit: of amounts that do not say it. credits_for: balances of newcomers only,
    added to those of others too, or set for all. makes_groups: those that are named and missing.
    """

    newcomers: str = INVITE
    unit: str = USD
    credits_for: str = NEW_ONLY
    makes_groups: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return them for a row of the database."""
        return asdict(self)

    @classmethod
    def load(cls, given: dict[str, Any]) -> Self:
        """Read what ``as_json`` wrote."""
        return cls(**{name: given[name] for name in cls.__slots__ if name in given})
