"""Markdown for a page without a server."""

import pytest

from conversations.transfer.standing import LONGEST, standing
from librechat.kernel import markup


def test_code_stands_plain_under_the_name_of_its_language() -> None:
    html = standing('```python\nprint("<b>")\n```')
    assert "<figcaption>python</figcaption><pre><code>print(" in html
    assert "&lt;b&gt;" in html
    assert "<button" not in html


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**97** is prime", "<strong>97</strong>"),
        ("| a | b |\n|---|---|\n| *1* | two |", "<td><em>1</em></td>\n<td>two</td>"),
        ("see https://example.org/a", 'href="https://example.org/a"'),
        ("plain words", "<p>plain words</p>"),
        ("a\ud800b", "<p>a?b</p>"),
    ],
)
def test_text_is_what_the_chat_shows(markdown: str, expected: str) -> None:
    assert expected in standing(markdown)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "```<script>\n</code><script>alert(1)</script>\n```",
    ],
)
def test_nothing_in_it_runs(hostile: str) -> None:
    html = standing(hostile)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_what_could_take_long_goes_block_by_block() -> None:
    hollow = "|".join("a" * 400) + "\n" + "|".join(["---"] * 400) + "\n" + "| x\n" * 50
    for markdown in (hollow, "word " * LONGEST):
        assert standing(markdown) == markup.render(markdown)
