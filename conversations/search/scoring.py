"""How much a text has to do with a search: BM25, worked out for the texts at hand.

The database's own function first walks through every document that holds the words, to learn how
rare they are: for the commonest words of somebody with many chats that is most of the time.
"""

import math
from collections.abc import Iterable, Sequence

from conversations.search.backend import Match
from conversations.search.terms import Term

# What each further time a word is said counts less, and how much a long text dilutes it: the
# usual values. The words of an average message are fixed, so that scores of two lists compare.
SATURATION, DILUTION, AVERAGE_WORDS = 1.2, 0.75, 150
COUNTED = 5_000  # documents, up to which the rarity of a word is told apart


def scored(
    texts: Iterable[tuple[int, str]],
    terms: Sequence[Term],
    found_in: Sequence[int],
) -> list[Match]:
    """Return a match for each (document id, words), in their order.

    ``found_in``: of how many documents each term is a part, counted up to ``COUNTED``.
    """
    weights = [math.log(1 + COUNTED / (1 + count)) for count in found_in]
    wanted = [(_sought(term), weight) for term, weight in zip(terms, weights, strict=True)]
    return [Match(document_id, _score(text, wanted)) for document_id, text in texts]


def _score(text: str, wanted: Iterable[tuple[str, float]]) -> float:
    # Two spaces between words: matches side by side share none of them.
    spaced = f" {text.replace(' ', '  ')} "
    length = 1 + text.count(" ")
    norm = SATURATION * (1 - DILUTION + DILUTION * length / AVERAGE_WORDS)
    # The index found them all: what is not in the piece that was read is said once.
    counts = ((max(1, spaced.count(sought)), weight) for sought, weight in wanted)
    return sum(weight * count * (SATURATION + 1) / (count + norm) for count, weight in counts)


def _sought(term: Term) -> str:
    words = " " + "  ".join(term.words)
    return words if term.is_prefix else words + " "
