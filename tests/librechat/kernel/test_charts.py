"""Charts: drawn, read out, as a table, registered."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest

from librechat.kernel.charts import Chart, Plot, Series, chart, charts, shown, svg, table

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def many(series: int, labels: int, *, kind: str = "bar") -> Chart:
    rows = tuple(
        Series(f"model-{at}", tuple((f"2026-{n:05}", 100_000 * at + n) for n in range(labels)))
        for at in range(series)
    )
    return Chart("Money", rows, "credits", "line" if kind == "line" else "bar")


def root(text: str) -> ET.Element:
    return ET.fromstring(text)


@pytest.mark.parametrize("kind", ["bar", "line"])
@pytest.mark.parametrize(("series", "labels"), [(0, 0), (1, 1), (3, 31), (8, 124), (30, 2000)])
def test_a_drawing_is_small_and_well_formed(kind: str, series: int, labels: int) -> None:
    drawn = svg(many(series, labels, kind=kind))
    assert root(drawn).tag.endswith("svg")
    assert len(drawn.encode()) <= 10 * 1024


def test_a_drawing_says_what_it_shows() -> None:
    bars = Chart("Calls", (Series("calls", (("Mon", 3), ("Tue", 9), ("Wed", 4))),), "calls")
    drawn = root(svg(bars))
    assert drawn.attrib["role"] == "img"
    assert drawn.attrib["aria-label"] == "Calls"
    title, said = drawn[0], drawn[1]
    assert title.text == "Calls"
    assert said.text == "From Mon to Wed; the highest is 9 calls at Tue."


def test_what_people_wrote_is_inert_in_a_drawing() -> None:
    drawn = svg(Chart(HOSTILE, (Series(HOSTILE, ((HOSTILE, 1),)), Series(HOSTILE, ())), HOSTILE))
    assert "<script" not in drawn
    assert root(drawn).attrib["aria-label"] == HOSTILE


def test_a_drawing_without_numbers_says_so() -> None:
    assert "No data." in svg(Chart("Empty", ()))


def test_bars_of_several_series_stand_on_one_another() -> None:
    drawn = root(svg(Chart("T", (Series("a", (("x", 1),)), Series("b", (("x", 3),))))))
    first, second = (
        one.attrib["d"] for one in drawn if one.tag.endswith("path") and "fill" in one.attrib
    )
    top_of_first = first.split("V")[1].split("h")[0]
    assert second.split(" ")[1].split("V")[0] == top_of_first


def test_numbers_below_zero_hang_from_the_line() -> None:
    drawn = svg(Chart("T", (Series("a", (("x", -4), ("y", 4))),)))
    assert ">-4<" in drawn
    assert ">4<" in drawn


def test_a_table_has_every_number_exactly() -> None:
    money = Chart(
        "Money",
        (Series("a", (("Mon", 1_234_567), ("Tue", 500_000))), Series("b", (("Tue", -1),))),
        "credits",
    )
    assert table(money) == [
        ["", "a (USD)", "b (USD)"],
        ["Mon", "1.234567", "0.00"],
        ["Tue", "0.50", "-0.000001"],
    ]
    assert table(many(30, 2000))[0][-1] == "model-29 (USD)"
    assert len(table(many(1, 2000))) == 2001
    assert table(Chart("Calls", (Series("n", (("x", 1_000_000),)),))) == [
        ["", "n"],
        ["x", "1000000"],
    ]


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (0, "", "0"),
        (999, "", "999"),
        (1_500, "calls", "1.5k calls"),
        (2_000_000, "bytes", "2 MB"),
        (1_500_000, "credits", "$1.50"),
        (300, "credits", "$0.0003"),
        (0, "credits", "$0"),
        (12_345, "ms", "12,345 ms"),
    ],
)
def test_numbers_are_short(number: int, unit: str, text: str) -> None:
    assert shown(number, unit) == text


def test_a_chart_is_registered_under_its_name_once() -> None:
    @chart("test:one", capability="read:billing")
    def one(start: datetime, end: datetime) -> Chart:
        return Chart(f"{start:%d}-{end:%d}", ())

    plot = charts()["test:one"]
    assert isinstance(plot, Plot)
    assert plot.capability == "read:billing"
    assert plot(START, END).title == "01-01"
    assert one(START, END).title == "01-01"
    with pytest.raises(ValueError, match="registered twice"):
        chart("test:one")(one)
