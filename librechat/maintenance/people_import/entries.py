"""What a row asks for: its texts read as values, each with its rule."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import ADMIN, USER
from accounts.services.registration import (
    domain_allowed,
    email_problems,
    name_problems,
    password_problems,
    username_problems,
)
from librechat.kernel.errors import InvalidInputError
from librechat.maintenance.people_import.columns import AMOUNTS
from librechat.maintenance.people_import.reading import Line

CREDITS_PER_USD = 1_000_000
LARGEST_USD = 10_000  # for one person; more is a slip of the unit
LONGEST_EMAIL = 254
MAX_GROUPS = 50
GROUP_NAME_LENGTH = 128
YES = frozenset({"yes", "true", "1", "active", "enabled", "y", "on"})
NO = frozenset({"no", "false", "0", "inactive", "disabled", "n", "off"})
PENDING = "pending"  # Open WebUI's role of people nobody let in yet
AMOUNT = re.compile(r"[0-9]{1,15}([.,][0-9]{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row: blank texts and None leave things as they are. credits: of the balance.

    problem: why it cannot be done at all.
    """

    line: int
    email: str
    name: str = ""
    username: str = ""
    role: str = ""
    groups: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    credits: int = 0
    is_active: bool | None = None
    problem: str = ""


def entries_of(lines: list[Line], unit: str) -> Iterator[Entry]:
    """Yield what each row asks for; an address or user name counts where it first stands.

    unit: ``usd`` or ``credits``: what amounts are in where neither heading nor cell says so.
    """
    emails: dict[str, int] = {}
    usernames: dict[str, int] = {}
    for line in lines:
        entry = entry_of(line, unit)
        first = emails.setdefault(entry.email, entry.line)
        holder = usernames.setdefault(entry.username, entry.line) if entry.username else entry.line
        if first != entry.line:
            text = _("The address stands in line %(line)d already.") % {"line": first}
            yield Entry(line=entry.line, email=entry.email, problem=text)
        elif holder != entry.line:
            text = _("The user name stands in line %(line)d already.") % {"line": holder}
            yield Entry(line=entry.line, email=entry.email, problem=text)
        else:
            yield entry


def entry_of(line: Line, unit: str) -> Entry:
    """Return what one row asks for."""
    email = line.cells.get("email", "").lower()
    try:
        entry = _read(line, email, unit)
        problem = line.problem or _problem(entry)
    except InvalidInputError as refused:
        return _refused(line, email, refused.message)
    return _refused(line, email, problem) if problem else entry


def _refused(line: Line, email: str, problem: str) -> Entry:
    return Entry(line=line.number, email=email[:LONGEST_EMAIL], problem=problem)


def _read(line: Line, email: str, unit: str) -> Entry:
    cells = line.cells
    role = cells.get("role", "")
    is_pending = role.lower() == PENDING
    is_active = _active(cells.get("active", ""))
    return Entry(
        line=line.number,
        email=email,
        name=cells.get("name", ""),
        username=cells.get("username", "").lower(),
        role=USER if is_pending else _role(role),
        groups=_groups(cells.get("groups", "")),
        password=cells.get("password", ""),
        credits=_credits(cells, unit),
        is_active=False if is_pending else is_active,
    )


def _problem(entry: Entry) -> str:
    if len(entry.email) > LONGEST_EMAIL or email_problems(entry.email):
        return _("This is no e-mail address.")
    if not domain_allowed(entry.email):
        return _("Addresses of this domain are not accepted here.")
    checks = (
        (_("Name"), name_problems(entry.name) if entry.name else []),
        (_("User name"), username_problems(entry.username)),
        (_("Password"), password_problems(entry.password) if entry.password else []),
    )
    return "; ".join(f"{title}: {lines[0]}" for title, lines in checks if lines)


def _role(text: str) -> str:
    return text.upper() if text.upper() in {ADMIN, USER} else text


def _active(text: str) -> bool | None:
    if text.lower() not in YES | NO | {""}:
        raise InvalidInputError(_("“active” is yes or no."))
    return (text.lower() in YES) if text else None


def _groups(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in re.split(r"[;|]", text)]
    found = tuple(dict.fromkeys(name for name in names if name))
    if len(found) > MAX_GROUPS or any(len(name) > GROUP_NAME_LENGTH for name in found):
        raise InvalidInputError(_("There are too many groups, or the name of one is too long."))
    if any(not letter.isprintable() for letter in text):
        raise InvalidInputError(_("The name of a group holds letters that cannot be used."))
    return found


def _credits(cells: dict[str, str], unit: str) -> int:
    """Return credits: 1,000,000 are one US dollar."""
    given = next((cells[name] for name in AMOUNTS if name in cells), "")
    text = given.lower()
    if "balance_usd" in cells or "$" in text or "usd" in text:
        unit = "usd"
    elif "balance_credits" in cells or "credits" in text:
        unit = "credits"
    plain = re.sub(r"[$\s]|usd|credits", "", text)
    if not plain:
        return 0
    if not AMOUNT.fullmatch(plain):
        raise InvalidInputError(
            _("The balance is a number such as 5 or 2.50, zero or more, without thousands marks.")
        )
    amount = Decimal(plain.replace(",", ".")) * (CREDITS_PER_USD if unit == "usd" else 1)
    if amount != int(amount):
        raise InvalidInputError(_("Credits are whole numbers."))
    if amount > LARGEST_USD * CREDITS_PER_USD:
        raise InvalidInputError(
            _("More than %(most)d USD for one person: are these credits?") % {"most": LARGEST_USD}
        )
    return int(amount)
