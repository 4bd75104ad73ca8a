"""Counting against the rules."""

import time

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.errors import TooManyRequestsError
from accounts.limits.counters import client_address, limit_check, limit_check_async
from accounts.limits.drf import Limited
from accounts.models import ConfigOverride
from tests.factories.people import person


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.LIMITS = {
        "LOGIN_MAX": "2",
        "LIMIT_MESSAGE_IP": "true",
        "MESSAGE_IP_MAX": "2",
        "MESSAGE_IP_WINDOW": "1.5",
        "LIMIT_MESSAGE_USER": "true",
        "MESSAGE_USER_MAX": "1",
    }


def test_the_act_over_the_limit_is_refused_with_the_time_to_wait() -> None:
    for _ in range(2):
        limit_check("login", address="192.0.2.1")
    with pytest.raises(TooManyRequestsError) as refused:
        limit_check("login", address="192.0.2.1")
    assert refused.value.data["body"] == {
        "message": "Too many login attempts, please try again after 5 minutes.",
    }
    wait = refused.value.data["retry_after_seconds"]
    assert isinstance(wait, int)
    assert 0 < wait <= 300
    limit_check("login", address="192.0.2.2")


def test_message_limits_answer_in_the_shape_the_client_draws() -> None:
    for _ in range(2):
        limit_check("message_ip", address="192.0.2.1")
    with pytest.raises(TooManyRequestsError) as refused:
        limit_check("message_ip", address="192.0.2.1")
    assert refused.value.data["body"] == {
        "type": "message_limit",
        "max": 2,
        "windowInMinutes": 1.5,
    }


@pytest.mark.django_db(transaction=True)
async def test_a_rule_by_person_counts_each_person_and_works_in_async_code() -> None:
    one, two = [await sync_to_async(person)() for _ in range(2)]
    await limit_check_async("message_user", user=one, address="192.0.2.1")
    await limit_check_async("message_user", user=two, address="192.0.2.1")
    with pytest.raises(TooManyRequestsError) as refused:
        await limit_check_async("message_user", user=one, address="192.0.2.9")
    assert refused.value.data["body"] == {
        "type": "message_limit",
        "max": 1,
        "windowInMinutes": 1,
    }


def test_a_rule_that_is_off_never_refuses(settings: Settings) -> None:
    settings.LIMITS = {"MESSAGE_IP_MAX": "1"}
    for _ in range(5):
        limit_check("message_ip", address="192.0.2.1")


def test_addresses_of_one_network_of_ipv6_count_together() -> None:
    limit_check("login", address="2001:db8:1:2::1")
    limit_check("login", address="2001:db8:1:2:ffff::9")
    with pytest.raises(TooManyRequestsError):
        limit_check("login", address="2001:db8:1:2::3")
    limit_check("login", address="2001:db8:1:3::1")


def test_an_address_of_ipv4_counts_as_itself_in_the_clothes_of_ipv6() -> None:
    limit_check("login", address="192.0.2.1")
    limit_check("login", address="::ffff:192.0.2.1")
    with pytest.raises(TooManyRequestsError):
        limit_check("login", address="192.0.2.1")
    limit_check("login", address="::ffff:192.0.2.2")


@pytest.mark.django_db
def test_a_spoofed_address_gives_no_new_tries(client: Client, settings: Settings) -> None:
    settings.TRUST_PROXY = 1
    settings.LIMITS = {"LOGIN_MAX": "2"}
    answers = [
        client.post(
            "/api/auth/login",
            {"email": "a@example.org", "password": "wrong"},
            content_type="application/json",
            headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.1"},
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[2].json() == {
        "message": "Too many login attempts, please try again after 5 minutes.",
    }
    assert 0 < int(answers[2].headers["Retry-After"]) <= 300


def test_clients_without_an_address_share_one_count() -> None:
    limit_check("login", address="")
    limit_check("login")
    with pytest.raises(TooManyRequestsError):
        limit_check("login", address="nonsense")


def test_a_new_window_starts_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        limit_check("login", address="192.0.2.1")
    with pytest.raises(TooManyRequestsError):
        limit_check("login", address="192.0.2.1")
    later = time.time() + 301
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: later)
    limit_check("login", address="192.0.2.1")


def test_counting_can_be_switched_off_with_the_librarys_own_setting(settings: Settings) -> None:
    settings.RATELIMIT_ENABLE = False
    for _ in range(5):
        limit_check("login", address="192.0.2.1")


def test_an_unknown_rule_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        limit_check("flights", address="192.0.2.1")
    with pytest.raises(TypeError, match="flights"):
        type("FlightView", (Limited,), {"limit_rules": ("flights",)})


def test_nothing_but_counts_is_kept() -> None:
    limit_check("login", address="192.0.2.1")
    assert "192.0.2.1" not in str(vars(caches["default"]))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "6.6.6.6, nonsense", "10.0.0.1"),
        (0, "203.0.113.9, 203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9,", "10.0.0.1"),
        (1, "6.6.6.6,203.0.113.9", "203.0.113.9"),
        (1, "unknown, [2001:db8::1]", "2001:db8::1"),
        (1, "'; DROP TABLE x; --", "10.0.0.1"),
        (2, "203.0.113.9:1, 198.51.100.2:2", "203.0.113.9"),
        (3, "6.6.6.6", "6.6.6.6"),
    ],
)
def test_the_client_is_who_the_outermost_trusted_proxy_saw(
    settings: Settings,
    hops: int,
    forwarded: str,
    expected: str,
) -> None:
    settings.TRUST_PROXY = hops
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR="10.0.0.1",
        HTTP_X_FORWARDED_FOR=forwarded,
    )
    assert client_address(request) == expected


def test_a_socket_without_an_address_counts_as_a_hop(settings: Settings) -> None:
    settings.TRUST_PROXY = 1
    request = RequestFactory().get("/", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.5")
    assert client_address(request) == "192.0.2.5"
    settings.TRUST_PROXY = 0
    assert client_address(request) == ""


@pytest.mark.django_db
def test_the_limits_of_a_person_can_differ() -> None:
    one, two = person(), person()
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=one.pk,
        overrides={"rateLimits": {"fileUploads": {"userMax": 1, "userWindowInMinutes": 3}}},
    )
    for user in (one, two):
        limit_check("file_upload_user", user=user, address="192.0.2.1")
    limit_check("file_upload_user", user=two, address="192.0.2.1")
    with pytest.raises(TooManyRequestsError) as refused:
        limit_check("file_upload_user", user=one, address="192.0.2.1")
    wait = refused.value.data["retry_after_seconds"]
    assert isinstance(wait, int)
    assert wait <= 180
    limit_check("file_upload_ip", user=one, address="192.0.2.1")  # of addresses, not of people
