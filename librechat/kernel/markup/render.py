"""Blocks of one text rendered one after the other, with ids that count them."""

from functools import cache

from markdown_it import MarkdownIt

from librechat.kernel.markup.code import figure, language_of
from librechat.kernel.markup.markdown import parser
from librechat.kernel.markup.sanitize import sanitized
from librechat.kernel.markup.segments import Fence

MOST_FREE_CELLS = 2_000  # of a table, that its text does not spell out


@cache
def _parser() -> MarkdownIt:
    return parser()


@cache
def _parser_without_tables() -> MarkdownIt:
    return parser().disable("table")


class BlockRenderer:
    """The blocks of one text share the link definitions met so far."""

    def __init__(self) -> None:
        self._count = 0
        self._env: dict[str, object] = {}

    @property
    def next_id(self) -> str:
        """The id of the block that is rendered next."""
        return f"b{self._count}"

    def text(self, markdown: str) -> str:
        """Return the HTML of any block but a fence; "" when it shows nothing."""
        md = _parser_without_tables() if _is_hollow_table(markdown) else _parser()
        return self._framed(md.render(markdown, self._env))

    def table_start(self, head: str, marks: str) -> str:
        """Return the HTML of a table without rows; "" when the two lines begin none."""
        html = sanitized(_parser().render(f"{head}\n{marks}", dict(self._env))).strip()
        if not html.startswith('<div class="table"'):
            return ""
        return f'<div class="block" data-block="{self.next_id}">{html}</div>\n'

    def table_row(self, head: str, marks: str, line: str) -> str:
        """Return the HTML of one row of a table that is still being written."""
        html = sanitized(_parser().render(f"{head}\n{marks}\n{line}", dict(self._env)))
        return html.partition("<tbody>")[2].partition("</tbody>")[0].strip()

    def fence(self, fence: Fence, lines: list[str]) -> str:
        """Return the HTML of a fence, closed or not; ``lines`` include its marks."""
        content = lines[1:]
        if content and fence.mark.is_closed_by(content[-1]):
            content.pop()
        code = "\n".join(_without_indent(line, fence.mark.indent) for line in content)
        return self._framed(figure(code, language_of(fence.mark.info)))

    def _framed(self, html: str) -> str:
        block_id = self.next_id
        self._count += 1
        safe = sanitized(html).strip()
        return f'<div class="block" data-block="{block_id}">{safe}</div>\n' if safe else ""


def free_cells(head: str, line: str) -> int:
    """Return how many cells of a row the parser would fill in."""
    return max(head.count("|") - line.count("|"), 0)


def _is_hollow_table(markdown: str) -> bool:
    """Tell whether missing cells, which the parser fills in, would outgrow the text by far."""
    lines = markdown.split("\n")
    cells = max(line.count("|") for line in lines) * len(lines)
    return cells > MOST_FREE_CELLS + 4 * markdown.count("|")


def _without_indent(line: str, columns: int) -> str:
    lead = len(line) - len(line.lstrip(" "))
    return line[min(lead, columns) :]
