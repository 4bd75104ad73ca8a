"""A table of usage as CSV; no cell is taken for a formula."""

import csv
from collections.abc import Iterable, Iterator

from accounts.queries.audit import cell
from billing.queries.usage_table import Row, UsageTable, export_columns, record_of


class Echo:
    """A file that gives back what is written to it, for the CSV writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def csv_lines(table: UsageTable, rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the head and a line for each of some of the table's rows."""
    writer = csv.DictWriter(Echo(), export_columns(table.cut), restval="")
    yield (",".join(export_columns(table.cut)) + "\r\n").encode()
    for row in rows:
        record = {name: cell(str(value)) for name, value in record_of(table, row).items()}
        yield str(writer.writerow(record)).encode()
