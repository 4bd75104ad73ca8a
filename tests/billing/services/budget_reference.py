"""Budgets counted slowly: no buckets, no windows, only a list of all calls.

Every question asks of every call ever made whether it counts in the same stretch of time, by the
words of the calendar.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User

START = datetime(2027, 12, 30, 21, 40, tzinfo=UTC)
LIFE = timedelta(minutes=30)
PRICES = {"dear": ("1.3", "2.7"), "mini": ("0.4", "0.9"), "nano": ("0", "0")}


@dataclass
class Made:
    """A call as the reference keeps it; ``amounts``: place in the list of rules → amount."""

    user: int
    model: str
    agent: str
    key: str
    is_turn: bool
    prompt: int
    output: int
    at: datetime
    expires: datetime
    state: str = "open"
    taken: dict[int, int] = field(default_factory=dict)


@dataclass
class Reference:
    """All rules and all calls, counted anew at every question."""

    rules: list[dict[str, Any]]
    people: list[User]
    now: datetime = START
    calls: list[Made] = field(default_factory=list)

    def holds(self, rule: dict[str, Any], call: Made) -> bool:
        """Whether a rule counts a call. The first two are in the group, the first has the role."""
        if rule["measure"] == "messages" and not call.is_turn:
            return False
        held: dict[str, bool] = {
            "instance": True,
            "user": call.user == rule["who"],
            "self": call.user == rule["who"],
            "group": call.user in (0, 1),
            "role": call.user == 0,
            "agent": bool(call.agent),
            "key": bool(call.key),
        }
        return held[rule["scope"]]

    def is_same(self, rule: dict[str, Any], other: datetime, moment: datetime) -> bool:
        """Whether two moments are in the same stretch of time; the first is the earlier."""
        match rule["period"]:
            case "total":
                return True
            case "rolling":
                hours = _hours(moment) - _hours(other)
                return 0 <= hours < int(rule["rolling_hours"])
            case "hour":
                return other.isoformat()[:13] == moment.isoformat()[:13]
            case "day":
                return other.date() == moment.date()
            case "week":
                return other.isocalendar()[:2] == moment.isocalendar()[:2]
            case _:
                return (other.year, other.month) == (moment.year, moment.month)

    def taken(self, at: int, call: Made, moment: datetime) -> int:
        """What other calls took of a rule around a moment."""
        rule = self.rules[at]
        return sum(
            other.taken.get(at, 0)
            for other in self.calls
            if other is not call
            and (not rule["is_each"] or other.user == call.user)
            and self.is_same(rule, other.at, moment)
        )

    def free(self, at: int, call: Made) -> int:
        """What a call may have of a rule in all."""
        rule = self.rules[at]
        moment = self.now if self.is_same(rule, call.at, self.now) else call.at
        return max(0, int(rule["limit"]) - self.taken(at, call, moment))

    def reach(self, call: Made, wanted: int) -> int:
        """The longest answer that every blocking rule takes; -1: not even the prompt."""
        for at in self.places(call):
            rule = self.rules[at]
            while wanted >= 0 and rule["behaviour"] == "block":
                if amount(rule, call, wanted) <= self.free(at, call):
                    break
                wanted -= 1
        return wanted

    def places(self, call: Made) -> list[int]:
        """The rules that count a call."""
        return [at for at, rule in enumerate(self.rules) if self.holds(rule, call)]

    def open(self, call: Made, wanted: int) -> str | tuple[str, ...]:
        """Return "yes", "no" or the models that would do."""
        models = []
        for at in self.places(call):
            rule = self.rules[at]
            is_full = amount(rule, call, wanted) > self.free(at, call)
            if rule["behaviour"] == "cheaper" and is_full:
                models.append(rule["cheaper_model"])
        if models and call.model not in models:
            return tuple(models)
        call.output = self.reach(call, wanted)
        if call.output < 0:
            return "no"
        self.take(call)
        self.calls.append(call)
        return "yes"

    def extend(self, call: Made, wanted: int) -> bool:
        """Go on; False: not one more token."""
        wanted = max(wanted, call.output)
        reach = self.reach(call, wanted)
        if reach < min(call.output + 1, wanted):
            return False
        call.output, call.state, call.expires = reach, "open", self.now + LIFE
        self.take(call)
        return True

    def take(self, call: Made) -> None:
        """Promise."""
        places = call.taken or self.places(call)
        call.taken = {at: amount(self.rules[at], call, call.output) for at in places}


def _hours(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600


def amount(rule: dict[str, Any], call: Made, output: int, prompt: int | None = None) -> int:
    tokens_in = call.prompt if prompt is None else prompt
    match rule["measure"]:
        case "money":
            rate_in, rate_out = map(Decimal, PRICES[call.model])
            return math.ceil(tokens_in * rate_in + output * rate_out)
        case "tokens":
            return tokens_in + output
        case _:
            return 1
