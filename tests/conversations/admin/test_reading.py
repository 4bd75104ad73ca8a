"""Reading somebody's conversation: with a reason, for a while, and its owner is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditEvent, AuthSession, Grant, User
from accounts.services.people import user_delete
from conversations.models import Conversation
from conversations.services.reading import readable_get, reading_open
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from tests.accounts.mails import mail_on, mails
from tests.factories.people import PASSWORD, person
from tests.factories.rights import grant
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

pytestmark = pytest.mark.django_db

CONTENT = "read:conversation_content"
ACTION = "conversation.read_by_admin"
REASON = "Asked by the owner to look into a fault."


@pytest.fixture
def reader(admin: User) -> User:
    """Return the administrator, who was given the capability."""
    grant(admin, CONTENT)
    return admin


@pytest.fixture
def desk(client: Client, reader: User) -> Client:
    """Return a browser in which they are signed in."""
    client.post("/login", {"email": reader.email, "password": PASSWORD})
    return client


@pytest.fixture
def conversation(owner: User) -> Conversation:
    made = conversation_make(owner, title="About my illness")
    question = question_make(made, text="What is **this**?")
    answer_make(question, text="It is **nothing**.\n\n<script>alert(1)</script>")
    return made


def page(conversation: Conversation, name: str) -> str:
    return f"/admin/conversations/conversation/{conversation.pk}/{name}/"


def ask(desk: Client, conversation: Conversation, reason: str = REASON) -> Any:
    return desk.post(page(conversation, "read"), {"reason": reason})


def nothing_happened() -> bool:
    return not AuditEvent.objects.filter(action=ACTION).exists()


def test_with_a_reason_the_text_opens_read_only_and_rendered(
    desk: Client,
    reader: User,
    owner: User,
    conversation: Conversation,
) -> None:
    answer = ask(desk, conversation)
    assert answer.headers["Location"] == page(conversation, "text")
    html = desk.get(page(conversation, "text")).content.decode()
    assert "About my illness" in html
    assert "<strong>nothing</strong>" in html
    assert "<script>alert" not in html
    assert "<form" not in html.split("<main", 1)[1].split("</main>", 1)[0]
    event = AuditEvent.objects.get(action=ACTION)
    assert (event.category, event.actor_id, event.target_id, event.severity) == (
        "conversation",
        reader.pk,
        owner.pk,
        "warning",
    )
    assert event.metadata["conversation"] == conversation.conversation_id
    assert event.metadata["reason"] == REASON
    assert "illness" not in str(event.metadata)


def test_its_owner_is_told_by_mail_before_anything_is_shown(
    desk: Client,
    reader: User,
    owner: User,
    conversation: Conversation,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail_on(settings)
    with django_capture_on_commit_callbacks(execute=True):
        ask(desk, conversation)
    [mail] = mails("conversations")
    assert mail.to == [owner.email]
    assert REASON in str(mail.body)
    assert reader.email in str(mail.body)
    assert "/settings/privacy" in str(mail.body)
    assert "illness" not in str(mail.body)


def test_the_role_of_administrators_alone_opens_nothing(
    client: Client,
    admin: User,
    conversation: Conversation,
) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    for name in ("read", "text"):
        assert client.get(page(conversation, name)).status_code == 403
    assert ask(client, conversation).status_code == 403
    whole = client.get(f"/admin/conversations/conversation/{conversation.pk}/change/")
    assert "/read/" not in whole.content.decode()
    assert nothing_happened()


def test_an_administrator_may_give_the_capability_and_others_may_not(
    client: Client,
    admin: User,
    viewer: User,
) -> None:
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    body = {"principal_type": "user", "principal_id": viewer.email, "capability": CONTENT}
    client.post("/admin/accounts/grant/add/", body)
    assert Grant.objects.filter(principal_id=viewer.pk, capability=CONTENT).exists()
    # Who has it stays below an administrator, who could give it.
    person_page = f"/admin/accounts/user/{viewer.pk}/change/"
    assert client.get(person_page).context["has_change_permission"]
    keeper = person()
    grant(keeper, "access:admin", "manage:users", "manage:roles")
    other = Client()
    other.post("/login", {"email": keeper.email, "password": PASSWORD})
    other.post("/admin/accounts/grant/add/", {**body, "principal_id": keeper.email})
    assert not Grant.objects.filter(principal_id=keeper.pk, capability=CONTENT).exists()


@pytest.mark.parametrize("reason", ["", "   ", "too short", "a        b"])
def test_without_a_reason_nothing_opens(
    desk: Client,
    conversation: Conversation,
    reason: str,
) -> None:
    answer = ask(desk, conversation, reason)
    assert "Location" not in answer.headers
    assert desk.get(page(conversation, "text")).headers["Location"] == page(conversation, "read")
    assert nothing_happened()


def test_the_service_itself_wants_a_reason(reader: User, conversation: Conversation) -> None:
    with pytest.raises(InvalidInputError):
        reading_open(actor=reader, conversation=conversation, reason="a" * 9)
    assert nothing_happened()


def test_a_stale_proof_opens_nothing(
    desk: Client,
    conversation: Conversation,
) -> None:
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    for answer in (desk.get(page(conversation, "read")), ask(desk, conversation)):
        assert answer.headers["Location"].startswith("/settings/confirm?")
    assert nothing_happened()


def test_a_permit_is_for_one_conversation_only(
    desk: Client,
    owner: User,
    conversation: Conversation,
) -> None:
    other = conversation_make(owner, title="Another secret")
    ask(desk, conversation)
    answer = desk.get(page(other, "text"))
    assert answer.headers["Location"] == page(other, "read")
    assert "Another secret" not in answer.content.decode()


def test_a_permit_runs_out_after_half_an_hour(
    desk: Client,
    conversation: Conversation,
    clock_at: Callable[[datetime], None],
) -> None:
    start = clock.now()
    clock_at(start)
    ask(desk, conversation)
    clock_at(start + timedelta(minutes=29))
    assert desk.get(page(conversation, "text")).status_code == 200
    clock_at(start + timedelta(minutes=30))
    assert desk.get(page(conversation, "text")).headers["Location"] == page(conversation, "read")


def test_a_permit_ends_with_the_capability_and_with_the_sign_in(
    desk: Client,
    reader: User,
    conversation: Conversation,
) -> None:
    ask(desk, conversation)
    other = Client()
    other.post("/login", {"email": reader.email, "password": PASSWORD})
    assert other.get(page(conversation, "text")).headers["Location"] == page(conversation, "read")
    Grant.objects.filter(capability=CONTENT).delete()
    assert desk.get(page(conversation, "text")).status_code == 403


def test_each_opening_is_on_record_and_asks_anew(
    desk: Client,
    conversation: Conversation,
    owner: User,
) -> None:
    other = conversation_make(owner)
    turn_make(other)
    ask(desk, conversation)
    ask(desk, other)
    assert AuditEvent.objects.filter(action=ACTION).count() == 2
    for one in (conversation, other):
        assert desk.get(page(one, "text")).status_code == 200
    assert AuditEvent.objects.filter(action=ACTION).count() == 2


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"is_temporary": True}, ForbiddenError),
        ({"deleted_at": "2020-01-01T00:00:00Z"}, NotFoundError),
        ({"expired_at": "2020-01-01T00:00:00Z"}, NotFoundError),
    ],
)
def test_what_its_owner_keeps_to_themselves_or_threw_away_is_closed(
    desk: Client,
    reader: User,
    conversation: Conversation,
    fields: dict[str, object],
    error: type[Exception],
) -> None:
    ask(desk, conversation)
    Conversation.objects.filter(pk=conversation.pk).update(**fields)
    with pytest.raises(error):
        readable_get(reader, conversation.pk)
    for name in ("read", "text"):
        assert desk.get(page(conversation, name)).status_code in {403, 404}


def test_a_deleted_person_takes_the_conversation_along(
    desk: Client,
    conversation: Conversation,
    owner: User,
    admin: User,
) -> None:
    ask(desk, conversation)
    user_delete(user=owner, actor=admin)
    assert desk.get(page(conversation, "text")).status_code == 404
    assert AuditEvent.objects.filter(action=ACTION).count() == 1


def test_nobody_reads_what_somebody_with_more_rights_wrote(client: Client, admin: User) -> None:
    moderator = person()
    grant(moderator, "access:admin", "read:conversations", CONTENT)
    client.post("/login", {"email": moderator.email, "password": PASSWORD})
    theirs = conversation_make(admin)
    assert ask(client, theirs).status_code == 403
    assert nothing_happened()


def test_branches_and_older_messages_are_reached(desk: Client, owner: User) -> None:
    made = conversation_make(owner)
    parent = None
    for _ in range(25):
        _question, parent = turn_make(made, parent)
    ask(desk, made)
    html = desk.get(page(made, "text")).content.decode()
    assert html.count("<article") == 40
    [older] = [part for part in html.split('"') if part.startswith("?leaf=") and "before" in part]
    above = desk.get(page(made, "text") + older.replace("&amp;", "&")).content.decode()
    assert above.count("<article") == 10
    assert "Newest messages" in above
