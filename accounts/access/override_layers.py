"""How the overrides of one receiver are laid over a section, by the section's own rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from accounts.access.override_tree import Tree, merged, without
from librechat.kernel.registry import Registry


class Layering(Protocol):
    """The rules of a section that is more than a tree of values. Trees hold the section's name."""

    def laid_over(
        self,
        below: Mapping[str, object],
        overrides: Mapping[str, object],
        tombstones: Iterable[str],
    ) -> Tree:
        """Return the tree after one receiver's overrides."""
        ...

    def problems(
        self,
        overrides: Mapping[str, object],
        tombstones: Iterable[str],
        *,
        before: Mapping[str, object],
    ) -> Iterator[str]:
        """Yield what must not be stored, each with its path; ``before``: what is stored."""
        ...


# Section → its rules; the others are plain trees.
LAYERINGS: Registry[Layering] = Registry("The layering of the section")


def laid_over(
    section: str,
    below: Mapping[str, object],
    overrides: Mapping[str, object],
    tombstones: Iterable[str],
) -> Tree:
    """Return a tree after one row: what is taken away goes first, then the values are laid on."""
    own = LAYERINGS.get(section)
    if own is not None:
        return own.laid_over(below, overrides, tombstones)
    tree = dict(below)
    for path in tombstones:
        tree = without(tree, path)
    whole = merged(tree, overrides)
    return whole if isinstance(whole, dict) else tree
