"""Searching the chats of somebody who has many."""

import random
import statistics
import time
from collections import Counter
from itertools import accumulate

import pytest
from django.db import connection

from accounts.models import User
from conversations.models import Conversation, Message, SearchDocument
from conversations.search.backend import SearchQuery
from conversations.search.indexing import conversations_index, messages_index
from conversations.search.search import search
from tests.benchmarks.conftest import report
from tests.factories.people import person

pytestmark = [pytest.mark.bench, pytest.mark.slow, pytest.mark.django_db]

CHATS, TURNS, BATCH = 10_000, 10, 500
SYLLABLES = [a + b for a in "bcdfghklmnprst" for b in "aeiou"]


class Words:
    """Made-up words, as unevenly common as those of a language."""

    def __init__(self) -> None:
        self._random = random.Random(4)  # the same words each time
        self._words = [
            "".join(self._random.choices(SYLLABLES, k=self._random.randint(1, 4)))
            for _ in range(20_000)
        ]
        self._weights = list(accumulate(1 / place for place in range(1, 20_001)))

    def text(self, least: int, most: int) -> str:
        count = self._random.randint(least, most)
        return " ".join(self._random.choices(self._words, cum_weights=self._weights, k=count))


def fill(user: User, words: Words, chats: int) -> None:
    for _ in range(chats // BATCH):
        made = Conversation.objects.bulk_create(
            [Conversation(user=user, title=words.text(3, 6)) for _ in range(BATCH)],
        )
        messages = [
            Message(conversation=chat, user=user, text=words.text(*size))
            for chat in made
            for _ in range(TURNS // 2)
            for size in ((10, 25), (60, 250))
        ]
        Message.objects.bulk_create(messages)
        conversations_index(made)
        messages_index(messages)


def test_100_000_messages_of_one_person() -> None:
    words, owner = Words(), person()
    fill(owner, words, CHATS)
    fill(person(), words, CHATS // 5)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    bodies = list(SearchDocument.objects.values_list("body", flat=True)[:5_000])
    counted = Counter(word for body in bodies for word in set(body.split()))
    ranked = [word for word, _count in counted.most_common()]
    groups = {
        "the most common words": ranked[:3],
        "common words": ranked[90:100],
        "words in between": ranked[995:1005],
        "rare words": ranked[5000:5010],
        "two common words": [
            " ".join(pair) for pair in zip(ranked[5:10], ranked[20:25], strict=True)
        ],
        "phrases": [f'"{" ".join(body.split()[3:6])}"' for body in bodies[100:110]],
        "two letters": [word[:2] for word in ranked[200:210]],
        "nothing to find": ["zzzzqq"],
    }
    everything: list[float] = []
    for name, queries in groups.items():
        spent = [_milliseconds(owner, text) for text in queries for _ in range(3)]
        everything += spent
        report(f"search for {name}", f"p50 {statistics.median(spent):.1f} ms", "30 ms")
    report("search, all of these", f"p50 {statistics.median(everything):.1f} ms", "30 ms")


def _milliseconds(owner: User, text: str) -> float:
    """Return the processor time of one search; a clock's depends on what else runs here."""
    start = time.process_time() if connection.vendor == "sqlite" else time.perf_counter()
    search(owner, SearchQuery(text))
    end = time.process_time() if connection.vendor == "sqlite" else time.perf_counter()
    return (end - start) * 1_000
