"""The tiles of the overview: one number each, and the list behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.rights import may
from librechat.dashboard import numbers
from librechat.dashboard.jobs import jobs_waiting
from librechat.dashboard.numbers import Windows
from librechat.dashboard.periods import Period
from librechat.dashboard.storage import database_bytes, disk
from librechat.kernel.charts import shown

BAD_PERCENT, SLOW_SECONDS = 5, 5.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A number; link: where its list is. is_bad: somebody should look."""

    title: str
    value: str
    note: str
    link: str
    is_bad: bool = False


Make = Callable[[Period], Tile]


def tiles(request: HttpRequest, period: Period) -> list[Tile]:
    """Return the tiles that the administrator may see."""
    return [make(period) for capability, make in TILES if may(request, capability)]


def _windows(title: str, found: Windows, link: str) -> Tile:
    parts = {"week": f"{found.week:,}", "month": f"{found.month:,}"}
    return Tile(title, f"{found.day:,}", _("7 days: %(week)s · 30 days: %(month)s") % parts, link)


def _active(_period: Period) -> Tile:
    return _windows(
        _("Active people today"),
        numbers.people_active(),
        _list("accounts_user", "o=-7"),
    )


def _new(_period: Period) -> Tile:
    return _windows(_("New people today"), numbers.people_new(), _list("accounts_user"))


def _answers(period: Period) -> Tile:
    use = numbers.use_in(period)
    note = ngettext(
        "%(calls)s call to a model in all", "%(calls)s calls to models in all", use.calls
    ) % {"calls": shown(use.calls)}
    return Tile(_("Answers"), shown(use.answers), note, _usage_page("conversations_generation"))


def _tokens(period: Period) -> Tile:
    use = numbers.use_in(period)
    each = use.tokens // use.answers if use.answers else 0
    note = _("%(tokens)s per answer") % {"tokens": shown(each)}
    return Tile(_("Tokens"), shown(use.tokens), note, _usage_page("billing_transaction"))


def _money(period: Period) -> Tile:
    use = numbers.use_in(period)
    note = _("%(money)s per day") % {"money": shown(use.credits // period.days, "credits")}
    link = _list("billing_transaction")
    return Tile(_("Cost of models"), shown(use.credits, "credits"), note, link)


def _errors(period: Period) -> Tile:
    ends = numbers.ends_in(period)
    note = ngettext(
        "%(failed)s of %(ended)s answer", "%(failed)s of %(ended)s answers", ends.ended
    ) % {"failed": f"{ends.failed:,}", "ended": f"{ends.ended:,}"}
    link = _list("conversations_generation", "state__exact=failed")
    is_bad = ends.percent >= BAD_PERCENT
    return Tile(_("Failed answers"), f"{ends.percent:.1f}%", note, link, is_bad)


def _first_token(_period: Period) -> Tile:
    seconds = numbers.first_token_p95()
    title, link = _("Time to first token"), reverse("admin:live")
    note = _("95 of 100 answers since this process started")
    if seconds is None:
        return Tile(title, "-", _("no answer since this process started"), link)
    text = _("over 30 s") if seconds == float("inf") else f"≤ {seconds:g} s"
    return Tile(title, text, note, link, seconds > SLOW_SECONDS)


def _running(_period: Period) -> Tile:
    count = f"{numbers.running_count():,}"
    return Tile(_("Running answers"), count, _("watch and stop them"), reverse("admin:live"))


def _waiting(_period: Period) -> Tile:
    queue = jobs_waiting()
    note = _("%(failed)s failed") % {"failed": f"{queue.failed:,}"}
    link = _list("accounts_job") or reverse("admin:system")
    return Tile(_("Waiting jobs"), f"{queue.waiting:,}", note, link, bool(queue.failed))


def _storage(_period: Period) -> Tile:
    size, room = database_bytes(), disk()
    value = "-" if size is None else shown(size, "bytes")
    note = _("%(free)s free on the disk") % {"free": shown(room.free, "bytes")}
    return Tile(_("Database"), value, note, reverse("admin:system"), room.free < room.total // 20)


def _liabilities(_period: Period) -> Tile:
    value = shown(numbers.liabilities(), "credits")
    return Tile(_("Balances of people"), value, _("may still be spent"), _list("billing_balance"))


def _books(_period: Period) -> Tile:
    total = numbers.books_sum()
    note = _("the books balance") if total == 0 else _("the books are wrong: run fsck")
    return Tile(_("Trial balance"), f"{total:,}", note, _list("billing_transaction"), total != 0)


def _requests(_period: Period) -> Tile:
    count = numbers.requests_open()
    link = _list("billing_budgetrequest", "state__exact=open") or _list("billing_balance")
    return Tile(_("Open requests"), f"{count:,}", _("for more budget or credits"), link)


# Who sees it, and what it shows.
TILES: tuple[tuple[str, Make], ...] = (
    ("read:users", _active),
    ("read:users", _new),
    ("read:usage", _answers),
    ("read:usage", _tokens),
    ("read:billing", _money),
    ("read:system", _errors),
    ("read:system", _first_token),
    ("read:system", _running),
    ("read:system", _waiting),
    ("read:system", _storage),
    ("read:billing", _liabilities),
    ("read:billing", _books),
    ("read:billing", _requests),
)


def _page(route: str) -> str:
    try:
        return reverse(f"admin:{route}")
    except NoReverseMatch:
        return ""


def _list(name: str, query: str = "") -> str:
    link = _page(f"{name}_changelist")
    return f"{link}?{query}" if link and query else link


def _usage_page(otherwise: str) -> str:
    return _list("billing_usagehour") or _list(otherwise)
