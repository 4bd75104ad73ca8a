"""A whole LibreChat moved in by command."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from accounts.models import User
from billing.models import Balance, Entry
from billing.models.account import Kind
from conversations.models import (
    Conversation,
    Message,
    MovedRecord,
    MoveIn,
    Preset,
    Project,
    PromptGroup,
    Tag,
)
from tests.conversations.transfer import dump_builder, exports

PASSWORD = "correct horse battery"
HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
]
Build = Callable[[Path, dump_builder.Collections], Path]


def move_in(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("move_in", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def hashed() -> str:
    return bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", "$2a$", 1)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return dump_builder.folder(tmp_path / "dump", dump_builder.collections(hashed()))


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_every_form_of_a_dump_brings_the_same(
    db: None, tmp_path: Path, kind: str, is_packed: bool
) -> None:
    build = {"folder": dump_builder.folder, "archive": dump_builder.archive}[kind]
    path = build(tmp_path / "dump", dump_builder.collections(), is_packed=is_packed)
    report = move_in(str(path))
    created = {kind: outcomes["created"] for kind, outcomes in report["counts"].items()}
    assert report["state"] == "done"
    assert {kind: number for kind, number in created.items() if number} == {
        "user": 2,
        "balance": 1,
        "project": 1,
        "tag": 1,
        "preset": 1,
        "prompt": 1,
        "conversation": 1,
        "message": 2,
    }
    skipped = {kind: outcomes["skipped"] for kind, outcomes in report["counts"].items()}
    assert {kind: number for kind, number in skipped.items() if number} == {
        "second factor": 1,
        "message": 1,
        "agents": 1,
        "files": 2,
    }
    reasons = [problem["reason"] for problem in report["problems"]]
    assert "files are not taken along yet." in reasons


def test_ids_are_kept_and_everything_hangs_together(db: None, dump: Path) -> None:
    move_in(str(dump))
    ada = User.objects.get(email="ada@example.org")
    assert (ada.pk, ada.role, ada.email_verified) == (str(dump_builder.OWNER), "ADMIN", True)
    conversation = Conversation.objects.get()
    assert conversation.pk == str(dump_builder.CHAT)
    assert conversation.conversation_id == "11111111-1111-4111-8111-111111111111"
    assert (conversation.user, conversation.is_archived) == (ada, True)
    assert conversation.parameters == {"temperature": 0.4}
    assert conversation.project == Project.objects.get(pk="64f000000000000000000001")
    assert [tag.description for tag in conversation.tags.all()] == ["Keep"]
    question, answer = conversation.messages.in_order()
    assert (question.pk, question.message_id) == (str(dump_builder.QUESTION), "m-1")
    assert (answer.parent_message_id, answer.token_count) == ("m-1", 7)
    assert Preset.objects.get(user=ada).is_default
    group = PromptGroup.objects.visible_to(ada).get()
    assert group.production is not None
    assert (group.pk, group.production.prompt) == (str(dump_builder.GROUP), "Shorten this")
    assert Balance.objects.get(user=ada).credits == 12345
    opening = Entry.objects.get(account__kind=Kind.OPENING)
    assert (opening.credits, opening.transaction.context) == (-12345, "moved in")


def test_people_sign_in_as_they_did(db: None, dump: Path) -> None:
    move_in(str(dump))
    with override_settings(PASSWORD_HASHERS=HASHERS):
        answer = Client().post("/login", {"email": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 302
    bo = User.objects.get(email="bo@example.org")
    assert (bo.role, bo.has_usable_password()) == ("USER", False)
    assert SocialAccount.objects.get(user=bo).uid == "1234567890"


def test_a_second_run_creates_nothing(db: None, dump: Path) -> None:
    move_in(str(dump))
    again = move_in(str(dump))
    assert {outcomes["created"] for outcomes in again["counts"].values()} == {0}
    assert Balance.objects.get(user__email="ada@example.org").credits == 12345


def test_who_is_here_already_stays_as_they_are(owner: User, tmp_path: Path) -> None:
    rows = dump_builder.collections(hashed())
    rows["users"][0]["email"] = owner.email
    before = User.objects.filter(pk=owner.pk).values().get()
    report = move_in(str(dump_builder.folder(tmp_path / "dump", rows)))
    assert User.objects.filter(pk=owner.pk).values().get() == before
    assert Conversation.objects.get().user == owner
    assert report["counts"]["user"]["known"] == 1
    assert not Balance.objects.filter(user=owner, credits=12345).exists()
    move_in("--undo", report["id"])
    assert User.objects.filter(pk=owner.pk).exists()
    assert not Conversation.objects.exists()


def test_it_is_taken_back(db: None, dump: Path) -> None:
    report = move_in(str(dump))
    User.objects.create_user("keeper@example.org", "x", role="ADMIN")
    undone = move_in("--undo", report["id"])
    assert undone["undone"]["removed"]["user"] == 2
    assert list(User.objects.values_list("email", flat=True)) == ["keeper@example.org"]
    for model in (Conversation, Message, Tag, Project, Preset, PromptGroup, MovedRecord):
        assert not model.objects.exists()


def test_a_dry_run_says_it_all_and_writes_nothing(db: None, dump: Path) -> None:
    report = move_in(str(dump), "--dry-run")
    assert (report["id"], report["state"]) == (None, "checked")
    assert report["counts"]["conversation"]["created"] == 1
    assert not User.objects.exists()
    assert not MoveIn.objects.exists()


def test_damaged_dumps_are_refused(db: None, dump: Path) -> None:
    file = dump / "LibreChat" / "messages.bson"
    content = file.read_bytes()
    for broken in (content[:-3], content[:30], b"\x04\x00\x00\x00", b"\xff\xff\xff\x7f" + content):
        file.write_bytes(broken)
        with pytest.raises(CommandError, match="Nothing was imported"):
            move_in(str(dump))
    assert not User.objects.exists()


def test_one_persons_file_needs_a_person(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(exports.as_json(exports.librechat()))
    with pytest.raises(CommandError, match="--user"):
        move_in(str(path))
    with pytest.raises(CommandError, match="no account"):
        move_in(str(path), "--user", "nobody@example.org")
    report = move_in(str(path), "--user", owner.email)
    assert Conversation.objects.get().user == owner
    with pytest.raises(CommandError):
        move_in(str(path), "--resume", report["id"])  # it is over


def test_what_broke_off_is_resumed(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(exports.as_json(exports.librechat()))
    with override_settings(FAILPOINTS="move_in.write:raise"):
        failed = move_in(str(path), "--user", owner.email)
    assert failed["state"] == "failed"
    other = tmp_path / "other.json"
    other.write_bytes(exports.as_json(exports.librechat(title="Another")))
    with pytest.raises(CommandError, match="not the file"):
        move_in(str(other), "--resume", failed["id"])
    assert move_in(str(path), "--resume", failed["id"])["state"] == "done"
    assert Conversation.objects.count() == 1


def test_the_report_in_words(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(exports.as_json([exports.chatgpt()]))
    out = io.StringIO()
    call_command("move_in", str(path), "--user", owner.email, stdout=out, stderr=io.StringIO())
    lines = out.getvalue().splitlines()
    assert lines[0].endswith(": chatgpt, done.")
    assert lines[1] == "  conversation: 1 created, 0 known, 0 skipped, 0 failed"
    assert lines[-1] == "  message system: Only what people and models said is taken."
