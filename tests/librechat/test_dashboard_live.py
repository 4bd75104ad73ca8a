"""What the live page shows, and its stop."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent, User
from billing.services.charging import hold_open
from conversations.models import Generation, Message, State
from librechat.asgi import application
from librechat.dashboard import activity as look
from librechat.dashboard import live
from librechat.dashboard.activity import Health, Running, activity
from librechat.kernel import clock
from tests.factories.money import balances_on, call_make
from tests.factories.people import PASSWORD
from tests.factories.rights import grant
from tests.factories.threads import conversation_make, generation_make, turn_make

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _held_clock(clock_at: Callable[[datetime], None]) -> None:
    """Hold the clock: how long something runs is told in seconds."""
    clock_at(clock.now())


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of the answers that were told to stop."""
    asked: list[str] = []
    monkeypatch.setattr(live, "generation_stop_soon", asked.append)
    return asked


def running(user: User, text: str = "x" * 440, *, age: int = 10) -> Generation:
    _question, answer = turn_make(conversation_make(user))
    Message.objects.filter(pk=answer.pk).update(content=[{"type": "text", "text": text}])
    made = generation_make(answer, lease_owner="worker-1")
    began = clock.now() - timedelta(seconds=age)
    Generation.objects.filter(pk=made.pk).update(created_at=began)
    return made


def ended(user: User, state: str, *, endpoint: str = "openAI", error: object = None) -> None:
    _question, answer = turn_make(conversation_make(user))
    made = generation_make(answer, state, finished_at=clock.now(), error=error)
    began = clock.now() - timedelta(seconds=4)
    Generation.objects.filter(pk=made.pk).update(endpoint=endpoint, created_at=began)


def test_a_running_answer_is_told_with_its_speed_and_cost(owner: User) -> None:
    made = running(owner)
    call = call_make(owner)
    with balances_on(startBalance=1_000_000):
        hold_open(call=call, prompt_tokens=50, output_tokens=0)
    Generation.objects.filter(pk=made.pk).update(response_message_id=call.message_id)
    Message.objects.filter(message_id=made.response_message_id).update(message_id=call.message_id)
    [one] = activity().running
    assert (one.user, one.model, one.state, one.worker) == (
        "owner@example.org",
        "gpt-4o",
        State.RUNNING,
        "worker-1",
    )
    assert one.tokens == 100
    assert (one.seconds, one.tokens_per_second) == (10, 10)
    assert one.credits == 150  # one credit per token, in and out
    assert one.cost == "$0.0002"


@pytest.mark.parametrize(
    ("part", "length"),
    [
        ({"type": "text", "text": "four"}, 4),
        ({"type": "text", "text": {"value": "seven!!"}}, 7),
        ({"type": "think", "think": "ten chars!"}, 10),
        ({"type": "tool_call", "tool_call": {"name": "x"}}, 0),
        ("nonsense", 0),
    ],
)
def test_the_text_of_every_kind_of_part_counts(part: object, length: int) -> None:
    assert look._length(part) == length


def test_without_a_hold_and_a_second_there_is_neither_cost_nor_speed(owner: User) -> None:
    running(owner, age=0)
    [one] = activity().running
    assert (one.cost, one.tokens_per_second) == ("-", 0.0)


def test_only_so_many_are_listed_and_the_others_counted(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look, "MOST_RUNNING", 2)
    for _ in range(3):
        running(owner)
    found = activity()
    assert (len(found.running), found.hidden) == (2, 1)


def test_a_look_costs_as_many_queries_for_many_as_for_one(owner: User, viewer: User) -> None:
    running(owner)
    ended(owner, State.FAILED)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        activity()
    for person in (owner, viewer, viewer):
        running(person)
        ended(person, State.FAILED)
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        activity()
    assert len(many) == len(few) <= 6


def test_providers_are_told_worst_first_with_their_last_failure(owner: User) -> None:
    for state in (State.DONE, State.DONE, State.DONE, State.FAILED):
        ended(owner, state, endpoint="shaky", error={"type": "rate_limit", "message": HOSTILE})
    ended(owner, State.DONE, endpoint="steady")
    shaky, steady = activity().providers
    assert (shaky.endpoint, shaky.ended, shaky.failed, shaky.percent) == ("shaky", 4, 1, 75.0)
    assert shaky.state == "unsteady"
    assert shaky.seconds == pytest.approx(4)
    assert shaky.last_failure is not None
    assert (steady.state, steady.last_failure) == ("good", None)
    assert Health("x", 10, 5, 1.0, None).state == "bad"
    assert Health("x", 0, 0, 0.0, None).percent == 100
    [failure] = activity().failures
    assert (failure.code, failure.user) == ("rate_limit", "owner@example.org")


def test_what_a_provider_says_is_inert(desk: Client, owner: User) -> None:
    ended(owner, State.FAILED, error={"type": "internal", "message": HOSTILE})
    for path in ("/admin/live/", "/admin/live/now/"):
        text = desk.get(path).content.decode()
        assert HOSTILE not in text
        assert "&lt;script&gt;alert(1)" in text


def test_an_answer_is_stopped_on_record(desk: Client, owner: User, stopped: list[str]) -> None:
    made = running(owner)
    page = desk.post("/admin/live/stop/", {"generation": made.pk}, follow=True)
    assert "The answer is being stopped" in page.content.decode()
    assert stopped == [made.pk]
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.target_name) == ("generation.stopped", "owner@example.org")
    assert event.metadata["generation"] == made.pk


@pytest.mark.parametrize("name", ["nothing", ""])
def test_what_is_over_is_not_stopped(desk: Client, stopped: list[str], name: str) -> None:
    before = AuditEvent.objects.count()
    page = desk.post("/admin/live/stop/", {"generation": name}, follow=True)
    assert "Nothing was stopped." in page.content.decode()
    assert (stopped, AuditEvent.objects.count()) == ([], before)


def test_who_may_only_look_sees_no_button_and_stops_nothing(
    client: Client,
    owner: User,
    viewer: User,
    stopped: list[str],
) -> None:
    made = running(owner)
    grant(viewer, "access:admin", "read:system")
    client.post("/login", {"email": viewer.email, "password": PASSWORD})
    page = client.get("/admin/live/").content.decode()
    assert made.pk in page
    assert "dash-stop" not in page
    assert client.post("/admin/live/stop/", {"generation": made.pk}).status_code == 403
    assert stopped == []
    assert client.get("/admin/live/stop/").status_code == 405


def test_nothing_is_divided_by_nothing() -> None:
    one = Running("x", "u", "e", "m", "queued", 0, 5, None, "")
    assert one.tokens_per_second == 0.0


def test_an_id_that_cannot_be_one_is_not_found(desk: Client) -> None:
    for model in (DBTaskResult, User):
        kind = ContentType.objects.get_for_model(model)
        assert desk.get(f"/admin/r/{kind.pk}/no-such-id/").status_code == 404
    assert desk.get("/admin/r/0/no-such-id/").status_code == 404
    assert desk.get("/admin/r/x/y/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "told"),
    [("de", "Es wird gerade nichts geschrieben."), ("en", "Nothing is being written.")],
)
async def test_what_changes_is_told_in_the_language_of_the_page(
    desk: Client, asked: str, told: str
) -> None:
    page = await sync_to_async(desk.get)("/admin/live/", headers={"Accept-Language": asked})
    cookies = "; ".join(f"{name}={one.value}" for name, one in desk.cookies.items())
    headers = [
        (b"origin", b"http://localhost"),
        (b"cookie", cookies.encode()),
        (b"accept-language", asked.encode()),
    ]
    socket = WebsocketCommunicator(application, "/ws/admin/activity/", headers=headers)
    await socket.connect()
    html = (await socket.receive_json_from())["html"]
    await socket.disconnect()
    assert told in html
    assert told in page.content.decode()
