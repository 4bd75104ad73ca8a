"""The columns of a table of people and what other products call them."""

from collections.abc import Sequence

# Ours → what else it may be called, in lower case without blanks, dashes and underscores.
NAMES: dict[str, frozenset[str]] = {
    "email": frozenset({"email", "mail", "emailaddress", "useremail", "emailadresse"}),
    "name": frozenset({"name", "fullname", "displayname"}),
    "username": frozenset({"username", "login"}),
    "role": frozenset({"role", "userrole"}),
    "groups": frozenset({"groups", "group", "teams", "team"}),
    "password": frozenset({"password", "initialpassword"}),
    "balance": frozenset({"balance"}),
    "balance_usd": frozenset({"balanceusd", "balance(usd)", "balance($)", "usd"}),
    "balance_credits": frozenset(
        {"balancecredits", "balance(credits)", "tokencredits", "credits", "balance.tokencredits"}
    ),
    "active": frozenset({"active", "isactive", "enabled", "status"}),
}
AMOUNTS = ("balance", "balance_usd", "balance_credits")
_OURS = {alias: ours for ours, aliases in NAMES.items() for alias in aliases}


def column_named(heading: str) -> str:
    """Return our name of a column; empty for one that means nothing here."""
    plain = heading.strip().lower()
    for letter in " -_":
        plain = plain.replace(letter, "")
    return _OURS.get(plain, "")


def known_count(headings: Sequence[str]) -> int:
    """Return how many of these headings mean something here."""
    return sum(bool(column_named(heading)) for heading in headings)
