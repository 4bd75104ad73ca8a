"""What one rate limit says, and where its numbers come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext, ngettext

from accounts import config
from accounts.config import RateLimitsConfig

Body = Callable[[int, float], dict[str, object]]
Names = tuple[str, ...]
Section = Literal["file_uploads", "conversations_import", "stt", "tts"]
A_SECOND = 1 / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How often one client address or one person may do something.

    count, minutes, score: the variables that set them, the first one given wins, and the default.
    switch: the variable that turns the rule on; a rule without one is always on.
    section: the part of the yaml's ``rateLimits`` whose numbers count more than the variables.
    body: (count, minutes) → the body of the 429 answer.
    kind: the type of violation that breaking the rule is; blank for none.
    """

    by: Literal["address", "user"]
    count: tuple[Names, int]
    minutes: tuple[Names, float]
    body: Body
    kind: str = ""
    score: tuple[Names, float] = ((), 1)
    switch: str = ""
    section: Section | None = None

    def is_on(self) -> bool:
        """Return whether the rule counts at all."""
        return not self.switch or _flag(self.switch)

    def allowed(self, limits: RateLimitsConfig | None = None) -> int:
        """Return how many are allowed in one window.

        limits: the ``rateLimits`` of the person, those of the file by default.
        """
        return int(self._from_file("max", limits) or number(*self.count))

    def window_minutes(self, limits: RateLimitsConfig | None = None) -> float:
        """Return the length of the window in minutes."""
        return self._from_file("window_in_minutes", limits) or number(*self.minutes)

    def points(self) -> float:
        """Return what breaking the rule adds to somebody's violations."""
        return number(*self.score, is_zero_fine=True)

    def _from_file(self, name: str, given: RateLimitsConfig | None) -> float:
        if self.section is None:
            return 0
        limits = getattr(given or config.rate_limits(), self.section)
        if limits is None:
            return 0
        who = "ip" if self.by == "address" else "user"
        number_given = getattr(limits, f"{who}_{name}")
        return float(number_given) if number_given and number_given > 0 else 0


def sentence(text: str) -> Body:
    """Return a body that says what was too much (noted for translation) and when to come back."""

    def body(_count: int, minutes: float) -> dict[str, object]:
        words = {"what": gettext(text), "time": _length(minutes)}
        return {"message": gettext("%(what)s, please try again after %(time)s.") % words}

    return body


def message_limit(count: int, minutes: float) -> dict[str, object]:
    """Return the object that LibreChat's client draws in the chat."""
    return {"type": "message_limit", "max": count, "windowInMinutes": minutes}


def number(names: Names, default: float, *, is_zero_fine: bool = False) -> float:
    """Return the number of the first variable that is given, else the default.

    Raises:
        ImproperlyConfigured: it is no number, or not above zero.
    """
    variables = _variables()
    for name in names:
        text = variables.get(name, "").strip()
        if text:
            break
    else:
        return float(default)
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not (0 < value < float("inf") or (is_zero_fine and value == 0)):
        wanted = "a number, zero or more" if is_zero_fine else "a number above zero"
        raise ImproperlyConfigured(f"{name} must be {wanted}, not {text!r}.")
    return value


def _variables() -> Mapping[str, str]:
    return settings.LIMITS


def _flag(name: str) -> bool:
    word = _variables().get(name, "").strip().lower()
    if word in {"", "0", "false", "no", "off"}:
        return False
    if word in {"1", "true", "yes", "on"}:
        return True
    raise ImproperlyConfigured(f"{name} must be true or false, not {word!r}.")


def _length(minutes: float) -> str:
    if minutes < 1:
        seconds = max(1, round(minutes * 60))
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return gettext("%(n)s minutes") % {"n": f"{minutes:g}"}
