"""Laying one tree of settings over another."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Tree: TypeAlias = dict[str, object]

SECTIONS = ("interface", "endpoints", "modelSpecs", "balance", "rateLimits")
PATH = re.compile(r"[A-Za-z][\w-]*(\.[\w -]+){0,19}", re.ASCII)
MAX_PATH_CHARACTERS = 200


def path_is_sound(path: object) -> bool:
    """Return whether a dotted path names something in a section that can be overridden."""
    return (
        isinstance(path, str)
        and len(path) <= MAX_PATH_CHARACTERS
        and PATH.fullmatch(path) is not None
        and path.partition(".")[0] in SECTIONS
    )


def merged(below: object, above: object) -> object:
    """Return the lower tree with the upper one over it; only mappings are merged."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    both = dict(below)
    for name, value in above.items():
        both[name] = merged(both[name], value) if name in both else value
    return both


def placed(tree: Mapping[str, object], path: str, value: object) -> Tree:
    """Return the tree with a value at a dotted path."""
    head, _, rest = path.partition(".")
    inner = tree.get(head)
    if rest:
        value = placed(inner if isinstance(inner, Mapping) else {}, rest, value)
    return {**tree, head: value}


def without(tree: Mapping[str, object], path: str) -> Tree:
    """Return the tree without what is at a dotted path, and without what is empty then."""
    head, _, rest = path.partition(".")
    inner = tree.get(head)
    others = {name: value for name, value in tree.items() if name != head}
    if not rest or not isinstance(inner, Mapping):
        return others if not rest else dict(tree)
    left = without(inner, rest)
    return {**tree, head: left} if left or not inner else others


def leaves(tree: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield (dotted path, value) of all that is no mapping, and of empty mappings."""
    if isinstance(tree, Mapping) and tree:
        for name, value in tree.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif path:
        yield path, tree


def is_at_or_below(path: str, other: str) -> bool:
    """Return whether a dotted path is another one, or leads into it."""
    return path == other or path.startswith(f"{other}.")
