"""How long a fork of a long chat takes, and how much memory."""

import os
import time
import tracemalloc

import pytest

from accounts.models import User
from conversations import tree
from conversations.models import Conversation
from conversations.search.rebuild import bring_up_to_date
from conversations.services.demo_content import conversation_seed
from conversations.services.forks import conversation_fork
from tests.benchmarks.conftest import report, resident_megabytes

pytestmark = [pytest.mark.bench, pytest.mark.slow]
MESSAGES = 10_000
SECONDS, MEGABYTES = 2, 100


def conversation_end(chat: Conversation) -> str:
    """Return the id of the last message."""
    return Conversation.objects.get(pk=chat.pk).leaf_message_id


def test_a_fork_of_ten_thousand_messages(owner: User) -> None:
    chat = conversation_seed(user=owner, messages=MESSAGES)
    bring_up_to_date()  # as a server does when it starts
    end = conversation_end(chat)
    resident = resident_megabytes(os.getpid())
    start, spent = time.perf_counter(), time.process_time()
    fork = conversation_fork(user=owner, conversation=chat, message_id=end)
    seconds, spent = time.perf_counter() - start, time.process_time() - spent
    grown = resident_megabytes(os.getpid()) - resident
    tracemalloc.start()
    conversation_fork(user=owner, conversation=chat, message_id=end)
    peak = tracemalloc.get_traced_memory()[1] / 1024 / 1024
    tracemalloc.stop()
    report("fork of 10,000 messages, seconds", f"{seconds:.2f}", f"{SECONDS}")
    report("fork of 10,000 messages, seconds of the processor", f"{spent:.2f}", f"{SECONDS}")
    report("fork of 10,000 messages, MB of Python objects", f"{peak:.0f}", f"{MEGABYTES}")
    report("fork of 10,000 messages, MB the process grew", f"{grown:.0f}", f"{MEGABYTES}")
    assert fork.messages.count() == MESSAGES
    assert peak < MEGABYTES
    assert grown < MEGABYTES


def test_the_trees_of_a_fork_of_ten_thousand_levels() -> None:
    nodes = [tree.Node(str(n), str(n - 1) if n else tree.NO_PARENT) for n in range(MESSAGES)]
    start = time.perf_counter()
    for kept in (
        tree.branch_to(nodes, "9999"),
        tree.with_branches(nodes, "9999"),
        tree.down_to_level(nodes, "9999"),
    ):
        assert len(tree.planted(nodes, kept)) == MESSAGES
    assert len(tree.split_at(nodes, "5000")) == MESSAGES // 2
    milliseconds = (time.perf_counter() - start) * 1_000
    report("all forks' trees of 10,000 levels, milliseconds", f"{milliseconds:.0f}", "500")
