"""TeX: the Markdown rules that find it, and the MathML made of it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.translation import gettext
from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MAX_TEX = 2_000  # characters
BLOCK_MARKS = {"$$": "$$", "\\[": "\\]"}
INLINE_MARKS = {"$$": "$$", "$": "$", "\\(": "\\)", "\\[": "\\]"}
# Definitions may call themselves or double at each step; formulas do without them.
_DEFINITION = re.compile(r"\\(?:(?:re)?newcommand|[gex]?def|let|newenvironment)(?![a-zA-Z])")
# The converter has a dozen unrelated errors of its own and lets Python's escape as well.
_REFUSALS: tuple[type[Exception], ...] = (
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type)),
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


@lru_cache(maxsize=256)
def mathml(tex: str, *, is_block: bool) -> str:
    """Return MathML that carries its TeX; TeX that cannot be converted becomes code."""
    try:
        inner = _converted(tex, "block" if is_block else "inline")
    except _REFUSALS:
        inner = f'<code class="tex">{escape(tex)}</code>'
    return f'<span class="math">{inner}</span>'


def _converted(tex: str, display: str) -> str:
    if len(tex) > MAX_TEX or _DEFINITION.search(tex):
        raise ValueError(tex)
    element = convert_to_element(tex, display=display)
    del element.attrib["xmlns"]  # in HTML the element says it all
    for node in element.iter():
        node.text = unescape(node.text) if node.text else node.text
    semantics = Element("semantics")
    semantics.extend(list(element))
    annotation = SubElement(semantics, "annotation", {"encoding": "application/x-tex"})
    annotation.text = tex
    element[:] = [semantics]
    return tostring(element, encoding="unicode")


def math_plugin(md: MarkdownIt) -> None:
    r"""Teach a parser ``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]``."""
    md.inline.ruler.before("escape", "math_inline", _inline_rule)
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("fence", "math_block", _block_rule, {"alt": interrupted})
    md.add_render_rule("math_inline", _render_inline)
    md.add_render_rule("math_block", _render_block)


def opening_mark(line: str) -> str:
    """Return the mark with which a line opens display math, or "".

    A line that also holds the closing mark opens nothing unless it ends with it.
    """
    text = line.strip()
    mark = text[:2]
    closing = BLOCK_MARKS.get(mark)
    if closing is None:
        return ""
    rest = text[2:]
    is_open = closing not in rest
    return (
        mark if is_open or (rest.find(closing) == len(rest) - 2 and len(rest) > len(mark)) else ""
    )


def _block_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _line(state, start)
    mark = opening_mark(line)
    if not mark:
        return False
    closing = BLOCK_MARKS[mark]
    last = start
    while (last == start and line.strip() == mark) or not line.rstrip().endswith(closing):
        last += 1
        if last >= end or not _line(state, last).strip() or state.sCount[last] < state.blkIndent:
            return False
        line = _line(state, last)
    if not silent:
        text = "\n".join(_line(state, number) for number in range(start, last + 1)).strip()
        token = state.push("math_block", "math", 0)
        token.content = text.removeprefix(mark).removesuffix(closing).strip()
        token.map = [start, last + 1]
    state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _inline_rule(state: StateInline, silent: bool) -> bool:
    source, start = state.src, state.pos
    mark = source[start : start + 2]
    if mark not in INLINE_MARKS:
        mark = mark[:1]
    closing = INLINE_MARKS.get(mark)
    if closing is None:
        return False
    first = start + len(mark)
    stop = source.find(closing, first, first + MAX_TEX)
    tex = source[first:stop]
    if stop < 0 or not tex.strip() or (mark == "$" and not _is_formula(source, start, stop)):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = tex.strip()
        token.markup = mark
    state.pos = stop + len(closing)
    return True


def _is_formula(source: str, start: int, stop: int) -> bool:
    """Tell a formula from two prices: no blanks inside the dollars, no digits around them."""
    before, after = source[start - 1 : start], source[stop + 1 : stop + 2]
    is_tight = not source[start + 1].isspace() and not source[stop - 1].isspace()
    return is_tight and source[stop - 1] != "\\" and not before.isdigit() and not after.isdigit()


def _render_inline(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    token = tokens[index]
    return mathml(token.content, is_block=token.markup in BLOCK_MARKS)


def _render_block(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    inner = mathml(tokens[index].content, is_block=True)
    label = escape(gettext("Equation"))
    return f'<div class="math-block" role="group" tabindex="0" aria-label="{label}">{inner}</div>\n'
