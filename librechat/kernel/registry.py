"""A table of named plug-ins that apps fill in ``AppConfig.ready()``."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Names and what they stand for; a name is given once."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._entries: dict[str, T] = {}

    def register(self, name: str, entry: T) -> None:
        """Add an entry.

        Raises:
            ValueError: the name is taken by something else.
        """
        if self._entries.get(name, entry) is not entry:
            raise ValueError(f"{self._noun} {name!r} is registered twice.")
        self._entries[name] = entry

    def get(self, name: str) -> T | None:
        """Return the entry of that name, if any."""
        return self._entries.get(name)

    def values(self) -> list[T]:
        """Return the entries without their names, in the order they were registered."""
        return list(self._entries.values())

    def items(self) -> Iterator[tuple[str, T]]:
        """Return the entries in the order they were registered."""
        return iter(self._entries.items())
