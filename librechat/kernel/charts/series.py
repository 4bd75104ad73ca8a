"""Charts: numbers over labels, and the table of those that apps registered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from librechat.kernel.registry import Registry

Columns = list[list[int]]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers; points: (label, number), in the order they are drawn."""

    name: str
    points: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over common labels; bars of several series are stacked, lines are not.

    unit: what the numbers count; ``credits`` are shown as US dollars, ``bytes`` and ``ms`` too
    have their own notation, any other word stands beside the numbers.
    """

    title: str
    series: tuple[Series, ...]
    unit: str = ""
    kind: Literal["bar", "line"] = "bar"


Draw = Callable[[datetime, datetime], Chart]
D = TypeVar("D", bound=Draw)


@dataclass(frozen=True, slots=True)
class Plot:
    """A registered chart; capability: who may see it."""

    draw: Draw
    capability: str

    def __call__(self, start: datetime, end: datetime) -> Chart:
        """Return the chart of what happened from ``start`` until before ``end``."""
        return self.draw(start, end)


_charts: Registry[Plot] = Registry("Chart")


def chart(name: str, *, capability: str = "read:usage") -> Callable[[D], D]:
    """Return a decorator that registers a chart under a name."""

    def register(draw: D) -> D:
        _charts.register(name, Plot(draw, capability))
        return draw

    return register


def charts() -> Mapping[str, Plot]:
    """Return every registered chart by name."""
    return dict(_charts.items())


def columns(chart: Chart) -> tuple[list[str], Columns]:
    """Return the labels in order and per series its numbers; 0 where a series has none."""
    labels = list(dict.fromkeys(label for one in chart.series for label, _n in one.points))
    known = [dict(one.points) for one in chart.series]
    return labels, [[numbers.get(label, 0) for label in labels] for numbers in known]
