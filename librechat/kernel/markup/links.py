"""Web addresses: which may be links, and those written without any brackets."""

import re
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from librechat.kernel.markup.sanitize import LINK_SCHEMES

_SCHEME = re.compile(r"(?:^|[^a-zA-Z0-9])(https?)$")
_REST = re.compile(r"://[^\s<>\"`]{1,2048}")
_PAIRS = (("(", ")"), ("[", "]"))


def links_plugin(md: MarkdownIt) -> None:
    """Make links of bare addresses, and refuse all schemes but a few."""
    md.validateLink = is_allowed  # type: ignore[method-assign] # the library's own hook
    md.inline.ruler.before("escape", "bare_link", _bare_link_rule)


def is_allowed(url: str) -> bool:
    """Tell whether a link may lead there: no scripts, no data, nothing of this site."""
    scheme, colon, _ = url.strip().partition(":")
    return bool(colon) and scheme.lower() in LINK_SCHEMES


def host_of(url: str) -> str:
    """Return the host of an address, or "" when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _bare_link_rule(state: StateInline, silent: bool) -> bool:
    # The text before the colon is already read; it waits in ``pending``.
    if not state.src.startswith("://", state.pos) or silent or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-len(" https") :])
    rest = _REST.match(state.src, state.pos)
    if not scheme or not rest:
        return False
    name, path = scheme[1], _without_punctuation(rest[0])
    if not host_of(name + path):
        return False
    state.pending = state.pending[: -len(name)]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(name + path)}
    state.push("text", "", 0).content = name + path
    state.push("link_close", "a", -1)
    state.pos += len(path)
    return True


def _without_punctuation(path: str) -> str:
    """Return the address without the marks of the sentence around it."""
    for _ in range(len(_PAIRS) + 1):
        path = path.rstrip(".,:;!?'\"*_~")
        for opening, closing in _PAIRS:
            surplus = path.count(closing) - path.count(opening)
            tail = len(path) - len(path.rstrip(closing))
            path = path[: len(path) - max(0, min(surplus, tail))]
    return path
