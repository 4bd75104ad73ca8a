"""The piece of a text around what was found, with the matches marked."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from conversations.search.readable import readable
from conversations.search.terms import Term, Terms
from conversations.search.words import Run, runs

BEFORE, LENGTH = 60, 240  # characters
FIRST_LOOK = 4_000
MAX_SCANNED = 60_000  # characters of one message that are looked through for the first match


class Part(NamedTuple):
    """A stretch of an excerpt."""

    text: str
    is_match: bool


def marked(text: str, terms: Terms) -> tuple[Part, ...]:
    """Return a whole short text with its matches."""
    return _parts(text, _spans(text, terms))


def excerpt(text: str, terms: Terms) -> tuple[Part, ...]:
    """Return the text around the first match, on one line."""
    flat = _flat(text)
    return _around(flat, _spans(flat[:FIRST_LOOK], terms) or _spans(flat, terms))


def answer_excerpt(markdown: str, terms: Terms) -> tuple[Part, ...]:
    """Return what a reader sees of an answer around the first match, on one line.

    A match that no reader sees, as in the address behind a link, is shown in the source.
    """
    for longest in (FIRST_LOOK, MAX_SCANNED):
        flat = _flat(readable(markdown[:longest]))
        spans = _spans(flat, terms)
        is_all = len(markdown) <= longest or longest == MAX_SCANNED
        if spans and (is_all or spans[0][0] + LENGTH < len(flat)):
            return _around(flat, spans)
        if is_all:
            break
    return excerpt(markdown, terms)


def _flat(text: str) -> str:
    return " ".join(text[:MAX_SCANNED].split())


def _around(flat: str, spans: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    first = spans[0][0] if spans else 0
    start = _word_start(flat, first - BEFORE) if first > BEFORE else 0
    end = min(start + LENGTH, len(flat))
    inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
    parts = list(_parts(flat[start:end], inside))
    if start:
        parts.insert(0, Part("… ", is_match=False))
    if end < len(flat):
        parts.append(Part(" …", is_match=False))
    return tuple(parts)


def _word_start(text: str, place: int) -> int:
    space = text.find(" ", place, place + BEFORE // 2)
    return space + 1 if space >= 0 else place


def _parts(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    place = 0
    for first, last in spans:
        if first < place:  # inside the one before
            continue
        parts.append(Part(text[place:first], is_match=False))
        parts.append(Part(text[first:last], is_match=True))
        place = last
    parts.append(Part(text[place:], is_match=False))
    return tuple(part for part in parts if part.text)


def _spans(text: str, terms: Terms) -> list[tuple[int, int]]:
    """Return where the wanted terms stand, in order."""
    found = list(runs(text))
    spans = [
        (found[place].start, found[last].end)
        for place in range(len(found))
        for last in _ends(found, place, terms.wanted)
    ]
    return sorted(spans, key=lambda span: (span[0], -span[1]))


def _ends(found: Sequence[Run], place: int, wanted: Iterable[Term]) -> list[int]:
    """Return the places of the last runs of terms that begin at ``place``."""
    ends = (_end(found, place, term) for term in wanted)
    return [end for end in ends if end is not None]


def _end(found: Sequence[Run], place: int, term: Term) -> int | None:
    words: list[str] = []
    last = place
    while last < len(found) and len(words) < len(term.words):
        words.extend(found[last].words)
        last += 1
    if len(words) < len(term.words):
        return None
    *whole, end = zip(term.words, words, strict=False)
    is_end = end[1].startswith(end[0]) if term.is_prefix else end[1] == end[0]
    return last - 1 if is_end and all(asked == word for asked, word in whole) else None
