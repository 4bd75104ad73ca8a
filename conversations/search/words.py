"""Words: how text is taken apart, the same way for what is stored and for what is asked."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

MAX_WORDS_CHARACTERS = 200_000  # of one document; PostgreSQL's index takes a megabyte of words
MAX_WORD = 64

# What stands between words: everything of ASCII that is no letter or digit, and the signs of
# other scripts. The rest (marks, emoji, letters unknown to this Python) belongs to words.
_BETWEEN = (
    r"\s\x00-/:-@\[-`{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u02b0-\u02ff\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4"
    r"\u0600-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965\u0e4f\u0e5a\u0e5b"
    r"\u2000-\u206f\u2190-\u23ff\u2500-\u25ff\u27e6-\u27ef\u2983-\u2998\u2e00-\u2e7f"
    r"\u3000-\u3004\u3007-\u3020\u3030\u303d\u30fb\ud800-\udfff\ufe00-\ufe6b\ufeff"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufff0-\uffff"
)
_RUN = re.compile(f"[^{_BETWEEN}]+")
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")
# Scripts without spaces between words: each character stands alone, marks stay with their letter.
_ALONE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3006\u3021-\u303f"
    r"\u3040-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_MARKS = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3"
)
_PIECE = re.compile(f"[{_ALONE}][{_MARKS}\u3099\u309a]*|[^{_ALONE}]+")
_ANY_ALONE = re.compile(f"[{_ALONE}]")
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",  # dotless i
        "\u0649": "\u064a",  # alef maksura: yeh
        "\u0629": "\u0647",  # teh marbuta: heh
        "\u0640": None,  # tatweel only stretches a word
    },
)
_ACCENTS_FROM = 200  # canonical combining classes: accents above and below
_POINTS = range(10, 36)  # the vowel points of Hebrew and Arabic


class Run(NamedTuple):
    """Words that stand together in the original text, and where."""

    start: int
    end: int
    words: tuple[str, ...]


def folded(text: str) -> str:
    """Return text without what people leave out when they search: case, accents, vowel points."""
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in flat if not _is_left_out(letter))
    return unicodedata.normalize("NFC", kept.translate(_LETTERS))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in order."""
    flat = folded(text)
    if flat.isascii():
        return [word[:MAX_WORD] for word in _ASCII_RUN.findall(flat)]
    return [word for run in _RUN.findall(flat) for word in _pieces(run)]


def prepared(text: str) -> str:
    """Return what the index keeps of a text: its words, a space between them."""
    words = " ".join(words_of(text[: 2 * MAX_WORDS_CHARACTERS]))
    if len(words) <= MAX_WORDS_CHARACTERS:
        return words
    return words[:MAX_WORDS_CHARACTERS].rpartition(" ")[0]


def runs(text: str) -> Iterator[Run]:
    """Yield a text's words with their places, as far as they are needed."""
    if text.isascii():
        for found in _ASCII_RUN.finditer(text):
            yield Run(found.start(), found.end(), (found.group()[:MAX_WORD].lower(),))
        return
    for found in _RUN.finditer(text):
        start, run = found.start(), found.group()
        if not _ANY_ALONE.search(run):
            yield Run(start, found.end(), tuple(words_of(run)))
            continue
        for piece in _PIECE.finditer(run):
            words = tuple(words_of(piece.group()))
            yield Run(start + piece.start(), start + piece.end(), words)


def _pieces(run: str) -> list[str]:
    if run.isascii() or not _ANY_ALONE.search(run):
        return [run[:MAX_WORD]]
    return [piece[:MAX_WORD] for piece in _PIECE.findall(run)]


def _is_left_out(letter: str) -> bool:
    rank = unicodedata.combining(letter)
    return rank >= _ACCENTS_FROM or rank in _POINTS
