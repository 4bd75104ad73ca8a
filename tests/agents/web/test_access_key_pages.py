"""Access keys on their pages: limits, replacement, calls, and setting programs up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create
from agents.models import CallStatus, RelayCall
from agents.web.relay_setups import is_public, setups
from billing.models import Budget
from librechat.kernel import clock, yaml_config
from tests.factories.people import PASSWORD, person, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db
KEYS = "/settings/keys"
CONNECT = "/settings/keys/connect"
HOUSE = {
    "name": "House",
    "apiKey": "sk-house",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["m-1"], "fetch": False},
}


@pytest.fixture(autouse=True)
def _an_endpoint() -> Iterator[None]:
    with yaml_config.override({"endpoints": {"custom": [HOUSE]}}):
        yield


@pytest.fixture
def programmer() -> User:
    role("programmers", REMOTE_AGENTS={"USE": True})
    return person("programmer@example.org", role="programmers")


@pytest.fixture
def seat(programmer: User) -> Client:
    client = Client()
    client.post("/login", {"email": programmer.email, "password": PASSWORD})
    return client


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def call(key: ApiKey, **fields: Any) -> RelayCall:
    given = {"alias": "m-1", "status": CallStatus.OK, "credits": 250_000, **fields}
    return RelayCall.objects.create(
        api_key_id=key.pk, user_id=key.user_id, route="/chat/completions", **given
    )


def test_a_key_is_made_with_limits_and_shown_with_them(seat: Client) -> None:
    page = seat.post(
        KEYS,
        {
            "name": "ci",
            "days": "30",
            "routes": ["relay:chat"],
            "allowed_models": "gpt-*\n claude-* \n",
            "requests_per_minute": "60",
            "tokens_per_minute": "9000",
            "parallel_requests": "2",
            "allowed_addresses": "192.0.2.0/24",
            "content_days": "7",
            "note": "For the build",
            "budget": "2.50",
            "period": "day",
        },
    )
    key = ApiKey.objects.get()
    assert key.scopes == ["relay:chat"]
    assert key.allowed_models == ["gpt-*", "claude-*"]
    assert Budget.objects.get().limit == 2_500_000
    text = words(page)
    assert page.context["text"] in text
    for told in ("60 requests per minute", "9,000 tokens", "2 at a time", "up to $2.50", "build"):
        assert told in text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"allowed_addresses": "here"}, "no network such as"),
        ({"allowed_models": "a[b"}, "no name of a model"),
        ({"requests_per_minute": "0"}, "greater than or equal to 1"),
        ({"content_days": "400"}, "less than or equal to 365"),
        ({"budget": "-1"}, "greater than or equal to 0.01"),
    ],
)
def test_a_wrong_limit_is_said_beside_it_and_makes_nothing(
    seat: Client, wrong: dict[str, str], told: str
) -> None:
    answer = seat.post(KEYS, {"name": "ci", "days": "30", **wrong})
    assert answer.status_code == 422
    assert told in words(answer)
    assert '<details class="key-limits" open>' in words(answer)
    assert not ApiKey.objects.exists()
    assert not Budget.objects.exists()


def test_teams_are_offered_to_who_may_make_keys_for_them(seat: Client, programmer: User) -> None:
    team = group("Builders", programmer)
    assert "Builders" not in words(seat.get(KEYS))
    seat.post(KEYS, {"name": "mine", "days": "0", "team": team.pk})
    assert ApiKey.objects.get().group is None
    grant(programmer, "manage:groups")
    seat.post(KEYS, {"name": "ours", "days": "0", "team": team.pk})
    assert ApiKey.objects.get(name="ours").group == team


def test_a_key_is_changed(seat: Client, programmer: User) -> None:
    key, _text = api_key_create(
        user=programmer, name="ci", expires_at=clock.now() + timedelta(days=1)
    )
    path = f"{KEYS}/{key.pk}"
    assert "ci" in words(seat.get(path))
    seat.post(path, {"name": "nightly", "requests_per_minute": "5"})
    changed = ApiKey.objects.get()
    assert (changed.name, changed.requests_per_minute) == ("nightly", 5)
    assert changed.expires_at == key.expires_at
    assert seat.post(path, {"name": ""}).status_code == 422
    assert seat.post(path, {"name": "x", "allowed_addresses": "here"}).status_code == 422


def test_a_key_is_replaced_and_both_are_listed(seat: Client, programmer: User) -> None:
    key, _text = api_key_create(user=programmer, name="ci")
    page = seat.post(f"{KEYS}/{key.pk}/rotate", {"overlap": "7"})
    assert page.context["text"].startswith("sk-")
    assert len(page.context["rows"]) == 2
    key.refresh_from_db()
    assert key.expires_at is not None
    assert seat.post(f"{KEYS}/{key.pk}/rotate", {"overlap": "99"}).status_code == 302
    assert ApiKey.objects.count() == 2


def test_what_a_key_did_is_summed_and_listed(seat: Client, programmer: User) -> None:
    key, _text = api_key_create(user=programmer, name="ci")
    call(key)
    call(key, alias="m-2", status=CallStatus.REFUSED, error_code="scope", credits=0)
    call(key, started_at=clock.now() - timedelta(days=31))
    assert "$0.25 for 2 calls in 30 days" in words(seat.get(KEYS))
    path = f"{KEYS}/{key.pk}/calls"
    assert "3 calls" in words(seat.get(path))
    assert "1 call" in words(seat.get(path, {"status": "refused"}))
    assert "2 calls" in words(seat.get(path, {"model": "m-1"}))
    day = clock.now().date().isoformat()
    assert "2 calls" in words(seat.get(path, {"day": day}))
    assert "No call of this key fits" in words(seat.get(path, {"model": "m-9"}))
    assert "3 calls" in words(seat.get(path, {"status": "wrong", "day": "soon"}))


def test_the_calls_are_paged_and_go_into_a_file(seat: Client, programmer: User) -> None:
    key, _text = api_key_create(user=programmer, name="ci")
    for _number in range(51):
        call(key, alias="=SUM(1)")
    path = f"{KEYS}/{key.pk}/calls"
    assert "page=2" in words(seat.get(path))
    assert "page=1" in words(seat.get(path, {"page": "2"}))
    answer = seat.get(f"{path}.csv")
    rows = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(rows) == 52
    assert rows[0].startswith("id,started_at,route,alias")
    assert ",'=SUM(1)," in rows[1]


@pytest.mark.parametrize("page", ["", "/calls", "/calls.csv"])
def test_the_keys_of_others_do_not_exist(seat: Client, page: str) -> None:
    key, _text = api_key_create(user=person(role="programmers"), name="theirs")
    assert seat.get(f"{KEYS}/{key.pk}{page}").status_code == 404
    assert seat.post(f"{KEYS}/{key.pk}/rotate", {"overlap": "1"}).status_code == 404
    assert seat.post(f"{KEYS}/{key.pk}", {"name": "mine"}).status_code == 404
    assert [one.name for one in ApiKey.objects.alive()] == ["theirs"]


def test_programs_are_set_up_with_the_key_that_was_just_made(seat: Client) -> None:
    blank = words(seat.get(CONNECT))
    assert "YOUR_KEY" in blank
    assert "http://testserver/v1" in blank
    assert "m-1" in blank
    assert "This address is not public" in blank
    filled = words(seat.post(CONNECT, {"key": "sk-just-made"}))
    assert "YOUR_KEY" not in filled
    assert "ANTHROPIC_AUTH_TOKEN=&quot;sk-just-made&quot;" in filled


@pytest.mark.parametrize("sent", [{}, {"key": "sk-ä", "model": "m-1"}, {"key": "a\nb"}])
def test_a_test_without_a_key_is_refused(seat: Client, sent: dict[str, str]) -> None:
    assert seat.post(f"{CONNECT}/test", sent).status_code == 422


def test_where_the_relay_does_not_run_the_test_says_so(seat: Client) -> None:
    answer = seat.post(f"{CONNECT}/test", {"key": "sk-x", "model": "m-1"})
    assert "does not run in this process" in words(answer)
    assert Client().post(f"{CONNECT}/test", {"key": "x"}).status_code == 302


@pytest.mark.parametrize(
    ("origin", "answer"),
    [
        ("https://chat.example.org", True),
        ("https://203.0.114.9", True),
        ("http://chat.example.org", False),
        ("https://localhost:3080", False),
        ("https://192.168.1.5", False),
        ("https://[::1]", False),
        ("https://nas.local", False),
        ("https://", False),
    ],
)
def test_an_address_is_public_or_not(origin: str, answer: bool) -> None:
    assert is_public(origin) is answer
    [cursor] = [one for one in setups(origin=origin, key="k", model="m") if one.program == "Cursor"]
    assert ("cannot reach this address" in cursor.hint) is not answer
