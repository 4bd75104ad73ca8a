"""Task lists: items that begin with a box."""

from collections.abc import Sequence
from html import escape

from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

BOXES = {"[ ] ": False, "[x] ": True, "[X] ": True}


def tasks_plugin(md: MarkdownIt) -> None:
    """Teach a parser ``- [ ]`` and ``- [x]``."""
    md.core.ruler.after("inline", "task_boxes", _rule)
    md.add_render_rule("task_box", _render_box)


def _rule(state: StateCore) -> None:
    tokens = state.tokens
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_item = item.type == "list_item_open" and paragraph.type == "paragraph_open"
        if is_item and inline.children and inline.content[:4] in BOXES:
            first = inline.children[0]
            first.content = first.content[4:]
            box = Token("task_box", "input", 0, meta={"is_done": BOXES[inline.content[:4]]})
            inline.children.insert(0, box)
            item.attrSet("class", "task")


def _render_box(
    _self: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    if tokens[index].meta["is_done"]:
        return f'<input type="checkbox" checked disabled aria-label="{escape(gettext("Done"))}"> '
    return f'<input type="checkbox" disabled aria-label="{escape(gettext("Not done"))}"> '
