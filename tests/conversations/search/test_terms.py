"""Queries and texts, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.search.backend import SearchQuery
from conversations.search.excerpts import Part, excerpt, marked
from conversations.search.search import search
from conversations.search.terms import MAX_TERMS, Term, terms_of
from conversations.search.words import MAX_WORD, MAX_WORDS_CHARACTERS, prepared, runs, words_of
from tests.factories.people import person


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("red app", [Term(("red",)), Term(("app",), is_prefix=True)], []),
        ("red ", [Term(("red",))], []),
        ('"red apple', [Term(("red", "apple"))], []),
        ("-red apple ", [Term(("apple",))], [Term(("red",))]),
        ('-"red apple" pear ', [Term(("pear",))], [Term(("red", "apple"))]),
        ("well-known ", [Term(("well", "known"))], []),
        ("snake_case", [Term(("snake", "case"), is_prefix=True)], []),
        ("東京 ", [Term(("東", "京"))], []),
        ('- -- "" !?', [], []),
        ("same same ", [Term(("same",))], []),
    ],
)
def test_a_query_is_taken_apart(text: str, wanted: list[Term], unwanted: list[Term]) -> None:
    terms = terms_of(text)
    assert (list(terms.wanted), list(terms.unwanted)) == (wanted, unwanted)


def test_a_query_has_an_end() -> None:
    terms = terms_of(" ".join(f"word{number}" for number in range(1_000)))
    assert len(terms.wanted) == MAX_TERMS


def test_a_word_and_a_text_have_an_end() -> None:
    assert words_of("x" * 100) == ["x" * MAX_WORD]
    assert len(prepared("word " * 200_000)) <= MAX_WORDS_CHARACTERS
    assert not prepared("word " * 200_000).endswith("wor")


@given(st.text())
def test_the_words_of_the_runs_are_the_words_of_the_text(text: str) -> None:
    found = list(runs(text))
    assert all(0 <= run.start < run.end <= len(text) for run in found)
    assert [run.start for run in found] == sorted({run.start for run in found})


@given(st.text())
def test_a_word_holds_nothing_that_an_engine_reads(text: str) -> None:
    for word in words_of(text):
        assert not set(word) & set("\"'\\*:()&|!<>-^{}[] \t\n\x00")


@given(st.text(), st.text())
def test_an_excerpt_is_a_piece_of_the_text(text: str, query: str) -> None:
    parts = marked(text, terms_of(query))
    assert "".join(part.text for part in parts) == text
    assert all(part.text for part in parts)
    shown = "".join(part.text for part in excerpt(text, terms_of(query)))
    assert shown.removeprefix("… ").removesuffix(" …") in " ".join(text.split())


def test_an_excerpt_begins_shortly_before_the_match() -> None:
    parts = excerpt("before " * 50 + "lighthouse " + "after " * 80, terms_of("lighthouse"))
    assert parts[0] == Part("… ", is_match=False)
    assert Part("lighthouse", is_match=True) in parts
    assert parts[-1] == Part(" …", is_match=False)
    assert len("".join(part.text for part in parts)) < 250


def test_a_match_far_down_is_found() -> None:
    parts = excerpt("word " * 5_000 + "lighthouse", terms_of("lighthouse"))
    assert Part("lighthouse", is_match=True) in parts


@pytest.mark.django_db
def test_no_text_is_an_error() -> None:
    owner = person()

    @given(st.text(max_size=80))
    def any_text(text: str) -> None:
        assert search(owner, SearchQuery(text)).hits == ()
        assert search(owner, SearchQuery(text, sort="newest", kind="message")).hits == ()

    any_text()
