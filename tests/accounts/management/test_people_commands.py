"""Commands about people."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings
from typing_extensions import override

from accounts.management.dialogue import ask_secret
from accounts.models import AuditEvent, Group, User
from librechat.kernel import clock
from tests.accounts.mails import mail_on, mails
from tests.factories.people import PASSWORD, role, sign_in

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that types lines at the keyboard."""

    def lines(*answers: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in answers)))

    return lines


def test_an_account_is_added_with_arguments() -> None:
    told = run_json("create_user", "Ada@Example.org", "Ada Example", "ada", PASSWORD)
    user = User.objects.get()
    assert told == {"id": user.pk, "email": "ada@example.org", "password": None}
    assert (user.name, user.username, user.email_verified) == ("Ada Example", "ada", True)
    assert user.check_password(PASSWORD)
    assert AuditEvent.objects.filter(action="account.added", target_id=user.pk).exists()


def test_what_is_left_out_is_asked_for_and_a_password_is_made_up(typed: Any) -> None:
    typed("ada@example.org", "", "", "")
    text = run("create_user", "--role", "ADMIN", "--email-verified", "false")
    user = User.objects.get()
    assert (user.name, user.username, user.role) == ("ada", "ada", "ADMIN")
    assert not user.email_verified
    assert user.check_password(text.rpartition("Password: ")[2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no", "Ada", "ada", PASSWORD], "email"),
        (["a@example.org", "Ada", "ada", "short"], "password"),
        (["owner@example.org", "Ada", "ada", PASSWORD], "taken"),
        (["a@example.org", "Ada", "owner", PASSWORD], "taken"),
        (["a@example.org", "Ada", "ada", PASSWORD, "--role", "king"], "king"),
    ],
)
def test_a_wrong_account_is_not_added(owner: User, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("create_user", *arguments)
    assert list(User.objects.all()) == [owner]


def test_without_mail_the_link_of_an_invitation_is_printed(typed: Any) -> None:
    Group.objects.create(name="Red")
    typed("guest@example.org")
    assert "/register?token=" in run("invite_user", "--group", "Red")
    with pytest.raises(CommandError, match="Nowhere"):
        run("invite_user", "guest@example.org", "--group", "Nowhere")


def test_with_mail_the_invitation_is_mailed(settings: Settings) -> None:
    mail_on(settings)
    told = run_json("invite_user", "guest@example.org")
    assert told == {"email": "guest@example.org", "mailed": True, "link": None}
    assert [mail.to for mail in mails("invited")] == [["guest@example.org"]]
    settings.EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="could not be sent"):
        run("invite_user", "other@example.org")


def test_accounts_are_listed(owner: User, admin: User) -> None:
    rows = run_json("list_users")
    assert [row["email"] for row in rows] == [owner.email, admin.email]
    assert rows[1]["role"] == "ADMIN"
    text = run("list_users")
    assert owner.pk in text
    assert "2 accounts" in text


def test_an_account_is_deleted_after_a_yes(owner: User, typed: Any) -> None:
    for answer in ("", "no"):
        typed(answer)
        with pytest.raises(CommandError, match="Nothing was deleted"):
            run("delete_user", owner.email)
    typed(owner.email, "Yes")
    assert "removed" in run("delete_user")
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="no account"):
        run("delete_user", owner.email, "--yes")


def test_an_account_is_closed_and_brought_back(owner: User) -> None:
    assert run_json("delete_user", owner.email, "--yes", "--later") == {"closed": True}
    owner.refresh_from_db()
    assert owner.delete_after is not None
    assert owner.delete_after > clock.now()
    assert run_json("delete_user", owner.email, "--undo") == {"restored": True}
    assert run_json("delete_user", owner.email, "--undo") == {"restored": False}


def test_the_last_administrator_is_not_deleted(admin: User, owner: User) -> None:
    with pytest.raises(CommandError, match="last administrator"):
        run("delete_user", admin.email, "--yes")
    assert User.objects.filter(pk=owner.pk).exists()


def test_a_password_is_replaced(owner: User, typed: Any) -> None:
    session = sign_in(owner).session
    typed(owner.email, "another password!", "another password!")
    run("reset_password")
    owner.refresh_from_db()
    session.refresh_from_db()
    assert owner.check_password("another password!")
    assert session.revoked_at is not None
    assert AuditEvent.objects.filter(action="password.changed").exists()
    run("reset_password", owner.email, "a third password!")
    for words, message in ((("one password", "other one"), "differ"), (("x", "x"), "password")):
        typed(*words)
        with pytest.raises(CommandError, match=message):
            run("reset_password", owner.email)
    owner.refresh_from_db()
    assert owner.check_password("a third password!")


def test_everybody_is_asked_for_the_terms_again(owner: User, viewer: User, typed: Any) -> None:
    User.objects.filter(pk=owner.pk).update(terms_accepted_at=clock.now())
    typed("no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("reset_terms")
    assert run_json("reset_terms", "--yes") == {"people": 1}
    assert not User.objects.exclude(terms_accepted_at=None).exists()
    assert viewer.terms_accepted_at is None


def test_a_role_is_given(owner: User, admin: User, typed: Any) -> None:
    role("editors")
    typed(owner.email, "editors")
    assert run("set_role") == f"{owner.email} is now editors."
    owner.refresh_from_db()
    assert (owner.role, owner.auth_epoch) == ("editors", 1)
    with pytest.raises(CommandError, match="king"):
        run("set_role", owner.email, "king")
    with pytest.raises(CommandError, match="last administrator"):
        run("set_role", admin.email, "USER")


def test_a_secret_is_typed_unseen_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        @override
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda question: f"{question}secret")
    assert ask_secret(None, "Password") == "Password: secret"
