"""Math in Markdown: TeX becomes MathML, and money stays money."""

import pytest

from librechat.kernel.markup import render
from tests.librechat.kernel.markup_blocks import inner


@pytest.mark.parametrize(
    ("markdown", "tex"),
    [
        ("$x^2$", "x^2"),
        (r"\(x\)", "x"),
        ("a $$x$$ b", "x"),
        (r"a \[x\] b", "x"),
        ("$$\nx\n$$", "x"),
        ("$$x$$", "x"),
        ("\\[\n x \n\\]", "x"),
        ("- a\n\n  $$\n  x\n  $$", "x"),
        ("a\n$$\nx\n$$\nb", "x"),
        (r"$a<b$", "a&lt;b"),
    ],
)
def test_math_becomes_mathml_that_carries_its_tex(markdown: str, tex: str) -> None:
    html = render(markdown)
    assert "<math display=" in html
    assert f'<annotation encoding="application/x-tex">{tex}</annotation></semantics></math>' in html


def test_display_math_scrolls_in_a_named_group() -> None:
    frame = '<div class="math-block" role="group" tabindex="0" aria-label="Equation">'
    assert inner("$$\nx\n$$").startswith(f'{frame}<span class="math"><math display="block">')


@pytest.mark.parametrize(
    "markdown",
    [
        "$5 and $10",
        "a $ b $",
        "1$a$",
        "$a$1",
        r"\$a$",
        "$$",
        "$$\n\nx",
        r"\(",
        "$ $",
        "$$$$",
        "$a\\$",
    ],
)
def test_money_and_unclosed_marks_stay_text(markdown: str) -> None:
    assert "<math" not in render(markdown)


@pytest.mark.parametrize(
    "tex",
    [r"\frac{", r"\newcommand{\a}{\a\a}\a", "x" * 2001, r"\left(", "{" * 1500, r"\begin{foo}"],
)
def test_tex_that_cannot_be_converted_stays_readable(tex: str) -> None:
    assert f'<code class="tex">{tex}</code>' in render(f"$$\n{tex}\n$$")


def test_math_in_indented_code_and_quotes_of_quotes_is_left_alone() -> None:
    assert "<math" not in render("    $$x$$")
    assert "<math" not in render("- a\n\n      $$x$$")
    assert "math-block" not in render("- $$\n  x\ny$$")
