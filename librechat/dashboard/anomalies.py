"""What is unusual: the last day against the seven before it, in sentences."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.admin.rights import may
from accounts.models import User
from billing.queries.usage import Question, Span, hour_of, span_summed, usage_sums
from librechat.dashboard.kept import FIVE_MINUTES, kept
from librechat.dashboard.numbers import Ends, ends_in
from librechat.dashboard.periods import DAY, Period
from librechat.kernel import clock
from librechat.kernel.charts import shown

BEFORE_DAYS = 7
COMPARED = ("credits", "calls")
TIMES = 3  # that many times the usual is unusual
# Below these nothing is unusual: a quiet place doubles its calls with one curious person.
LEAST_CREDITS, LEAST_CALLS, LEAST_FAILED = 1_000_000, 200, 10
LEAST_PERCENT = 5.0
MOST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """A sum of the last 24 hours, and the mean of a day of the seven before."""

    last: int
    usual: int

    def is_unusual(self, least: int) -> bool:
        """Return whether it is above the least and several times the usual."""
        return self.last >= least and self.last >= TIMES * self.usual


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One sentence, and where to look."""

    text: str
    link: str


def anomalies(request: HttpRequest) -> list[Anomaly]:
    """Return what is unusual, of what the administrator may see."""
    found: list[Anomaly] = []
    if may(request, "read:billing"):
        found += _spending()
    if may(request, "read:system"):
        found += _failing()
    return found


def _spending() -> list[Anomaly]:
    """Compare money and calls of all, and of those who spend most."""
    money, calls, spenders = kept("anomalies:unusual", _compared, seconds=FIVE_MINUTES)
    ledger, found = reverse("admin:billing_transaction_changelist"), []
    if money.is_unusual(LEAST_CREDITS):
        text = _("Models cost %(last)s in the last 24 hours; the usual is %(usual)s a day.")
        found.append(Anomaly(text % _words(money, "credits"), ledger))
    if calls.is_unusual(LEAST_CALLS):
        text = _("There were %(last)s calls in the last 24 hours; the usual is %(usual)s a day.")
        found.append(Anomaly(text % _words(calls), ledger))
    most = sorted(spenders, key=lambda name: -spenders[name].last)[:MOST_PEOPLE]
    people = User.objects.in_bulk([name for name in most if name])
    for name in most:
        who = str(people.get(name) or name or _("Nobody"))
        text = _("%(who)s spent %(last)s in the last 24 hours; the usual is %(usual)s a day.")
        link = f"{ledger}?user__id__exact={name}"
        found.append(Anomaly(text % {"who": who, **_words(spenders[name], "credits")}, link))
    return found


def _compared() -> tuple[Compared, Compared, dict[str, Compared]]:
    """Return money and calls of all, and person → money where it is unusual; two reads."""
    now = clock.now()
    since = hour_of(now) - DAY
    last = usage_sums(Question(span_summed(Span(since, now)), ("user_id",), sums=COMPARED))
    before = Span(since - timedelta(days=BEFORE_DAYS), since)
    usual = usage_sums(Question(span_summed(before), ("user_id",), sums=COMPARED))
    nothing = [0] * len(COMPARED)
    spenders = {}
    for key, (spent, _calls) in last.items():
        one = Compared(spent, usual.get(key, nothing)[0] // BEFORE_DAYS)
        if one.is_unusual(LEAST_CREDITS):
            spenders[key[0]] = one
    money, calls = (
        Compared(
            sum(numbers[at] for numbers in last.values()),
            sum(numbers[at] for numbers in usual.values()) // BEFORE_DAYS,
        )
        for at in range(len(COMPARED))
    )
    return money, calls, spenders


def _failing() -> list[Anomaly]:
    now = hour_of(clock.now()) + timedelta(hours=1)
    last, before = _ends(now - DAY, now), _ends(now - DAY * (BEFORE_DAYS + 1), now - DAY)
    limit = max(LEAST_PERCENT, TIMES * before.percent)
    if last.failed < LEAST_FAILED or last.percent < limit:
        return []
    text = _(
        "%(last)s of 100 answers failed in the last 24 hours; the usual is %(usual)s of 100.",
    ) % {"last": f"{last.percent:.1f}", "usual": f"{before.percent:.1f}"}
    return [Anomaly(text, reverse("admin:live"))]


def _ends(start: datetime, end: datetime) -> Ends:
    return ends_in(Period(start, end))


def _words(one: Compared, unit: str = "") -> dict[str, str]:
    return {"last": shown(one.last, unit), "usual": shown(one.usual, unit)}
