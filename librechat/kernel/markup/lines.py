"""What a single line of Markdown can begin, seen from the outermost level."""

import re
from dataclasses import dataclass

from librechat.kernel.markup.math import BLOCK_MARKS, opening_mark

CODE_INDENT = 4
_FENCE = re.compile(r" {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_ITEM = re.compile(
    r"(?P<indent> {0,3})(?P<mark>[-+*]|(?P<number>\d{1,9})[.)])(?:(?P<gap> +)|$)(?P<text>.*)"
)
_TAB = 4
_INTERRUPTING = frozenset("`~#*-_+>$\\0123456789")


@dataclass(frozen=True, slots=True)
class FenceMark:
    """The opening of a code fence."""

    mark: str
    indent: int
    info: str

    def is_closed_by(self, line: str) -> bool:
        """Tell whether a line closes this fence."""
        text = line.strip(" \t")
        is_mark = len(text) >= len(self.mark) and not text.strip(self.mark[0])
        return is_mark and indent_of(line) < CODE_INDENT


@dataclass(frozen=True, slots=True)
class ItemMark:
    """The opening of a list item; ``kind`` is the same for all items of a list."""

    kind: str
    content_indent: int
    is_empty: bool
    can_interrupt: bool  # a paragraph


def is_blank(line: str) -> bool:
    """Tell whether a line holds nothing but spaces and tabs."""
    return not line.strip(" \t")


def indent_of(line: str) -> int:
    """Return the columns before the first character, tabs expanded."""
    text = line.lstrip(" \t")
    lead = line[: len(line) - len(text)]
    return len(lead.expandtabs(_TAB)) if "\t" in lead else len(lead)


def fence_mark(line: str) -> FenceMark | None:
    """Return the fence a line opens, if any."""
    match = _FENCE.match(line)
    if not match:
        return None
    return FenceMark(match["mark"], match.start("mark"), match["info"].strip())


def item_mark(line: str) -> ItemMark | None:
    """Return the list item a line opens, if any."""
    match = _ITEM.match(line.expandtabs(_TAB))
    if not match or is_rule(line):
        return None
    mark, gap = match["mark"], match["gap"] or ""
    is_empty = is_blank(match["text"])
    # Text far behind its mark is code inside the item; then one blank belongs to the mark.
    width = 1 if is_empty or len(gap) > CODE_INDENT else len(gap)
    return ItemMark(
        kind=mark[-1],
        content_indent=len(match["indent"]) + len(mark) + width,
        is_empty=is_empty,
        can_interrupt=not is_empty and match["number"] in (None, "1"),
    )


def is_rule(line: str) -> bool:
    """Tell whether a line is a thematic break."""
    text = line.replace(" ", "").replace("\t", "")
    is_one_mark = len(text) >= len("---") and text[0] in "*-_" and not text.strip(text[0])
    return is_one_mark and indent_of(line) < CODE_INDENT


def is_underline(line: str) -> bool:
    """Tell whether a line makes a heading of the paragraph before it."""
    text = line.strip(" \t")
    is_one_mark = bool(text) and text[0] in "=-" and not text.strip(text[0])
    return is_one_mark and indent_of(line) < CODE_INDENT


def is_heading(line: str) -> bool:
    """Tell whether a line is a heading of its own."""
    return bool(_HEADING.match(line))


def is_quote(line: str) -> bool:
    """Tell whether a line begins with a quotation mark."""
    return line.lstrip(" ").startswith(">") and indent_of(line) < CODE_INDENT


def is_math(line: str) -> bool:
    """Tell whether a line opens display math."""
    return bool(opening_mark(line)) and indent_of(line) < CODE_INDENT


def is_whole_math(line: str) -> bool:
    """Tell whether a line that opens display math closes it too."""
    return BLOCK_MARKS[opening_mark(line)] in line.strip()[2:]


def interrupts(line: str) -> bool:
    """Tell whether a line ends the paragraph before it and begins something else."""
    first = line.lstrip(" ")[:1]
    if first not in _INTERRUPTING:
        return False
    item = item_mark(line)
    return (
        (item is not None and item.can_interrupt)
        or fence_mark(line) is not None
        or is_heading(line)
        or is_rule(line)
        or is_quote(line)
        or is_math(line)
    )
