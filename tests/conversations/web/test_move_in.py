"""The pages to move chats in."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from accounts.models import User
from conversations.models import Conversation, MoveIn, MoveInState
from conversations.transfer.moving import move_ins_continue
from tests.conversations.transfer import exports
from tests.conversations.web.conftest import SignIn, inline_code, text_of

URL = "/settings/data/move-in"


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FileSystemStorage(location=tmp_path / "uploads")
    monkeypatch.setattr(default_storage, "_wrapped", storage)


def upload(client: Client, content: bytes, name: str = "conversations.json") -> str:
    answer = client.post(URL, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return answer["Location"]


def test_a_file_is_shown_before_it_is_imported(owner_client: Client, owner: User) -> None:
    path = upload(owner_client, exports.as_json([exports.chatgpt(title="<b>Porto</b>")]))
    html = text_of(owner_client.get(path))
    assert "&lt;b&gt;Porto&lt;/b&gt;" in html
    assert "Only what people and models said is taken." in html
    assert inline_code(html) == []
    assert not Conversation.objects.exists()


def test_yes_imports_and_the_page_follows(owner_client: Client, owner: User) -> None:
    path = upload(owner_client, exports.as_json([exports.chatgpt()]))
    assert owner_client.post(f"{path}/start")["Location"] == path
    assert 'hx-trigger="every 1s"' in text_of(owner_client.get(path))
    assert move_ins_continue() == 1
    fragment = text_of(owner_client.get(path, headers={"HX-Request": "true"}))
    assert fragment.strip().startswith('<div id="move-in"')
    assert "hx-trigger" not in fragment
    assert "From ChatGPT: done" in fragment
    assert Conversation.objects.get(user=owner).title == "Trip to Porto"


def test_no_discards_the_file(owner_client: Client, owner: User) -> None:
    path = upload(owner_client, exports.as_json([exports.chatgpt()]))
    assert owner_client.post(f"{path}/discard")["Location"] == URL
    assert not MoveIn.objects.exists()


def test_an_import_is_taken_back_after_a_question(owner_client: Client, owner: User) -> None:
    path = upload(owner_client, exports.as_json([exports.chatgpt()]))
    owner_client.post(f"{path}/start")
    move_ins_continue()
    assert "Take back" in text_of(owner_client.get(URL))
    assert "deleted for good" in text_of(owner_client.get(f"{path}/undo"))
    assert Conversation.objects.exists()
    owner_client.post(f"{path}/undo")
    assert not Conversation.objects.exists()
    assert MoveIn.objects.get().state == MoveInState.UNDONE


def test_what_cannot_be_read_is_said_next_to_the_field(owner_client: Client, owner: User) -> None:
    for name, content in (("a.json", b"[1"), ("a.exe", b"x"), ("a.zip", b"PK\x03\x04")):
        answer = owner_client.post(URL, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422
        assert "Nothing was imported" in text_of(answer)
    assert owner_client.post(URL).status_code == 422


def test_a_file_over_the_limit_is_cut_off(owner_client: Client, owner: User) -> None:
    with override_settings(CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES=1000):
        for size in (2_000, 100_000):
            file = SimpleUploadedFile("a.json", b"[" + b" " * size + b"]")
            answer = owner_client.post(URL, {"file": file})
            assert answer.status_code in {413, 422}
            assert "larger than" in text_of(answer)


def test_a_form_without_its_token_is_refused(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    file = SimpleUploadedFile("a.json", exports.as_json([exports.chatgpt()]))
    assert client.post(URL, {"file": file}).status_code == 403
    assert not MoveIn.objects.exists()


def test_imports_of_others_do_not_exist(
    owner_client: Client, owner: User, stranger: User, sign_in: SignIn
) -> None:
    path = upload(owner_client, exports.as_json([exports.chatgpt()]))
    other = sign_in(stranger)
    assert other.get(path).status_code == 404
    for act in ("start", "discard", "undo"):
        assert other.post(f"{path}/{act}").status_code == 404
    assert MoveIn.objects.get().state == MoveInState.CHECKED
    assert path not in text_of(other.get(URL))
