"""The table of rate limits."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.limits.rules import RULES, rules_validate
from librechat.kernel import yaml_config

# What LibreChat has no rule for: calls and minutes.
OWN = {"mail_test": (5, 10), "provider_test": (20, 1)}


def test_defaults_are_librechats(settings: Settings) -> None:
    settings.LIMITS = {}
    found = {name: (rule.allowed(), rule.window_minutes()) for name, rule in RULES.items()}
    assert found == {
        "login": (7, 5),
        "two_factor_ip": (7, 5),
        "two_factor_user": (7, 5),
        "register": (5, 60),
        "reset_request": (2, 2),
        "reset_submit": (2, 2),
        "verify_request": (2, 2),
        "verify_submit": (2, 2),
        "message_ip": (40, 1),
        "message_user": (40, 1),
        "file_upload_ip": (100, 15),
        "file_upload_user": (50, 15),
        "file_usage": (120, 15),
        "import_ip": (100, 15),
        "import_user": (50, 15),
        "fork_ip": (30, 1),
        "fork_user": (7, 1),
        "stt_ip": (100, 1),
        "stt_user": (50, 1),
        "tts_ip": (100, 1),
        "tts_user": (50, 1),
        "tool_call": (1, 1 / 60),
        "prompt_usage": (30, 1),
        **OWN,
    }
    assert {name for name, rule in RULES.items() if not rule.is_on()} == {
        "message_ip",
        "message_user",
    }
    assert {rule.points() for rule in RULES.values()} == {1}
    unpunished = {name for name, rule in RULES.items() if not rule.kind}
    assert unpunished == {"prompt_usage", *OWN}


def test_the_kinds_of_violations_are_librechats() -> None:
    assert {name: rule.kind for name, rule in RULES.items() if rule.by == "user"} == {
        "two_factor_user": "logins",
        "message_user": "message_limit",
        "file_upload_user": "file_upload_limit",
        "file_usage": "file_upload_limit",
        "import_user": "file_upload_limit",
        "fork_user": "file_upload_limit",
        "stt_user": "stt_limit",
        "tts_user": "tts_limit",
        "tool_call": "tool_call_limit",
        "prompt_usage": "",
        **dict.fromkeys(OWN, ""),
    }


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        ("fileUploads", "file_upload"),
        ("conversationsImport", "import"),
        ("stt", "stt"),
        ("tts", "tts"),
    ],
)
def test_the_file_counts_more_than_the_variables(
    settings: Settings,
    section: str,
    rule: str,
) -> None:
    by_address, by_person = RULES[f"{rule}_ip"], RULES[f"{rule}_user"]
    settings.LIMITS = {f"{rule.upper()}_IP_MAX": "3", f"{rule.upper()}_USER_WINDOW": "9"}
    limits = {"ipMax": 11, "userWindowInMinutes": 4, "ipWindowInMinutes": 0}
    with yaml_config.override({"rateLimits": {section: limits}}):
        assert (by_address.allowed(), by_person.window_minutes()) == (11, 4)
        assert by_address.window_minutes() == by_address.minutes[1]  # zero limits nothing
    assert (by_address.allowed(), by_person.window_minutes()) == (3, 9)


def test_scores_can_be_zero_and_fall_back(settings: Settings) -> None:
    settings.LIMITS = {"LOGIN_VIOLATION_SCORE": "4", "FORK_VIOLATION_SCORE": "0"}
    assert RULES["two_factor_user"].points() == 4
    assert RULES["fork_user"].points() == 0
    settings.LIMITS = {"TWO_FACTOR_TEMP_VIOLATION_SCORE": "6", "LOGIN_MAX": "3"}
    assert (RULES["two_factor_user"].points(), RULES["two_factor_ip"].allowed()) == (6, 3)


def test_a_short_window_is_told_in_seconds() -> None:
    body = RULES["tool_call"].body(1, RULES["tool_call"].window_minutes())
    assert body == {"message": "Too many tool calls, please try again after 1 second."}
    assert RULES["login"].body(7, 0.5) == {
        "message": "Too many login attempts, please try again after 30 seconds.",
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
        ("LOGIN_VIOLATION_SCORE", "-1"),
        ("LOGIN_VIOLATION_SCORE", "lots"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(settings: Settings, name: str, value: str) -> None:
    settings.LIMITS = {name: value}
    with pytest.raises(ImproperlyConfigured, match=name):
        rules_validate()


def test_right_values_pass(settings: Settings) -> None:
    settings.LIMITS = {"LOGIN_MAX": "10", "LIMIT_MESSAGE_USER": "false"}
    rules_validate()
