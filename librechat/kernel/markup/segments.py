"""Outermost blocks of a text: where one begins and which lines belong to it.

A segment holds what CommonMark parses the same way alone as within the whole text: a
paragraph, a list with all its items, a fence. Where it ends is known from the lines read
so far, never from those to come.
"""

from typing import Literal, Protocol, TypeAlias

from librechat.kernel.markup import lines
from librechat.kernel.markup.lines import FenceMark, ItemMark
from librechat.kernel.markup.math import BLOCK_MARKS, opening_mark

# continues: the line belongs to the segment. ends: it belongs and is the last one.
# passes: the segment ended before this line.
Verdict: TypeAlias = Literal["continues", "ends", "passes"]


class Segment(Protocol):
    """One outermost block of more than one line."""

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        ...


def opened_by(line: str) -> Segment | None:
    """Return the segment that a line, not blank, opens; None when the line is all of it."""
    if lines.indent_of(line) >= lines.CODE_INDENT:
        return IndentedCode()
    fence = lines.fence_mark(line)
    if fence:
        return Fence(fence)
    item = lines.item_mark(line)
    if item:
        return ItemList(item)
    if lines.is_quote(line):
        return Quote(line)
    is_math = lines.is_math(line)
    if is_math and not lines.is_whole_math(line):
        return Math(line)
    is_whole = is_math or lines.is_heading(line) or lines.is_rule(line)
    return None if is_whole else Paragraph()


class Paragraph:
    """Text up to a blank line; tables and link definitions are read as paragraphs too."""

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        if lines.is_blank(line) or lines.is_underline(line):
            return "ends"
        return "passes" if lines.interrupts(line) else "continues"


class Quote:
    """A quotation, with the lines that lazily continue it."""

    def __init__(self, line: str) -> None:
        self._is_lazy = _has_quoted_text(line)

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        if lines.is_blank(line):
            return "ends"
        if lines.is_quote(line):
            self._is_lazy = _has_quoted_text(line)
            return "continues"
        return "continues" if self._is_lazy and not lines.interrupts(line) else "passes"


def _has_quoted_text(line: str) -> bool:
    return not lines.is_blank(line.replace(">", " "))


class IndentedCode:
    """Code by indentation, blank lines included."""

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        is_code = lines.is_blank(line) or lines.indent_of(line) >= lines.CODE_INDENT
        return "continues" if is_code else "passes"


class Math:
    """Display math; a blank line ends it whether it is closed or not."""

    def __init__(self, line: str) -> None:
        self._closing = BLOCK_MARKS[opening_mark(line)]

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        is_end = lines.is_blank(line) or line.rstrip().endswith(self._closing)
        return "ends" if is_end else "continues"


class Fence:
    """Fenced code up to its closing fence."""

    def __init__(self, mark: FenceMark) -> None:
        self.mark = mark

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        return "ends" if self.mark.is_closed_by(line) else "continues"


class ItemList:
    """A list with everything in its items; blank lines end it only before other text."""

    def __init__(self, mark: ItemMark) -> None:
        self._mark = mark
        self._is_lazy = not mark.is_empty  # an unindented line still belongs to the last item

    def verdict(self, line: str, /) -> Verdict:
        """Decide about the next line."""
        if lines.is_blank(line):
            self._is_lazy = False
            return "continues"
        if lines.indent_of(line) < self._mark.content_indent:
            item = lines.item_mark(line)
            if item and item.kind == self._mark.kind:
                self._mark = item
                self._is_lazy = not item.is_empty
                return "continues"
            if item or not self._is_lazy or lines.interrupts(line):
                return "passes"
        self._is_lazy = True
        return "continues"
