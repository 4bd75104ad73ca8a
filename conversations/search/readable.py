"""Markdown without its signs, for excerpts and for the index.

No parser: a page of hits has twenty answers, and taking each apart as the chat page does would
take longer than the search. What is not recognised stays as it was written.
"""

import html
import re
from collections.abc import Iterator

# Every repetition is bounded or of one kind of sign, so that no text takes long.
_FENCED = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<code>.*?)(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_CODE = re.compile(r"(?<!`)(?P<ticks>`{1,3})(?!`)(?P<code>[^\n]{1,500}?)(?<!`)(?P=ticks)(?!`)")
_RULES = re.compile(
    r"^[ \t]*(?:(?:[-*_][ \t]*){3,}|={2,}|\|?[ \t]*:?-{2,}[-:| \t]*)$", re.MULTILINE
)
_LINE_STARTS = re.compile(
    r"^[ \t]*(?:>[ \t]?)*[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?", re.MULTILINE
)
_CELLS = re.compile(r"^\|(?P<row>.*?)\|?[ \t]*$", re.MULTILINE)
_LINKS = re.compile(
    r"!?\[(?P<text>[^\[\]\n]{0,500})\]"
    r"(?:\((?P<target>[^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?)\)"
    r"|\[[^\[\]\n]{0,200}\])"
)
_ADDRESSES = re.compile(r"<(?P<address>(?:https?://|mailto:)[^<>\s]{1,2000})>")
_STRONG = re.compile(
    r"(?<!\\)(?P<sign>\*\*|~~|(?<!\w)__)(?=\S)(?P<text>[^\n]{1,500}?)(?<=\S)(?P=sign)"
)
_EMPHASIS = re.compile(
    r"(?<![\\\w*])\*(?=[^\s*])(?P<star>[^*\n]{1,500})(?<=\S)\*(?![\w*])"
    r"|(?<![\\\w])_(?=[^\s_])(?P<line>[^_\n]{1,500})(?<=\S)_(?!\w)"
)
_ESCAPES = re.compile(r"\\(?P<sign>[!-/:-@\[-`{-~])")


def readable(markdown: str) -> str:
    """Return what a reader sees of Markdown: its words, without the signs around them."""
    return "".join(_pieces(markdown))


def searchable(markdown: str) -> str:
    """Return what a reader sees, and below it where the links lead: both are looked for."""
    targets = [link["target"] for link in _LINKS.finditer(markdown) if link["target"]]
    return "\n".join([readable(markdown), *targets])


def _pieces(markdown: str) -> Iterator[str]:
    place = 0
    for block in _FENCED.finditer(markdown):
        yield _prose(markdown[place : block.start()])
        yield block["code"]
        place = block.end()
    yield _prose(markdown[place:])


def _prose(text: str) -> str:
    for pattern, replacement in ((_RULES, ""), (_LINE_STARTS, ""), (_CELLS, _cells)):
        text = pattern.sub(replacement, text)
    place, parts = 0, []
    for code in _CODE.finditer(text):
        parts += [_inline(text[place : code.start()]), code["code"]]
        place = code.end()
    return "".join([*parts, _inline(text[place:])])


def _cells(row: re.Match[str]) -> str:
    return " · ".join(cell.strip() for cell in row["row"].split("|"))


def _inline(text: str) -> str:
    text = _LINKS.sub(r"\g<text>", text)
    text = _ADDRESSES.sub(r"\g<address>", text)
    text = _STRONG.sub(r"\g<text>", text)
    text = _EMPHASIS.sub(lambda found: found["star"] or found["line"], text)
    return html.unescape(_ESCAPES.sub(r"\g<sign>", text))
