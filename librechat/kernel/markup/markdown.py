"""The Markdown dialect: CommonMark, tables, strikethrough, task lists, bare links and math."""

from collections.abc import Callable, Sequence
from html import escape

from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from librechat.kernel.markup.code import figure, language_of
from librechat.kernel.markup.links import host_of, links_plugin
from librechat.kernel.markup.math import math_plugin
from librechat.kernel.markup.tasks import tasks_plugin

MAX_NESTING = 20
BREAKS = ("<br>", "<br/>", "<br />")
# The tags between a table's cells never differ; working each out takes a tenth of a table's time.
TABLE_TAGS = {
    "thead_open": "<thead>\n",
    "thead_close": "</thead>\n",
    "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n",
    "tr_open": "<tr>\n",
    "tr_close": "</tr>\n",
    "th_close": "</th>\n",
    "td_close": "</td>\n",
}


def parser() -> MarkdownIt:
    """Return a parser whose output holds no HTML of the text's author."""
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline"])
    md.use(links_plugin).use(tasks_plugin).use(math_plugin)
    md.inline.ruler.before("html_inline", "line_break", _break_rule)
    for name, rule in (
        ("fence", _render_code),
        ("code_block", _render_code),
        ("image", _render_image),
        ("link_open", _render_link),
        ("table_open", _render_table_open),
        ("table_close", _render_table_close),
        ("th_open", _render_cell),
        ("td_open", _render_cell),
    ):
        md.add_render_rule(name, rule)
    for name, tag in TABLE_TAGS.items():
        md.add_render_rule(name, _always(tag))
    return md


def _always(tag: str) -> Callable[..., str]:
    def render(*_: object) -> str:
        return tag

    return render


def _break_rule(state: StateInline, silent: bool) -> bool:
    # The one tag models cannot do without: a line break inside a table's cell.
    for tag in BREAKS:
        if state.src.startswith(tag, state.pos):
            if not silent:
                state.push("hardbreak", "br", 0)
            state.pos += len(tag)
            return True
    return False


def _render_code(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    token = tokens[index]
    return figure(token.content.removesuffix("\n"), language_of(token.info)) + "\n"


def _render_image(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    """Render a button: whoever wrote the text must not learn that it is being read."""
    token = tokens[index]
    url, alt = str(token.attrs.get("src", "")), token.content
    host = host_of(url)
    if not host:
        return escape(alt)
    label = gettext("Load image from %(host)s") % {"host": host}
    return (
        f'<button type="button" class="image-gate" data-src="{escape(url)}"'
        f' data-alt="{escape(alt)}"><span>{escape(label)}</span>'
        f"<span>{escape(alt)}</span></button>"
    )


def _render_link(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    attributes = tokens[index].attrs
    url = str(attributes.get("href", ""))
    title = str(attributes.get("title", ""))
    hint = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(url)}" data-host="{escape(host_of(url))}"{hint}>'


def _render_table_open(*_: object) -> str:
    # A group, not a region: every region would be a landmark of its own.
    label = escape(gettext("Table"))
    return f'<div class="table" role="group" tabindex="0" aria-label="{label}"><table>\n'


def _render_table_close(*_: object) -> str:
    return "</table></div>\n"


def _render_cell(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    token = tokens[index]
    alignment = str(token.attrs.get("style", "")).removeprefix("text-align:")
    return f'<{token.tag} class="align-{alignment}">' if alignment else f"<{token.tag}>"
