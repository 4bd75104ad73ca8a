"""Markdown that is still arriving: finished blocks as HTML, the rest as plain text."""

from dataclasses import dataclass
from typing import TypeAlias

from django.utils.safestring import SafeString, mark_safe
from typing_extensions import override

from librechat.kernel.markup.code import language_of
from librechat.kernel.markup.render import MOST_FREE_CELLS, BlockRenderer, free_cells
from librechat.kernel.markup.segments import Fence, Paragraph, Segment, opened_by

# Parsing a single block may cost more than linear time: no block grows without end.
MAX_LINE = 8_192
MAX_BLOCK = 32_768
TABLE_HEAD = 2  # lines
TABLE_MARKS = frozenset("|-: \t")
HELD_BACK = 200  # characters of a line that may turn out to be a fence


@dataclass(frozen=True, slots=True)
class BlockDone:
    """A block is finished; it takes the place of the tail shown so far."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class TailGrew:
    """More plain text of the unfinished block."""

    text: str


@dataclass(frozen=True, slots=True)
class FenceOpened:
    """A code block began; the tail that follows belongs inside it until it is done."""

    id: str
    language: str


@dataclass(frozen=True, slots=True)
class TableOpened:
    """A table has its heads; it takes the place of the tail, and its rows follow."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class RowDone:
    """A row of the table opened last is finished; it takes the place of the tail."""

    id: str
    html: str


Update: TypeAlias = BlockDone | TailGrew | FenceOpened | TableOpened | RowDone


def render(markdown: str) -> SafeString:
    """Return the whole text as safe HTML, the same as streaming it gives.

    A link definition works for the text after it, as a stream cannot know better.
    """
    stream = _WholeText()
    updates = [*stream.feed(markdown), *stream.finish()]
    blocks = (update.html for update in updates if isinstance(update, BlockDone))
    return mark_safe("".join(blocks))  # noqa: S308 - every block went through the sanitizer


class BlockStream:
    """One text; the blocks are the same for any split, and no finished one is parsed again."""

    def __init__(self) -> None:
        self._renderer = BlockRenderer()
        self._segment: Segment | None = None
        self._lines: list[str] = []  # of the open segment
        self._size = 0
        self._line: list[str] = []  # pieces of the line that is not complete
        self._line_length = 0
        self._unsent: list[str] = []  # of those pieces, not shown yet
        self._tail: list[str] = []  # whole lines of the open segment, not shown yet
        self._updates: list[Update] = []
        self._is_fence_shown = False
        self._is_table_shown = False
        self._free_cells = 0  # of the open table
        self._is_after_cr = False

    def feed(self, text: str) -> list[Update]:
        """Take more text and return what changes on the screen."""
        first, *rest = self._cleaned(text).split("\n")
        self._add(first)
        for piece in rest:
            self._end_line()
            self._add(piece)
        self._show_tail()
        return self._drain()

    def finish(self) -> list[Update]:
        """Return the last block once the text has ended."""
        if self._line:
            self._end_line()
        if self._segment:
            self._close()
        return self._drain()

    def _cleaned(self, text: str) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:  # lone surrogates
            text = text.encode("utf-8", "replace").decode()
        if "\r" in text or self._is_after_cr:
            if self._is_after_cr and text.startswith("\n"):
                text = text[1:]
                self._is_after_cr = False
            self._is_after_cr = text.endswith("\r") if text else self._is_after_cr
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text.replace("\0", "\ufffd")

    def _add(self, piece: str) -> None:
        """Add text to the open line; outside of code a line is cut where it gets too long."""
        while self._line_length + len(piece) > MAX_LINE and not isinstance(self._segment, Fence):
            room = MAX_LINE - self._line_length
            self._add_to_line(piece[:room])
            self._end_line()
            piece = piece[room:]
        self._add_to_line(piece)

    def _add_to_line(self, piece: str) -> None:
        if piece:
            self._line.append(piece)
            self._unsent.append(piece)
            self._line_length += len(piece)

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._take_line(line)
        self._line.clear()
        self._unsent.clear()
        self._line_length = 0

    def _take_line(self, line: str) -> None:
        if self._segment:
            verdict = self._segment.verdict(line)
            if verdict != "passes":
                self._keep_line(line, "".join(self._unsent))
                if verdict == "ends" or self._is_full():
                    self._close()
                elif isinstance(self._segment, Paragraph):
                    self._grow_table(line)
                return
            self._close()
            self._unsent = [line]  # what was shown of it went with the tail
        if line.strip(" \t"):
            self._open(line)

    def _open(self, line: str) -> None:
        self._segment = opened_by(line)
        self._is_fence_shown = self._is_table_shown = False
        self._free_cells = 0
        is_fence = isinstance(self._segment, Fence)
        self._keep_line(line, "" if is_fence else "".join(self._unsent))
        if is_fence:
            self._tail.clear()
        if self._segment is None or self._is_full():
            self._close()

    def _keep_line(self, line: str, unsent: str) -> None:
        self._lines.append(line)
        self._size += len(line) + 1
        self._tail.append(unsent + "\n")

    def _grow_table(self, line: str) -> None:
        """Show a table row by row; the finished block is rendered whole all the same."""
        head, marks = self._lines[0], self._lines[1]
        block_id = self._renderer.next_id
        if len(self._lines) == TABLE_HEAD and set(marks) <= TABLE_MARKS:
            html = self._renderer.table_start(head, marks)
            self._is_table_shown = bool(html)
            if html:
                self._updates.append(TableOpened(block_id, html))
                self._tail.clear()
        elif self._is_table_shown:
            self._free_cells += free_cells(head, line)
            self._is_table_shown = self._free_cells <= MOST_FREE_CELLS
            html = self._renderer.table_row(head, marks, line) if self._is_table_shown else ""
            if html:
                self._updates.append(RowDone(block_id, html))
                self._tail.clear()

    def _is_full(self) -> bool:
        return self._size >= MAX_BLOCK and not isinstance(self._segment, Fence)

    def _close(self) -> None:
        block_id = self._renderer.next_id
        if isinstance(self._segment, Fence):
            html = self._renderer.fence(self._segment, self._lines)
        else:
            html = self._renderer.text("\n".join(self._lines))
        self._updates.append(BlockDone(block_id, html))
        self._segment = None
        self._lines = []
        self._size = 0
        self._tail.clear()

    def _show_tail(self) -> None:
        if isinstance(self._segment, Fence) and not self._is_fence_shown:
            self._is_fence_shown = True
            language = language_of(self._segment.mark.info)
            self._updates.append(FenceOpened(self._renderer.next_id, language))
        if self._unsent and not self._may_be_mark():
            self._tail += self._unsent
            self._unsent.clear()
        if self._tail:
            self._updates.append(TailGrew("".join(self._tail)))
            self._tail.clear()

    def _may_be_mark(self) -> bool:
        """Tell whether the open line may become a fence, which is never shown as text."""
        if self._line_length > HELD_BACK:
            return False
        text = "".join(self._line).strip(" \t")
        if isinstance(self._segment, Fence):
            return not text.strip(self._segment.mark.mark[0])
        return not text or text[:3] in {"`", "``", "```", "~", "~~", "~~~"}

    def _drain(self) -> list[Update]:
        updates, self._updates = self._updates, []
        return updates


class _WholeText(BlockStream):
    """A text that is there at once: its blocks, and nothing of how they would have grown."""

    @override
    def _grow_table(self, line: str) -> None:
        return

    @override
    def _show_tail(self) -> None:
        return
