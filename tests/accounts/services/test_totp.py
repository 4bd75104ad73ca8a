"""Time-based codes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.services import totp

NOON = datetime(2026, 11, 21, 12, 0, 15, tzinfo=UTC)
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, moment // 30) == code


def test_a_code_fits_one_step_either_way(clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)
    step = totp.step_now()
    fitting = [
        shift
        for shift in range(-3, 4)
        if totp.step_of(RFC_SECRET, totp.code_at(RFC_SECRET, step + shift))
    ]
    assert fitting == [-1, 0, 1]
    code = totp.code_at(RFC_SECRET, step)
    clock_at(NOON + timedelta(seconds=30))
    assert totp.step_of(RFC_SECRET, code) == step


FULL_WIDTH = "\uff11\uff12\uff13\uff14\uff15\uff16"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", FULL_WIDTH, "-12345"])
def test_what_is_not_six_digits_fits_nothing(code: str) -> None:
    assert totp.step_of(RFC_SECRET, code) is None


def test_secrets_have_160_bits_and_differ() -> None:
    first, second = totp.secret_make(), totp.secret_make()
    assert len(first) == len(second) == 32
    assert first != second


def test_the_address_for_apps_names_the_product_without_spaces(settings: Settings) -> None:
    settings.APP_TITLE = "Our Chat"
    address = urlsplit(totp.setup_url(User(email="a+b@example.org"), RFC_SECRET))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/OurChat:a%2Bb%40example.org"
    assert parse_qs(address.query) == {"secret": [RFC_SECRET], "issuer": ["OurChat"]}
