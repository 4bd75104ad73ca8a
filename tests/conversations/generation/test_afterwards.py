"""What is done once an answer has ended."""

import logging

import pytest

from conversations.generation import afterwards


@pytest.fixture
def _own_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(afterwards, "_listeners", [])


@pytest.mark.usefixtures("_own_listeners")
async def test_everybody_is_told_once_and_nobodys_trouble_keeps_it_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []

    def broken(_conversation_pk: str) -> None:
        raise ValueError("trouble")

    afterwards.listen(broken)
    afterwards.listen(told.append)
    afterwards.listen(broken)
    with caplog.at_level(logging.ERROR):
        await afterwards.tell("c1")
    assert told == ["c1"]
    assert [record.message for record in caplog.records] == ["A listener failed."]
