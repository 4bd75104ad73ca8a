"""Markdown without its signs."""

import time

import pytest

from conversations.search.excerpts import answer_excerpt
from conversations.search.readable import readable
from conversations.search.terms import terms_of


def flat(markdown: str) -> str:
    return " ".join(readable(markdown).split())


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("plain words, nothing else", "plain words, nothing else"),
        ("**bold** and *slanted* and ***both***", "bold and slanted and both"),
        ("__bold__ and _slanted_ and ~~gone~~", "bold and slanted and gone"),
        ("**bold with *slanted* inside**", "bold with slanted inside"),
        ("snake_case_name and 2 * 3 * 4 and a*b*c", "snake_case_name and 2 * 3 * 4 and a*b*c"),
        ("## A heading\n\nText", "A heading Text"),
        ("Heading\n=======\nText\n\n---\n\nMore", "Heading Text More"),
        ("> quoted\n> > twice", "quoted twice"),
        ("- one\n* two\n+ three\n- [x] done\n1. first", "one two three done 1. first"),
        ("| A | B |\n|---|:-:|\n| 1 | **2** |", "A · B 1 · 2"),
        ("see [the *docs*](https://a.test/x_(y) 'T') now", "see the docs now"),
        ("![a cat](https://a.test/c.png) and [ref][1]", "a cat and ref"),
        ("<https://a.test/b>", "https://a.test/b"),
        ("run `rm -rf **` now", "run rm -rf ** now"),
        (
            "```python\nx = **kwargs\n# not a heading\n```\nafter",
            "x = **kwargs # not a heading after",
        ),
        ("~~~\nnever closed *here*", "never closed *here*"),
        (r"5 \* 3 &amp; 2 &lt; 4", "5 * 3 & 2 < 4"),
        ("costs $5 and [not a link] stays", "costs $5 and [not a link] stays"),
        ("**never closed", "**never closed"),
        ("**太字** と `コード`", "太字 と コード"),
    ],
)
def test_a_reader_sees_the_words(markdown: str, expected: str) -> None:
    assert flat(markdown) == expected


@pytest.mark.parametrize(
    "sign", ["*", "**", "_", "[", "](", "`", "|", ">", "- ", "<", "\\", "~~~\n"]
)
def test_no_text_takes_long(sign: str) -> None:
    start = time.process_time()
    readable(sign * (60_000 // len(sign)))
    readable(f"{sign}a " * (60_000 // (len(sign) + 2)))
    assert time.process_time() - start < 2


def shown(text: str, query: str) -> str:
    return "".join(
        f"[{one.text}]" if one.is_match else one.text
        for one in answer_excerpt(text, terms_of(query))
    )


def test_what_was_found_is_marked_in_what_a_reader_sees() -> None:
    text = "# On towers\n\n- The **light**house of [Ouessant](https://a.test/ouessant) is *tall*."
    assert shown(text, "tall") == "On towers The lighthouse of Ouessant is [tall]."
    assert shown(text, '"Ouessant is"') == "On towers The lighthouse of [Ouessant is] tall."


def test_a_match_that_a_reader_does_not_see_is_shown_in_the_source() -> None:
    assert "[towers]" in shown("See [this](https://a.test/towers).", "towers")
    assert "](https" in shown("See [this](https://a.test/towers).", "towers")


def test_a_match_far_below_is_found() -> None:
    text = "**word** " * 1_000 + "and the *lighthouse* at last"
    assert shown(text, "lighthouse").endswith("word and the [lighthouse] at last")
