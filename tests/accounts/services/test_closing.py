"""The end of accounts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import AccountDeletionOffError, LastAdminError
from accounts.life_errors import AccountClosingError, InvalidLinkError
from accounts.models import (
    AclEntry,
    AuditEvent,
    ConfigOverride,
    Grant,
    Group,
    GroupMember,
    OneTimeToken,
    User,
    Violation,
)
from accounts.services import closing
from accounts.services.avatars import avatar_set
from accounts.services.closing import (
    account_close,
    account_restore,
    account_restore_with,
    accounts_purge,
    closing_refuse,
    restore_valid,
)
from accounts.services.invites import invite_make
from accounts.services.people import user_delete
from agents.services.credentials import credential_set
from agents.services.plugin_credentials import plugin_install
from librechat.kernel import clock
from librechat.kernel.jobs.worker import Worker
from tests.accounts.mails import link_of, mail_on, mails
from tests.factories.people import PASSWORD, bearer, person, post_auth, sign_in
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a9b"


@pytest.fixture
def storage(settings: Settings, tmp_path: Path) -> Path:
    """Keep uploads in a folder of the test."""
    where = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": where}}
    return tmp_path


def test_a_closed_account_is_signed_out_and_told_until_when_it_can_come_back(
    client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(datetime.fromisoformat("2026-11-21T12:00:00+00:00"))
    headers = bearer(owner)
    answer = client.delete("/api/user/delete", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"message": "User deleted"})
    assert client.get("/api/user", headers=headers).status_code == 401
    login = {"email": owner.email, "password": PASSWORD}
    refused = post_auth(client, "login", login)
    assert refused.status_code == 403
    assert "28 November 2026, 12:00" in refused.json()["message"]
    assert "/restore" in refused.json()["message"]
    wrong = post_auth(client, "login", {**login, "password": "wrong password"})
    assert "November" not in wrong.content.decode()


def test_a_closed_account_comes_back_whole(client: Client, owner: User) -> None:
    turn_make(conversation_make(owner))
    account_close(user=owner)
    owner.refresh_from_db()
    with pytest.raises(AccountClosingError):
        closing_refuse(owner)
    assert account_restore(user=owner)
    assert not account_restore(user=owner)
    closing_refuse(owner)
    assert owner.conversations.count() == 1
    login = {"email": owner.email, "password": PASSWORD}
    assert post_auth(client, "login", login).status_code == 200
    actions = list(
        AuditEvent.objects.filter(category="account").values_list("action", flat=True),
    )
    assert {"account.closed", "account.restored"} <= set(actions)


def test_the_chore_deletes_it_when_its_time_is_over(
    owner: User,
    viewer: User,
    clock_at: Callable[[datetime], None],
) -> None:
    start = clock.now()
    clock_at(start)
    account_close(user=owner)
    clock_at(start + timedelta(days=6, hours=23))
    assert accounts_purge() == 0
    clock_at(start + timedelta(days=7))
    assert accounts_purge() == 1
    assert list(User.objects.all()) == [viewer]


def test_whoever_came_back_a_moment_ago_is_not_deleted(owner: User) -> None:
    account_close(user=owner)
    account_restore(user=owner)
    assert not closing._purge(User.objects.filter(pk=owner.pk, delete_after__isnull=False))
    assert User.objects.filter(pk=owner.pk).exists()


def test_the_chore_keeps_the_last_administrator(admin: User, owner: User) -> None:
    before = clock.now() - timedelta(days=1)
    User.objects.filter(pk=admin.pk).update(delete_after=before)
    assert accounts_purge() == 0
    assert User.objects.count() == 2
    assert owner.role == "USER"


def test_without_grace_it_is_gone_at_once(owner: User, settings: Settings) -> None:
    settings.ACCOUNT_DELETION_GRACE_DAYS = 0
    account_close(user=owner)
    assert not User.objects.exists()


def test_closing_can_be_refused(owner: User, admin: User, settings: Settings) -> None:
    with pytest.raises(LastAdminError):
        account_close(user=admin)
    settings.ALLOW_ACCOUNT_DELETION = False
    with pytest.raises(AccountDeletionOffError):
        account_close(user=owner)
    assert not User.objects.exclude(delete_after=None).exists()


def test_the_mail_about_it_brings_it_back_once(
    owner: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail_on(settings)
    with django_capture_on_commit_callbacks(execute=True):
        account_close(user=owner)
    [mail] = mails("deleted")
    token = link_of(mail).rpartition("/")[2]
    assert mail.to == [owner.email]
    assert restore_valid(token=token)
    assert account_restore_with(token=token).delete_after is None
    assert not restore_valid(token=token)
    with pytest.raises(InvalidLinkError):
        account_restore_with(token=token)


def everything_of(user: User, admin: User) -> None:
    """Put the canary wherever a person can write."""
    User.objects.filter(pk=user.pk).update(
        name=CANARY,
        username=CANARY,
        external_id=CANARY,
        preferences={"pinnedOrder": [CANARY]},
        personalization={"x": CANARY},
        favorites=[{"spec": CANARY}],
    )
    chat = conversation_make(user, title=CANARY)
    answer_make(question_make(chat, text=CANARY), text=CANARY)
    login = sign_in(user)
    login.session.user_agent = CANARY
    login.session.save()
    user.api_keys.create(name=CANARY, prefix="sk-x", key_hash=CANARY)
    credential_set(user, name=CANARY, value=CANARY)
    plugin_install(user=user, plugin_key=CANARY, values={CANARY: CANARY})
    SocialAccount.objects.create(
        user=user,
        provider="google",
        uid=CANARY,
        extra_data={"x": CANARY},
    )
    OneTimeToken.objects.create(
        user=user,
        purpose="email_change",
        data={"email": CANARY},
        token_hash=CANARY,
        expires_at=clock.now(),
    )
    Violation.objects.create(user=user, kind="logins", detail={"x": CANARY})
    GroupMember.objects.create(group=Group.objects.create(name="Group"), user=user)
    AclEntry.objects.create(
        principal_type="user",
        principal_id=user.pk,
        resource_type="agent",
        resource_id="x",
        access_role=CANARY,
    )
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=user.pk,
        overrides={"x": CANARY},
    )
    Grant.objects.create(principal_type="user", principal_id=user.pk, capability=CANARY)
    LogEntry.objects.create(
        user_id=admin.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=user.pk,
        object_repr=CANARY,
        action_flag=CHANGE,
        change_message="",
    )


def places_of(text: str, folder: Path) -> set[str]:
    """Return every table and file that holds a text."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(text in str(row) for row in cursor.fetchall()):
                found.add(table)
    for path in folder.rglob("*"):
        if path.is_file() and (text.encode() in path.read_bytes() or text in path.name):
            found.add(path.name)
    return found


def test_nothing_of_a_deleted_person_is_left_in_any_table_or_file(
    owner: User,
    admin: User,
    storage: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    everything_of(owner, admin)
    owner.refresh_from_db()
    upload = BytesIO()
    Image.new("RGB", (300, 300)).save(upload, "PNG")
    avatar_set(user=owner, upload=upload.getvalue())
    pictures = [path for path in storage.rglob("*") if path.is_file()]
    assert len(pictures) == 1
    before = places_of(CANARY, storage)
    assert len(before) >= 12
    owner_id = owner.pk
    with django_capture_on_commit_callbacks(execute=True):
        receipt = user_delete(user=owner, actor=admin)
    assert places_of(CANARY, storage) == set()
    # The record of acts keeps who it was by id, for the law and the operator; the ledger and
    # the admin's log keep nothing.
    assert places_of(owner_id, storage) == {"accounts_auditevent"}
    assert Worker().run_waiting() == 1
    assert not any(path.is_file() for path in storage.rglob("*"))
    assert receipt["pictures"] == 1
    assert receipt["message"] == 2
    assert receipt["conversation"] == 1
    event = AuditEvent.objects.get(action="account.deleted")
    assert event.metadata == {"removed": receipt}
    assert event.actor_id == admin.pk


def test_the_invitation_of_an_address_goes_with_it(admin: User) -> None:
    invite_make(email="guest@example.org", actor=admin)
    user_delete(user=person("guest@example.org"))
    assert not OneTimeToken.objects.exists()


def test_a_picture_of_another_site_is_not_a_file_of_ours(owner: User, storage: Path) -> None:
    owner.avatar = "https://example.org/avatars/x.webp"
    owner.save()
    assert user_delete(user=owner).get("pictures") is None
    assert default_storage.listdir("") == ([], [])
    assert storage.exists()
