"""What the doctor says: a light, what was seen, and what to type."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

Light = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked at; ``fix`` says what to type, and is empty when all is well."""

    area: str
    light: Light
    seen: str
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it for programs."""
        return asdict(self)


Checkup: TypeAlias = Callable[[], Iterator[Finding]]


def green(area: str, seen: str) -> Finding:
    """Say that all is well."""
    return Finding(area, "green", seen)


def amber(area: str, seen: str, fix: str) -> Finding:
    """Say what should be looked after when there is time."""
    return Finding(area, "amber", seen, fix)


def red(area: str, seen: str, fix: str) -> Finding:
    """Say what is broken."""
    return Finding(area, "red", seen, fix)
