"""What routes of one dialect answered is kept where the key keeps what was said."""

import json
from datetime import timedelta

import pytest

from accounts.models import ApiKey
from agents.models import RelayContent
from agents.relay.plain import MOST_KEPT
from librechat.kernel import clock, secrets
from tests.agents.relay.conftest import Door
from tests.fakes.provider import FakeProvider, Script, refuses

VECTORS = json.dumps(
    {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25]}],
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
).encode()
LINES = ("a line\n" * (MOST_KEPT // 4)).encode()


async def kept_by(door: Door, days: int) -> list[RelayContent]:
    """Return what was kept, with the key's days checked."""
    await door.settle()
    found = [one async for one in RelayContent.objects.all()]
    for one in found:
        assert one.expires_at.date() == (clock.now() + timedelta(days=days)).date()
    return found


@pytest.mark.parametrize("days", [0, 7])
async def test_embeddings_are_kept_as_long_as_the_key_says(
    door: Door, provider: FakeProvider, days: int
) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(content_days=days)
    provider.script("alpha", Script(body=VECTORS, content_type="application/json"))
    answer = await door.post("/v1/embeddings", {"model": "first", "input": "Moon"})
    assert answer.status_code == 200
    kept = await kept_by(door, days)
    assert len(kept) == (1 if days else 0)
    for one in kept:
        assert "Moon" in secrets.decrypt(one.request)
        assert json.loads(secrets.decrypt(one.response)) == json.loads(VECTORS)
        assert "Moon" not in one.request


async def test_of_speech_its_kind_and_size_are_kept(door: Door, provider: FakeProvider) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(content_days=3)
    provider.script("alpha", Script(body=b"ID3" * 500, content_type="audio/mpeg"))
    body = {"model": "first", "input": "Hello", "voice": "alloy"}
    answer = await door.post("/v1/audio/speech", body)
    assert answer.content == b"ID3" * 500
    (kept,) = await kept_by(door, 3)
    assert secrets.decrypt(kept.response) == "(audio/mpeg, 1,500 bytes)"


async def test_a_long_text_is_kept_up_to_a_limit(door: Door, provider: FakeProvider) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(content_days=3)
    provider.script("alpha", Script(body=LINES, content_type="text/plain; charset=utf-8"))
    answer = await door.post("/v1/audio/speech", {"model": "first", "input": "Hello"})
    assert answer.content == LINES
    (kept,) = await kept_by(door, 3)
    assert secrets.decrypt(kept.response) == LINES[:MOST_KEPT].decode()


async def test_of_a_refused_call_only_the_question_is_kept(
    door: Door, provider: FakeProvider
) -> None:
    await ApiKey.objects.filter(pk=door.key.pk).aupdate(content_days=3)
    provider.script("alpha", refuses(400))
    body = {"model": "first", "input": "Moon"}
    assert (await door.post("/v1/embeddings", body)).status_code == 400
    (kept,) = await kept_by(door, 3)
    assert "Moon" in secrets.decrypt(kept.request)
    assert secrets.decrypt(kept.response) == ""
