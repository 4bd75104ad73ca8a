"""The table of rate limits."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.limits.rules import RULES, rules_validate


def test_defaults_are_librechats(settings: Settings) -> None:
    settings.LIMITS = {}
    assert {name: (rule.allowed(), rule.window_minutes()) for name, rule in RULES.items()} == {
        "login": (7, 5),
        "register": (5, 60),
        "reset_request": (2, 2),
        "reset_submit": (2, 2),
        "message_ip": (40, 1),
        "message_user": (40, 1),
    }
    assert {name for name, rule in RULES.items() if not rule.is_on()} == {
        "message_ip",
        "message_user",
    }


def test_variables_set_the_numbers_and_the_first_one_given_wins(settings: Settings) -> None:
    settings.LIMITS = {"RESET_PASSWORD_MAX": "9", "LOGIN_WINDOW": "0.5"}
    assert RULES["reset_submit"].allowed() == 9
    assert RULES["login"].window_minutes() == 0.5
    settings.LIMITS = {"RESET_PASSWORD_MAX": "9", "RESET_PASSWORD_SUBMISSION_MAX": "4"}
    assert RULES["reset_submit"].allowed() == 4
    assert RULES["reset_request"].allowed() == 9


@pytest.mark.parametrize("word", ["true", "1", "YES", "on"])
def test_a_switch_turns_a_rule_on(settings: Settings, word: str) -> None:
    settings.LIMITS = {"LIMIT_MESSAGE_IP": word}
    assert RULES["message_ip"].is_on()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOGIN_MAX", "many"),
        ("LOGIN_MAX", "0"),
        ("LOGIN_WINDOW", "-5"),
        ("LOGIN_WINDOW", "inf"),
        ("LOGIN_WINDOW", "nan"),
        ("LIMIT_MESSAGE_IP", "perhaps"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(settings: Settings, name: str, value: str) -> None:
    settings.LIMITS = {name: value}
    with pytest.raises(ImproperlyConfigured, match=name):
        rules_validate()


def test_right_values_pass(settings: Settings) -> None:
    settings.LIMITS = {"LOGIN_MAX": "10", "LIMIT_MESSAGE_USER": "false"}
    rules_validate()
