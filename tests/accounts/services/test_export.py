"""Everything of a person as one zip."""

import json
import zipfile
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from pytest_django import Settings

from accounts.models import AuditEvent, User
from accounts.services.avatars import avatar_set
from accounts.services.export import export_build
from billing.models import Balance
from tests.accounts.services.pictures import picture
from tests.factories.people import PASSWORD, sign_in
from tests.factories.threads import conversation_make, question_make


@pytest.mark.django_db
def test_the_export_holds_what_every_app_keeps_and_no_secret(
    owner: User,
    viewer: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    where = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": where}}
    mine = conversation_make(owner, title="My chat")
    question_make(mine, text="What is mine?")
    question_make(conversation_make(viewer), text="What is theirs?")
    avatar_set(user=owner, upload=picture())
    Balance.objects.get_or_create(user=owner)
    login = sign_in(owner)
    owner.api_keys.create(name="ci", prefix="sk-abc", key_hash="hash-of-key")
    with export_build(user=owner) as file, zipfile.ZipFile(file) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    profile = json.loads(texts["accounts/profile.json"])
    assert (profile["email"], profile["name"]) == (owner.email, "Owner")
    chat = json.loads(texts[f"conversations/{mine.conversation_id}.json"])
    assert chat["title"] == "My chat"
    assert chat["messages"][0]["text"] == "What is mine?"
    assert texts["accounts/avatar.webp"].startswith(b"RIFF")
    assert json.loads(texts["accounts/access-keys.json"])[0]["prefix"] == "sk-abc"
    assert len(json.loads(texts["billing/balance.json"])) == 1
    whole = b"".join(texts.values())
    for secret in (owner.password, "hash-of-key", login.session.refresh_token_hash, "theirs"):
        assert secret.encode() not in whole
    assert AuditEvent.objects.filter(action="data.exported", target_id=owner.pk).exists()


@pytest.mark.django_db(transaction=True)
async def test_the_zip_is_downloaded_in_pieces(owner: User) -> None:
    browser = AsyncClient()
    form = {"email": owner.email, "password": PASSWORD}
    assert (await browser.post("/login", form)).status_code == 302
    answer = await browser.post("/settings/data/export")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    streamed: object = answer
    assert isinstance(streamed, StreamingHttpResponse)
    body = b"".join([chunk async for chunk in streamed])
    assert body.startswith(b"PK")


@pytest.mark.django_db
def test_an_export_needs_a_fresh_proof(client: Client, owner: User) -> None:
    client.force_login(owner)
    answer = client.post("/settings/data/export")
    assert answer.status_code == 302
    assert "/settings/confirm" in answer["Location"]
    assert not AuditEvent.objects.filter(action="data.exported").exists()
