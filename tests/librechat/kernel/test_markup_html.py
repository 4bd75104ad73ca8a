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


def inner(markdown: str) -> str:
    """The HTML of a text of one block, without its frame."""
    html = render(markdown)
    start, end = '<div class="block" data-block="b0">', "</div>\n"
    assert html.startswith(start)
    assert html.endswith(end)
    assert html.count('class="block"') == 1
    return html[len(start) : -len(end)]


def link(url: str, text: str, host: str) -> str:
    return (
        f'<a href="{url}" data-host="{host}" target="_blank"'
        f' rel="noopener noreferrer nofollow">{text}</a>'
    )


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
        ("> a\nb", "<blockquote>\n<p>a\nb</p>\n</blockquote>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
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
        '<ul>\n<li class="task"><input type="checkbox" disabled="" aria-label="Not done"> '
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


@pytest.mark.slow
def test_code_made_to_stall_its_lexer_is_plain_after_a_while_and_whole() -> None:
    code = "a\n" * 12_000
    start = time.process_time()
    html = inner(f"```csharp\n{code}```")
    assert time.process_time() - start < 4
    assert re.sub(r"<[^>]*>", "", html) == "csharpCopy" + code.removesuffix("\n")


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("https://a.org/x_y_z", link("https://a.org/x_y_z", "https://a.org/x_y_z", "a.org")),
        (
            "(see http://a.org/b(c)).",
            f"(see {link('http://a.org/b(c)', 'http://a.org/b(c)', 'a.org')}).",
        ),
        ("<https://a.org>", link("https://a.org", "https://a.org", "a.org")),
        ("[t](mailto:a@b.org)", link("mailto:a@b.org", "t", "")),
        (
            '[t](https://a.org "T<")',
            '<a href="https://a.org" data-host="a.org" title="T&lt;" target="_blank"'
            ' rel="noopener noreferrer nofollow">t</a>',
        ),
        ("[https://b.org](https://a.org)", link("https://a.org", "https://b.org", "a.org")),
        ("xhttps://a.org http:// https://", "xhttps://a.org http:// https://"),
        ("https://[:: http://]", "https://[:: http://]"),
        ("ftp://a.org", "ftp://a.org"),
        ("`https://a.org`", "<code>https://a.org</code>"),
    ],
)
def test_links_open_elsewhere_and_show_their_host(markdown: str, html: str) -> None:
    assert inner(markdown) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "/logout", "#top", "data:text/html,x", "vbscript:x", "//evil.org", "x"],
)
def test_links_to_anything_but_the_web_and_mail_stay_text(url: str) -> None:
    assert inner(f"[t]({url}) ![t]({url})") == f"<p>[t]({url}) ![t]({url})</p>"


def test_link_definitions_work_for_the_text_after_them() -> None:
    assert render("[x]\n\n[x]: https://a.org\n\n[x]") == (
        '<div class="block" data-block="b0"><p>[x]</p></div>\n'
        f'<div class="block" data-block="b2"><p>{link("https://a.org", "x", "a.org")}</p></div>\n'
    )


def test_breaks_and_math_inside_links_stay_there() -> None:
    broken = link("https://a.org", "a<br>\nb", "a.org")
    assert inner("[a<br>b](https://a.org)") == f"<p>{broken}</p>"
    html = inner("[$x$](https://a.org)")
    assert html.index("<a ") < html.index("<math") < html.index("</a>")


def test_images_load_only_after_a_click() -> None:
    assert inner('![A "cat"](https://evil.org/?q=<1>)') == (
        '<p><button type="button" class="image-gate" data-src="https://evil.org/?q=%3C1%3E"'
        ' data-alt="A &quot;cat&quot;"><span>Load image from evil.org</span>'
        '<span>A "cat"</span></button></p>'
    )
    assert inner("![alt](mailto:a@b.org)") == "<p>alt</p>"


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
