"""Charts as SVG."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from librechat.kernel.charts.reading import CREDITS_PER_DOLLAR, shown
from librechat.kernel.charts.series import Chart, Columns, columns

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 560, 240, 52, 8, 22, 22
LEGEND_LINE, LETTER = 18, 6.2  # estimated width of a letter: nothing is measured on the server
MOST_LABELS, MOST_SERIES, LONGEST = 124, 8, 26
MOST_MARKS = 380  # bars or corners of lines, which keeps the drawing below 10 KB
OWN_NOTATION = {"credits", "bytes"}
SHADES = ("#2a9c7e", "#4a86d8", "#d0702b", "#9a68d6", "#c9508a", "#8a8f2a", "#2f93a8", "#8a8a8a")


def svg(chart: Chart) -> SafeString:
    """Return the chart as accessible SVG of at most 10 KB.

    Colours are ``currentColor`` and the custom properties ``--chart-1`` to ``--chart-8``, so that
    a page's dark theme is the chart's too. Too many labels or series are summed up to fewer.
    """
    labels, numbers = columns(chart)
    names, numbers = _fewer_series([one.name for one in chart.series], numbers)
    is_stacked = chart.kind == "bar"
    labels, numbers = _fewer_labels(labels, numbers, is_sum=is_stacked)
    low, high = _range(numbers, is_stacked=is_stacked)
    if low == high:  # nothing but zeros: one dollar, or one of what is counted
        high = CREDITS_PER_DOLLAR if chart.unit == "credits" else 1
    frame = _Frame(low, high, max(1, len(labels)))
    legend, extra = _legend(names)
    return format_html(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="100%"'
        ' font-size="11" fill="currentColor" xmlns="http://www.w3.org/2000/svg">'
        "<title>{}</title><desc>{}</desc>{}{}{}{}</svg>",
        chart.title,
        WIDTH,
        HEIGHT + extra,
        chart.title,
        _summary(chart),
        _axis(frame, chart.unit),
        _bars(numbers, frame) if is_stacked else _lines(numbers, frame),
        _ticks(labels, frame),
        legend,
    )


def _summary(chart: Chart) -> str:
    """Return the chart in one sentence, for who does not see it."""
    points = [(number, label) for one in chart.series for label, number in one.points]
    if not points:
        return _("No data.")
    number, label = max(points)
    first, last = (_cut(points[at][1], LONGEST) for at in (0, -1))
    words = {"first": first, "last": last, "label": _cut(label, LONGEST)}
    words["highest"] = shown(number, chart.unit)
    return _("From %(first)s to %(last)s; the highest is %(highest)s at %(label)s.") % words


def _fewer_series(names: list[str], columns: Columns) -> tuple[list[str], Columns]:
    if len(names) <= MOST_SERIES:
        return names, columns
    order = sorted(range(len(names)), key=lambda at: -sum(columns[at]))
    first, rest = order[: MOST_SERIES - 1], order[MOST_SERIES - 1 :]
    others = [sum(values) for values in zip(*(columns[at] for at in rest), strict=True)]
    return [*(names[at] for at in first), _("Others")], [*(columns[at] for at in first), others]


def _fewer_labels(
    labels: list[str],
    columns: Columns,
    *,
    is_sum: bool,
) -> tuple[list[str], Columns]:
    """Return few enough labels to draw: bars take the sum of neighbours, lines the mean."""
    step = -(-len(labels) // min(MOST_LABELS, MOST_MARKS // max(1, len(columns))))
    if step <= 1:
        return labels, columns
    starts = range(0, len(labels), step)
    folded = []
    for numbers in columns:
        parts = [numbers[at : at + step] for at in starts]
        folded.append([sum(part) if is_sum else sum(part) // len(part) for part in parts])
    return labels[::step], folded


def _range(columns: Columns, *, is_stacked: bool) -> tuple[int, int]:
    """Return the lowest and the highest number drawn; 0 is always between them."""
    if is_stacked:
        per_label = list(zip(*columns, strict=True))
        low = min((sum(n for n in ns if n < 0) for ns in per_label), default=0)
        high = max((sum(n for n in ns if n > 0) for ns in per_label), default=0)
    else:
        low = min((min(numbers, default=0) for numbers in columns), default=0)
        high = max((max(numbers, default=0) for numbers in columns), default=0)
    return min(0, low), max(0, high)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where numbers lie on the paper."""

    low: int
    high: int
    count: int

    def y(self, number: float) -> float:
        room = HEIGHT - TOP - FOOT
        return round(TOP + room * (self.high - number) / (self.high - self.low), 1)

    def x(self, at: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * at / self.count, 1)


def _color(at: int) -> str:
    return f"var(--chart-{at + 1}, {SHADES[at]})"


def _bars(columns: Columns, frame: _Frame) -> SafeString:
    """Draw one path per series, each label's bars stacked on one another."""
    up, down = [0] * frame.count, [0] * frame.count
    paths = []
    for at, numbers in enumerate(columns):
        steps = []
        for place, number in enumerate(numbers):
            if not number:
                continue
            ground = up if number > 0 else down
            foot, ground[place] = ground[place], ground[place] + number
            left, right = round(frame.x(place + 0.12)), round(frame.x(place + 0.88))
            top, base = round(frame.y(ground[place])), round(frame.y(foot))
            steps.append(f"M{left} {base}V{top}h{max(1, right - left)}V{base}z")
        paths.append((_color(at), "".join(steps)))
    return format_html_join("", '<path fill="{}" d="{}"/>', paths)


def _lines(columns: Columns, frame: _Frame) -> SafeString:
    lines = []
    for at, numbers in enumerate(columns):
        spots = (f"{frame.x(i + 0.5):g},{frame.y(n):g}" for i, n in enumerate(numbers))
        lines.append((_color(at), " ".join(spots)))
    row = '<polyline fill="none" stroke="{}" stroke-width="2" points="{}"/>'
    return format_html_join("", row, lines)


def _axis(frame: _Frame, unit: str) -> SafeString:
    """Draw the lines of the scale, with their numbers and above them what they count."""
    beside = unit if unit in OWN_NOTATION else ""
    span = frame.high - frame.low
    numbers = sorted({0, *(frame.low + span * part // 4 for part in range(5))})
    row = (
        '<path d="M{} {}H{}" stroke="currentColor" opacity=".15"/>'
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
    )
    rows = []
    for number in numbers:
        y = frame.y(number)
        rows.append((LEFT, y, WIDTH - RIGHT, LEFT - 5, round(y + 4, 1), shown(number, beside)))
    head = format_html('<text x="0" y="10">{}</text>', "" if beside else unit)
    return head + format_html_join("", row, rows)


def _ticks(labels: list[str], frame: _Frame) -> SafeString:
    """Write as many labels as there is room for; the table has them all."""
    if not labels:
        empty = '<text x="{}" y="{}" text-anchor="middle">{}</text>'
        return format_html(empty, WIDTH // 2, HEIGHT // 2, _("No data."))
    room = (WIDTH - LEFT - RIGHT) / LETTER
    longest = min(LONGEST, max(map(len, labels)))
    each = max(1, -(-len(labels) * (longest + 2) // int(room)))
    if each > 1 and len(labels) <= MOST_SERIES:  # a few names: all of them, shortened
        each, longest = 1, max(3, int(room / len(labels)) - 2)
    row = '<text x="{}" y="{}" text-anchor="middle">{}</text>'
    rows = []
    for at in range(0, len(labels), each):
        text = _cut(labels[at], longest)
        inside = WIDTH - len(text) * LETTER / 2  # the last one must not leave the paper
        rows.append((min(frame.x(at + 0.5), round(inside, 1)), HEIGHT - 6, text))
    return format_html_join("", row, rows)


def _legend(names: list[str]) -> tuple[SafeString, int]:
    """Return the names beside their colours and the height that they take below the chart."""
    if len(names) <= 1:  # the title says what it is
        return SafeString(), 0
    x, line, rows = float(LEFT), 0, []
    for at, name in enumerate(names):
        text = _cut(name, LONGEST)
        width = 24 + len(text) * LETTER
        if x > LEFT and x + width > WIDTH:
            x, line = float(LEFT), line + 1
        y = HEIGHT + line * LEGEND_LINE
        rows.append((round(x, 1), y + 3, _color(at), round(x + 14, 1), y + 12, text))
        x += width
    row = (
        '<rect x="{}" y="{}" width="10" height="10" rx="2" fill="{}"/><text x="{}" y="{}">{}</text>'
    )
    return format_html_join("", row, rows), (line + 1) * LEGEND_LINE


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
