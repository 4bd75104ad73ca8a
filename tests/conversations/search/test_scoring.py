"""What makes one text a better match than another."""

import pytest
from django.db import connection

from accounts.models import User
from conversations.search import rebuild
from conversations.search.backend import SearchQuery
from conversations.search.scoring import AVERAGE_WORDS, COUNTED, scored
from conversations.search.search import search
from conversations.search.terms import Term
from tests.conversations.search.conftest import said

PRIME, FERRY = Term(("prime",)), Term(("ferry",))
FILLER = " ".join(["word"] * 40)


def scores(*texts: str, terms: tuple[Term, ...] = (PRIME,), found_in: object = None) -> list[float]:
    counts = found_in if isinstance(found_in, list) else [1] * len(terms)
    matches = scored(list(enumerate(texts)), terms, counts)
    assert [match.document_id for match in matches] == list(range(len(texts)))
    return [match.score for match in matches]


def test_a_word_said_more_often_counts_more_and_each_further_time_less() -> None:
    once, twice, often = scores(
        f"prime word word {FILLER}",
        f"prime prime word {FILLER}",
        f"prime prime prime {FILLER}",
    )
    assert once < twice < often
    assert often - twice < twice - once


def test_words_side_by_side_are_each_counted() -> None:
    together, apart = scores("prime prime word", "prime word prime")
    assert together == apart


def test_a_short_text_counts_more_than_a_long_one_that_says_it_as_often() -> None:
    short, long = scores("the prime", f"the prime {FILLER}")
    assert short > long


def test_a_text_of_average_length_that_says_it_once_has_the_weight_of_the_word() -> None:
    [score] = scores("prime" + " word" * (AVERAGE_WORDS - 1), found_in=[COUNTED - 1])
    assert score == pytest.approx(0.6931, abs=0.0001)


def test_a_rare_word_decides_over_a_common_one() -> None:
    common, rare = scores(
        f"prime prime ferry {FILLER}",
        f"prime ferry ferry {FILLER}",
        terms=(PRIME, FERRY),
        found_in=[COUNTED, 3],
    )
    assert rare > common


@pytest.mark.parametrize(
    ("term", "more", "less"),
    [
        (PRIME, "prime prime x", "prime primes x"),
        (Term(("prim",), is_prefix=True), "prime primes x", "prime x x"),
        (Term(("prim",), is_prefix=True), "prime primes x", "prime interprime x"),
        (Term(("red", "app"), is_prefix=True), "red apple red app", "red apple red pear"),
        (Term(("質", "数")), "質 数 x 質 数", "質 x 数 質 数"),
    ],
)
def test_terms_are_counted_where_words_begin_and_end(term: Term, more: str, less: str) -> None:
    first, second = scores(more, less, terms=(term,))
    assert first > second


def test_what_stands_too_far_down_to_be_read_is_said_once() -> None:
    unread, once = scores("word word", "prime word")
    assert unread == once


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL ranks by its own rule")
def test_in_a_search_the_rarer_of_two_words_decides(owner: User) -> None:
    for number in range(6):
        said(owner, f"A prime number, the {number}th")
    said(owner, "Is the ferry number a prime, a prime and once more a prime?", title="One")
    said(owner, "Is the ferry, the ferry and once more the ferry number a prime?", title="Two")
    rebuild.index_missing()
    page = search(owner, SearchQuery("prime ferry "))
    assert [hit.plain_title for hit in page.hits] == ["Two", "One"]
