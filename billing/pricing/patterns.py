"""Which of many patterns a model's name belongs to."""

from collections.abc import Iterable


def longest_match(model: str, patterns: Iterable[str]) -> str | None:
    """Return the longest pattern contained in the name; of equal ones the later.

    The name counts from its last slash; only patterns with a slash see the whole of it.
    """
    name = model.lower()
    short = name.rpartition("/")[2]
    best: tuple[bool, int] = (False, 0)
    found: str | None = None
    for pattern in patterns:
        whole = "/" in pattern
        rank = (whole, len(pattern))
        if pattern and rank >= best and pattern.lower() in (name if whole else short):
            best, found = rank, pattern
    return found
