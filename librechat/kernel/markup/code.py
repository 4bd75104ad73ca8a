"""Code: a framed, highlighted block; colors are CSS classes."""

import re
import time
from html import escape

from django.utils.translation import gettext
from pygments.lexer import Lexer
from pygments.token import STANDARD_TYPES

from librechat.kernel.markup.languages import lexer_for

MAX_HIGHLIGHTED = 50_000  # characters
MAX_HIGHLIGHTED_LINE = 1_000
# Ordinary code takes about 4 microseconds per character. What takes far more is text made
# to stall the lexer: the rest of it stays plain.
SECONDS_PER_CHARACTER = 40e-6
SECONDS_TO_START = 0.2
_LANGUAGE = re.compile(r"[\w+#.\-]{1,30}")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def language_of(info: str) -> str:
    """Return the language a fence's info string names, in lower case, or ""."""
    match = _LANGUAGE.match(info.strip().lstrip("{."))
    return match[0].lower() if match else ""


def figure(text: str, language: str) -> str:
    """Return the HTML of a code block; an unknown language stays plain."""
    label = language or gettext("Code")
    return (
        f'<figure class="code" data-language="{escape(language)}">'
        f"<figcaption><span>{escape(label)}</span>"
        f'<button type="button" data-copy>{escape(gettext("Copy"))}</button></figcaption>'
        f'<pre tabindex="0"><code>{highlighted(text, language)}</code></pre></figure>'
    )


def highlighted(text: str, language: str) -> str:
    """Return escaped code with a span per kind of token."""
    lexer = lexer_for(language)
    if lexer is None or len(text) > MAX_HIGHLIGHTED or _has_endless_line(text):
        return text.translate(_ESCAPES)
    return "".join(_spans(lexer, text))


def _spans(lexer: Lexer, text: str) -> list[str]:
    """Return the pieces of HTML; neighbours of one kind share a span."""
    spans: list[str] = []
    open_class, run, done = "", "", 0
    deadline = time.thread_time() + SECONDS_TO_START + len(text) * SECONDS_PER_CHARACTER
    for kind, value in lexer.get_tokens(text):
        known = STANDARD_TYPES.get(kind) or STANDARD_TYPES.get(kind.parent or kind, "")
        css_class = "" if value.isspace() else known
        if css_class != open_class and not (value.isspace() and "\n" not in value):
            spans.append(_span(open_class, run))
            open_class, run = css_class, value
        else:
            run += value
        done += len(value)
        if time.thread_time() > deadline:
            break
    return [*spans, _span(open_class, run), text[done:].translate(_ESCAPES)]


def _span(css_class: str, text: str) -> str:
    escaped = text.translate(_ESCAPES)
    return f'<span class="{css_class}">{escaped}</span>' if css_class and text else escaped


def _has_endless_line(text: str) -> bool:
    return any(len(line) > MAX_HIGHLIGHTED_LINE for line in text.split("\n"))
