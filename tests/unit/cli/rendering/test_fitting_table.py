"""A table breaks no word, at any width of the screen."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from headgate.cli.rendering.fitting_table import FittingTable

pytestmark = pytest.mark.unit

WORDS = st.text("abcdefgäö中", min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=12).map(" ".join)


def printed(table: FittingTable, width: int) -> str:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False).print(table, crop=False)
    return out.getvalue()


@given(st.lists(st.tuples(WORDS, CELLS, CELLS), min_size=1, max_size=4), st.integers(20, 200))
def test_every_word_is_in_one_piece_at_every_width(rows: list[tuple[str, str, str]], width: int) -> None:
    table = FittingTable("file", "rows left out", "why")
    for row in rows:
        table.add_row(*row)
    words = printed(table, width).replace("│", " ").replace(":", " ").replace(",", " ").split()
    assert {word for row in rows for cell in row for word in cell.split()} <= set(words)


def test_a_narrow_screen_first_costs_the_table_its_lines_and_then_its_columns() -> None:
    table = FittingTable("file", "state", "rows")
    table.add_row("orders/a.csv", "done", "12")
    assert "│ orders/a.csv │ done  │ 12   │" in printed(table, 40)
    assert "orders/a.csv  done   12" in printed(table, 26)
    assert printed(table, 20) == "orders/a.csv\n  state: done\n  rows: 12\n"


def test_words_share_a_line_of_a_record_and_a_sentence_has_its_own() -> None:
    table = FittingTable("file", "state", "rows", "empty", "why", title="Files")
    table.add_row("k" * 60, "done", "12", "", "The column amount is missing. Send it.")
    assert (
        printed(table, 40)
        == f"Files\n{'k' * 60}\n  state: done, rows: 12\n  why: The column amount is missing.\n    Send it.\n"
    )


def test_a_long_text_is_broken_before_a_key_is() -> None:
    table = FittingTable("key", "text")
    table.add_row("k" * 30, "some words " * 20)
    text = printed(table, 80)
    assert f"│ {'k' * 30} │" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_pipe_keeps_a_width_and_one_line_for_each_row_by_cutting_long_keys_in_their_middle() -> None:
    table = FittingTable("file", "state")
    key = f"orders/{'x' * 200}/part-00001.parquet"
    table.add_row(key, "done")
    table.add_row("orders/b.csv", "rejected")
    lines = printed(table, 1_000_000).splitlines()
    assert max(map(len, lines)) <= 120
    assert [line for line in lines if "done" in line and "orders/" in line and "1.parquet" in line]
    assert key in printed(table, 60), "a terminal shows all of it"


def test_records_in_a_pipe_cut_long_keys_too() -> None:
    names = [f"column {number}" for number in range(40)]
    table = FittingTable(*names)
    table.add_row("k" * 300, *names[1:])
    lines = printed(table, 1_000_000).splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 120
