"""``${NAME}`` in values, replaced from the environment."""

import re
from collections.abc import Callable, Mapping

from django.conf import settings

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def filled(text: str) -> str:
    """Return the text with every ``${NAME}`` of a set variable replaced."""
    return PLACEHOLDER.sub(
        lambda match: settings.CONFIG_VARIABLES.get(match[1]) or match[0],
        text,
    )


def variable(name: str) -> Callable[[], str]:
    """Return a default: the variable's text, or its placeholder while it is unset."""
    return lambda: filled(f"${{{name}}}")


def replaced(raw: object) -> object:
    """Return a value with the placeholders of all texts in it replaced."""
    match raw:
        case str():
            return filled(raw)
        case Mapping():
            return {key: replaced(item) for key, item in raw.items()}
        case list():
            return [replaced(item) for item in raw]
        case _:
            return raw


def has_placeholder(text: str) -> bool:
    """Return whether a text still names a variable that is not set."""
    return PLACEHOLDER.search(text) is not None


def names_in(raw: object) -> set[str]:
    """Return the variables that a value names."""
    match raw:
        case str():
            return set(PLACEHOLDER.findall(raw))
        case Mapping():
            return set().union(*(names_in(item) for item in raw.values()))
        case list():
            return set().union(*(names_in(item) for item in raw))
        case _:
            return set()
