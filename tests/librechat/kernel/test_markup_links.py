"""Links and images in Markdown: where they lead, and what stays text."""

import pytest

from librechat.kernel.markup import render
from tests.librechat.kernel.markup_blocks import inner


def link(url: str, text: str, host: str) -> str:
    return (
        f'<a href="{url}" data-host="{host}" target="_blank"'
        f' rel="noopener noreferrer nofollow">{text}</a>'
    )


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
