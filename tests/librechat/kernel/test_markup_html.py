"""Markdown to HTML: what each thing becomes, and what never gets through."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from django.utils.safestring import SafeString
from typing_extensions import override

from librechat.kernel.markup import estimate_height, render
from librechat.kernel.markup.languages import NAMES, STAND_INS, lexer_for
from librechat.kernel.markup.render import BlockRenderer
from tests.librechat.kernel.markup_blocks import inner


def test_blocks_are_framed_and_numbered() -> None:
    html = render("# One\n\ntwo\nlines\n")
    assert isinstance(html, SafeString)
    assert html == (
        '<div class="block" data-block="b0"><h1>One</h1></div>\n'
        '<div class="block" data-block="b1"><p>two\nlines</p></div>\n'
    )
    assert render("") == ""
    assert render(" \n\t\n") == ""


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("a\n---", "<h2>a</h2>"),
        ("***", "<hr>"),
        ("> a\nb", '<blockquote dir="auto">\n<p>a\nb</p>\n</blockquote>'),
        ("3. a\n4. b", '<ol start="3" dir="auto">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("a<br>b<br/>", "<p>a<br>\nb<br>\n</p>"),
        ("&copy; &#0;\0", "<p>© \ufffd\ufffd</p>"),
    ],
)
def test_commonmark_is_understood(markdown: str, html: str) -> None:
    assert inner(markdown) == html


def test_a_table_scrolls_in_a_named_group_and_aligns_by_class() -> None:
    assert inner("|a|b|\n|:-:|-|\n|1|2|") == (
        '<div class="table" role="group" tabindex="0" aria-label="Table"><table>\n'
        '<thead>\n<tr>\n<th class="align-center">a</th>\n<th>b</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td class="align-center">1</td>\n<td>2</td>\n</tr>\n</tbody>\n'
        "</table></div>"
    )


def test_tasks_have_boxes_with_a_name() -> None:
    assert inner("- [ ] **a**\n- [x] b\n- [y] c") == (
        '<ul dir="auto">\n'
        '<li class="task"><input type="checkbox" disabled="" aria-label="Not done"> '
        "<strong>a</strong></li>\n"
        '<li class="task"><input type="checkbox" checked="" disabled="" aria-label="Done"> b</li>\n'
        "<li>[y] c</li>\n</ul>"
    )


def test_code_is_framed_and_highlighted_by_class() -> None:
    assert inner("```Python title=x\nif a < 1:\n```") == (
        '<figure class="code" data-language="python"><figcaption><span>python</span>'
        '<button type="button" data-copy="">Copy</button></figcaption>'
        '<pre tabindex="0"><code><span class="k">if </span><span class="n">a </span>'
        '<span class="o">&lt; </span><span class="mi">1</span><span class="p">:</span>'
        "</code></pre></figure>"
    )


@pytest.mark.parametrize(
    ("markdown", "language", "code"),
    [
        ("```klingon\na < b\n```", "klingon", "a &lt; b"),
        ("```\na\n\nb\n```", "", "a\n\nb"),
        ("~~~ {.text}\na", "text", "a"),
        ("    a\n\n      b", "", "a\n\n  b"),
        ("  ```text\n   a\n b\n  ```", "text", " a\nb"),
        ("````md\n```\n````", "md", "```"),
        ("```text", "text", ""),
        ("- ```text\n  a\n  ```", "text", "a"),
        ('```"><script>\na', "", "a"),
    ],
)
def test_code_keeps_its_text_in_every_form(markdown: str, language: str, code: str) -> None:
    html = inner(markdown)
    assert f'data-language="{language}"' in html
    assert f'<pre tabindex="0"><code>{code}</code></pre>' in re.sub(r"</?span[^>]*>", "", html)


def test_enormous_code_stays_plain() -> None:
    assert "<span class" not in inner("```python\n" + "if x: pass\n" * 10_000 + "```")
    assert "<span class" not in inner(f"```python\nx = {'1' * 1001}\n```")


@pytest.mark.slow
def test_all_languages_have_a_lexer_and_answer_to_their_other_names() -> None:
    assert [name for name in (*NAMES, *STAND_INS) if lexer_for(name) is None] == []
    assert lexer_for("py") is lexer_for("python")
    assert lexer_for("matlab") is lexer_for("octave")
    assert lexer_for("zeek") is None


@pytest.mark.measures
@pytest.mark.slow
def test_code_made_to_stall_its_lexer_is_plain_after_a_while_and_whole() -> None:
    code = "a\n" * 12_000
    start = time.process_time()
    html = inner(f"```csharp\n{code}```")
    assert time.process_time() - start < 4
    assert re.sub(r"<[^>]*>", "", html) == "csharpCopy" + code.removesuffix("\n")


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{}</style>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    '[x](https://a.org/"onmouseover="alert(1))',
    '[x](https://a.org "\\" onclick=alert(1)")',
    '![" onerror="alert(1)](https://a.org)',
    "[x]: javascript:alert(1)\n\n[x]",
    '```"onclick="alert(1)\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    r"$\text{<script>alert(1)</script>}$",
    r"$$\href{javascript:alert(1)}{x}$$",
    r"$\class{x}{<img src=x onerror=alert(1)>}$",
    r"$\style{background:url(//evil)}{x}$",
    r"$$\text{</annotation></semantics></math><img src=x onerror=alert(1)>}$$",
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
    "- [ ] <img src=x onerror=alert(1)>",
    "https://a.org/<script>alert(1)</script>",
    'https://a.org/"onclick="alert(1)',
    "<!--><img src=x onerror=alert(1)>-->",
    "<?xml?><![CDATA[<img src=x onerror=alert(1)>]]>",
    "<br onclick=alert(1)>",
]


class Elements(HTMLParser):
    """Every element of a text: its name and its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup(payload: str) -> None:
    for markdown in (payload, f"> {payload}", f"# {payload}", f"1. a\n   {payload}"):
        for name, attributes in Elements(render(markdown)).found:
            assert name not in {"script", "img", "svg", "iframe", "style", "object", "embed"}
            assert not [key for key in attributes if key.startswith(("on", "style", "src"))]
            assert re.match(r"https?:|mailto:", attributes.get("href") or "https:")


def test_many_threads_render_the_same() -> None:
    text = "# a\n\n**b** $x$ `c`\n\n```python\nx\n```\n"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(render, [text] * 100)) == {render(text)}


def test_a_table_of_missing_cells_stays_text() -> None:
    hollow = "a|" * 200 + "\n" + "-|" * 200 + "\n" + "a\n" * 200
    assert "<table" not in BlockRenderer().text(hollow)
    assert "<table" in BlockRenderer().text("a|b\n-|-\n" + "a|b\n" * 500)


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("", 12),
        ("one line", 28),
        ("x" * 86, 56),
        ("one\n\ntwo", 28 + 12 + 28),
        ("```\na\nb\n```", 36 + 21 + 21 + 36),
        ("<p>one</p>\n<pre>a\nb</pre>", 28 + 36 + 36),
        (f'<p title="{"x" * 200}">one</p>', 28),
    ],
)
def test_heights_are_estimated(text: str, height: int) -> None:
    assert estimate_height(text) == height
