"""Markdown as HTML for a page without a server: no colors of code, no buttons.

The chat's own page is made block by block, as an answer arrives; a text that is all there takes
a fifth of that when it is parsed once.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from librechat.kernel import markup
from librechat.kernel.markup.code import language_of
from librechat.kernel.markup.markdown import parser
from librechat.kernel.markup.render import MOST_FREE_CELLS
from librechat.kernel.markup.sanitize import sanitized

# Parsing may cost more than linear time: what is larger goes block by block, as on the page.
LONGEST = 32_768
# What a rule for text within a line may begin with.
_SIGNS = re.compile(r"[\n\\`*_~\[\]!<&$:]")


def standing(markdown: str) -> SafeString:
    """Return a whole text as safe HTML."""
    if len(markdown) > LONGEST or _may_grow(markdown):
        return markup.render(markdown)
    clean = markdown.encode("utf-8", "replace").decode()  # lone surrogates
    return SafeString(sanitized(_parser().render(clean)))


def _may_grow(markdown: str) -> bool:
    """Tell whether a table could have far more cells than are written in it.

    A blank line ends a table.
    """
    return "|" in markdown and any(_cells(part) > MOST_FREE_CELLS for part in _parts(markdown))


def _parts(markdown: str) -> list[str]:
    return [part for part in markdown.split("\n\n") if "|" in part]


def _cells(part: str) -> int:
    lines = part.split("\n")
    return max(line.count("|") for line in lines) * len(lines)


@cache
def _parser() -> MarkdownIt:
    made = parser()
    made.core.ruler.at("inline", _inline_rule)
    made.add_render_rule("fence", _render_code)
    made.add_render_rule("code_block", _render_code)
    return made


def _inline_rule(state: StateCore) -> None:
    """Take text apart where there is something to find in it; most cells of tables are words."""
    for token in state.tokens:
        if token.type == "inline" and token.children is not None:
            if _SIGNS.search(token.content):
                state.md.inline.parse(token.content, state.md, state.env, token.children)
            else:
                token.children.append(Token("text", "", 0, content=token.content))


def _render_code(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    token = tokens[index]
    language = language_of(token.info)
    name = f"<figcaption>{escape(language)}</figcaption>" if language else ""
    return f"<figure>{name}<pre><code>{escape(token.content)}</code></pre></figure>\n"
