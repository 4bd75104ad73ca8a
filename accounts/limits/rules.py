"""The table of rate limits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Body = Callable[[int, float], dict[str, object]]


def _sentence(text: str) -> Body:
    def body(_count: int, minutes: float) -> dict[str, object]:
        return {"message": f"{text}, please try again after {minutes:g} minutes."}

    return body


def _message_limit(count: int, minutes: float) -> dict[str, object]:
    return {"type": "message_limit", "max": count, "windowInMinutes": minutes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How often one client address or one person may do something.

    count, minutes: the variables that set them, the first one given wins, and the default.
    switch: the variable that turns the rule on; a rule without one is always on.
    body: (count, minutes) → the body of the 429 answer.
    """

    by: Literal["address", "user"]
    count: tuple[tuple[str, ...], int]
    minutes: tuple[tuple[str, ...], float]
    body: Body
    switch: str = ""

    def is_on(self) -> bool:
        """Return whether the rule counts at all."""
        return not self.switch or _flag(self.switch)

    def allowed(self) -> int:
        """Return how many are allowed in one window."""
        names, default = self.count
        return int(_number(names, default))

    def window_minutes(self) -> float:
        """Return the length of the window in minutes."""
        names, default = self.minutes
        return _number(names, default)


def _variables() -> Mapping[str, str]:
    return settings.LIMITS


def _flag(name: str) -> bool:
    word = _variables().get(name, "").strip().lower()
    if word in {"", "0", "false", "no", "off"}:
        return False
    if word in {"1", "true", "yes", "on"}:
        return True
    raise ImproperlyConfigured(f"{name} must be true or false, not {word!r}.")


def _number(names: tuple[str, ...], default: float) -> float:
    for name in names:
        text = _variables().get(name, "").strip()
        if text:
            break
    else:
        return float(default)
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number above zero, not {text!r}.")
    return value


RULES: dict[str, Rule] = {
    "login": Rule(
        by="address",
        count=(("LOGIN_MAX",), 7),
        minutes=(("LOGIN_WINDOW",), 5),
        body=_sentence("Too many login attempts"),
    ),
    "register": Rule(
        by="address",
        count=(("REGISTER_MAX",), 5),
        minutes=(("REGISTER_WINDOW",), 60),
        body=_sentence("Too many accounts created"),
    ),
    "reset_request": Rule(
        by="address",
        count=(("RESET_PASSWORD_MAX",), 2),
        minutes=(("RESET_PASSWORD_WINDOW",), 2),
        body=_sentence("Too many password reset requests"),
    ),
    "reset_submit": Rule(
        by="address",
        count=(("RESET_PASSWORD_SUBMISSION_MAX", "RESET_PASSWORD_MAX"), 2),
        minutes=(("RESET_PASSWORD_SUBMISSION_WINDOW", "RESET_PASSWORD_WINDOW"), 2),
        body=_sentence("Too many password reset attempts"),
    ),
    "message_ip": Rule(
        by="address",
        count=(("MESSAGE_IP_MAX",), 40),
        minutes=(("MESSAGE_IP_WINDOW",), 1),
        body=_message_limit,
        switch="LIMIT_MESSAGE_IP",
    ),
    "message_user": Rule(
        by="user",
        count=(("MESSAGE_USER_MAX",), 40),
        minutes=(("MESSAGE_USER_WINDOW",), 1),
        body=_message_limit,
        switch="LIMIT_MESSAGE_USER",
    ),
}


def rules_validate() -> None:
    """Read every variable once.

    Raises:
        ImproperlyConfigured: naming the variable that is wrong.
    """
    for rule in RULES.values():
        rule.is_on()
        rule.allowed()
        rule.window_minutes()
