"""The numbers of a chart as text: short for eyes, exact for a table."""

from decimal import Decimal

from librechat.kernel.charts.series import Chart, columns

CREDITS_PER_DOLLAR = 1_000_000
STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def shown(number: int, unit: str = "") -> str:
    """Return a number as people read it: short, with its unit."""
    match unit:
        case "credits":
            dollars = Decimal(number) / CREDITS_PER_DOLLAR
            small = number and abs(dollars) < Decimal("0.01")
            return f"${dollars:,.4f}" if small else f"${_short(dollars)}"
        case "bytes":
            return _sized(Decimal(number), " ") + "B"
        case "ms":
            return f"{number:,} ms"
        case _:
            return f"{_short(Decimal(number))} {unit}".strip()


def _short(number: Decimal) -> str:
    return _sized(number, "").rstrip()


def _sized(number: Decimal, gap: str) -> str:
    for size, letter in STEPS:
        if abs(number) >= size:
            return f"{number / size:.1f}".removesuffix(".0") + gap + letter
    return f"{number:,.2f}".removesuffix(".00") + gap


def table(chart: Chart) -> list[list[str]]:
    """Return the chart as rows of text, the header first; numbers exact, dollars for credits."""
    unit = "USD" if chart.unit == "credits" else chart.unit
    heads = [f"{one.name} ({unit})" if unit else one.name for one in chart.series]
    labels, numbers = columns(chart)
    rows = zip(labels, *numbers, strict=True)
    return [["", *heads], *([label, *(_exact(n, chart.unit) for n in ns)] for label, *ns in rows)]


def _exact(number: int, unit: str) -> str:
    if unit != "credits":
        return str(number)
    text = f"{Decimal(number) / CREDITS_PER_DOLLAR:.6f}"
    return text[:-4] + text[-4:].rstrip("0")
