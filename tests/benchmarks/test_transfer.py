"""How long moving in and taking along take, and how much memory."""

import os
import threading
import time
from pathlib import Path

import orjson
import pytest
from django.core.files.base import File

from accounts.models import User
from conversations.models import Message, MoveInState
from conversations.services.demo_content import ANSWER, QUESTION, conversation_seed
from conversations.transfer.exporters import EXPORTERS, export_file
from conversations.transfer.moving import move_in_add, move_in_start
from conversations.transfer.running import move_in_run
from tests.benchmarks.conftest import report, resident_megabytes
from tests.conversations.transfer.exports import chatgpt, chatgpt_node

pytestmark = [pytest.mark.bench, pytest.mark.slow]

EXPORTED = 10_000  # messages
CHATS, TURNS = 1_000, 10
LARGE_MEGABYTES, LARGE_TEXT = 245, 8_000


def test_an_export_of_ten_thousand_messages(owner: User) -> None:
    chat = conversation_seed(user=owner, messages=EXPORTED)
    for name in EXPORTERS:
        begun, spent = time.perf_counter(), time.process_time()
        with export_file(chat, name, "tree") as file:
            size = len(file.read()) / 1024 / 1024
        wall, cpu = time.perf_counter() - begun, time.process_time() - spent
        what = f"export of 10,000 messages as {name} ({size:.0f} MB), s of processor / wall"
        report(what, f"{cpu:.2f} / {wall:.2f}", "2")


def test_an_import_of_twenty_thousand_messages(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_bytes(orjson.dumps([_chat(number, TURNS) for number in range(CHATS)]))
    seconds = _moved(owner, path)
    for name, (cpu, wall) in seconds.items():
        figures = f"{CHATS * TURNS * 2 / cpu:.0f} / {CHATS * TURNS * 2 / wall:.0f}"
        report(f"{name}, messages per second of processor / wall", figures, "2,000")
    assert Message.objects.filter(user=owner).count() == CHATS * TURNS * 2


def test_an_import_of_250_megabytes(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    with path.open("wb") as file:
        file.write(b"[")
        number = 0
        while file.tell() < LARGE_MEGABYTES * 1024 * 1024:
            file.write(b"," if number else b"")
            file.write(orjson.dumps(_chat(number, 20, "lorem ipsum " * (LARGE_TEXT // 12))))
            number += 1
        file.write(b"]")
    before = resident_megabytes(os.getpid())
    with _Peak() as peak:
        _moved(owner, path)
    report("import of 250 MB, MB the process grew at most", f"{peak.most - before:.0f}", "300")


class _Peak:
    """The most memory this process held meanwhile."""

    def __init__(self) -> None:
        self.most = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.05):
            self.most = max(self.most, resident_megabytes(os.getpid()))


def _moved(owner: User, path: Path) -> dict[str, tuple[float, float]]:
    """Import a file and return how long it took: step → (processor, wall), seconds."""
    begun, spent = time.perf_counter(), time.process_time()
    with path.open("rb") as upload:
        checked = move_in_add(user=owner, upload=File(upload, path.name), filename=path.name)
    looked, looked_spent = time.perf_counter(), time.process_time()
    done = move_in_run(move_in=move_in_start(move_in=checked))
    ended, ended_spent = time.perf_counter(), time.process_time()
    assert done.state == MoveInState.DONE
    return {
        "dry run": (looked_spent - spent, looked - begun),
        "import": (ended_spent - looked_spent, ended - looked),
    }


def _chat(number: int, turns: int, more: str = "") -> dict[str, object]:
    nodes = [chatgpt_node("root", None)]
    for turn in range(turns):
        question = f"q{number}-{turn}"
        asked = QUESTION.format(number=turn)
        nodes.append(chatgpt_node(question, nodes[-1]["id"], text=asked))
        said = ANSWER.format(number=turn, square=turn * turn) + more
        nodes.append(chatgpt_node(f"a{number}-{turn}", question, role="assistant", text=said))
    last = nodes[-1]["id"]
    return chatgpt(
        *nodes,
        conversation_id=f"c{number}",
        id=f"c{number}",
        title=f"Chat {number}",
        current_node=last,
    )
