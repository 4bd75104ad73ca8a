"""The HTML of single blocks."""

from librechat.kernel.markup import render


def inner(markdown: str) -> str:
    """The HTML of a text of one block, without its frame."""
    html = render(markdown)
    start, end = '<div class="block" data-block="b0">', "</div>\n"
    assert html.startswith(start)
    assert html.endswith(end)
    assert html.count('class="block"') == 1
    return html[len(start) : -len(end)]
