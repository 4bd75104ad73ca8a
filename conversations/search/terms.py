"""What a person asks for, taken apart: words, phrases, exclusions."""

import re
from dataclasses import dataclass

from conversations.search.words import words_of

MAX_QUERY_CHARACTERS = 500
MAX_TERMS = 16
MAX_PHRASE = 32  # words; a term in Chinese or Thai is a phrase of its characters
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)(?:"|\Z)|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side; of a prefix the last may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """All of ``wanted`` must be there, none of ``unwanted``."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.wanted)


def terms_of(text: str) -> Terms:
    """Return what to look for; the word being typed matches as a beginning.

    Only words come out of here, whatever went in: no character has a meaning to a database.
    """
    text = text[:MAX_QUERY_CHARACTERS]
    wanted: list[Term] = []
    unwanted: list[Term] = []
    is_open = not text[-1:].isspace()
    for found in _PART.finditer(text):
        phrase = found["phrase"]
        words = tuple(words_of(phrase if phrase is not None else found["word"]))[:MAX_PHRASE]
        if not words:
            continue
        if found["minus"]:
            unwanted.append(Term(words))
        else:
            is_last = is_open and found.end() == len(text)
            wanted.append(Term(words, is_prefix=is_last and phrase is None))
    return Terms(tuple(_first(wanted)), tuple(_first(unwanted)))


def _first(terms: list[Term]) -> list[Term]:
    """Return the first terms, each once."""
    return list(dict.fromkeys(terms))[:MAX_TERMS]
