"""Charts: drawn as SVG by the server, readable as a table, registered by the apps.

An app registers its own in ``<app>/charts.py`` with ``@chart("name")``; whoever shows them asks
``charts()``. Nothing here knows where the numbers come from.
"""

from librechat.kernel.charts.drawing import svg
from librechat.kernel.charts.reading import shown, table
from librechat.kernel.charts.series import Chart, Plot, Series, chart, charts

__all__ = ["Chart", "Plot", "Series", "chart", "charts", "shown", "svg", "table"]
