"""A table shows row by row while it is written, and is the same block in the end."""

import time

import pytest

from librechat.kernel.markup import (
    BlockDone,
    BlockStream,
    RowDone,
    TableOpened,
    TailGrew,
    Update,
    render,
)

HEAD = "| Name | Worth |\n|:-----|------:|\n"


def fed(*pieces: str) -> list[Update]:
    stream = BlockStream()
    return [update for piece in pieces for update in stream.feed(piece)]


def test_the_heads_come_first_then_each_finished_row() -> None:
    opened, begun, row, more = fed(HEAD, "| Tim | $", "n$ |\n", "| Tom")
    assert isinstance(opened, TableOpened)
    assert opened.id == "b0"
    assert '<div class="block" data-block="b0"><div class="table"' in opened.html
    assert '<th class="align-right">Worth</th>' in opened.html
    assert "<td" not in opened.html
    assert begun == TailGrew("| Tim | $")
    assert isinstance(row, RowDone)
    assert row.html.startswith("<tr>")
    assert row.html.endswith("</tr>")
    assert row.html.count('<td class="align-') == 2
    assert "<math" in row.html
    assert more == TailGrew("| Tom")


def test_the_finished_block_is_the_one_of_a_whole_text() -> None:
    text = HEAD + "| a | 1 |\n| b |\nlazy\n\nAfter."
    for size in (1, 7, len(text)):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        stream = BlockStream()
        updates = [update for piece in pieces for update in stream.feed(piece)]
        updates += stream.finish()
        blocks = [update.html for update in updates if isinstance(update, BlockDone)]
        assert "".join(blocks) == render(text)
        assert sum(isinstance(update, RowDone) for update in updates) == 3


@pytest.mark.parametrize(
    "text",
    ["One line\nanother | line\n", "| a | b |\n| c | d |\n", "| a | b |\n|---|\n| c | d |\n"],
)
def test_what_is_no_table_stays_text(text: str) -> None:
    kinds = {type(update) for update in fed(text)}
    assert kinds == {TailGrew}


def test_a_row_holds_no_html_of_its_author() -> None:
    updates = fed(HEAD, "| <img src=x onerror=alert(1)> | [a](javascript:x) |\n")
    [row] = [update for update in updates if isinstance(update, RowDone)]
    assert "<img" not in row.html
    assert "href" not in row.html


def test_rows_that_spell_out_no_cells_stop_being_shown() -> None:
    head = "|" + "a|" * 1_000 + "\n|" + "-|" * 1_000 + "\n"
    updates = fed(head, *["|x\n"] * 2_000)
    rows = [update for update in updates if isinstance(update, RowDone)]
    assert len(rows) <= 2


@pytest.mark.measures
def test_a_long_table_takes_linear_time() -> None:
    def seconds(count: int) -> float:
        start = time.thread_time()
        fed(HEAD, *["| some words | 1 |\n"] * count)
        return time.thread_time() - start

    seconds(50)
    few, many = min(seconds(150) for _ in range(3)), min(seconds(600) for _ in range(3))
    assert many < few * 10
