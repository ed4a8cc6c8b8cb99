r"""A database's dump as text is read as its rows were: a backslash before any sign belongs to the dump, `\N`
is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.gate.first_table import read_first_table
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.csv.database_dumps import DumpForm
from headgate.formats.csv.read_csv import read_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    Cells = list[str | None]

pytestmark = pytest.mark.unit

NAMES = ("id", "note", "more")
THINGS = Contract(
    "c", "things", "source", "1", tuple(Column(name, ColumnType(Kind.STRING)) for name in NAMES)
)


def outfile(cell: str | None, delimiter: str = "\t") -> str:
    """As MySQL's OUTFILE has it: a backslash before itself, the delimiter and a line feed; NUL is `0`."""
    if cell is None:
        return "\\N"
    return "".join(
        "\\0" if sign == "\0" else f"\\{sign}" if sign in {"\\", delimiter, "\n"} else sign for sign in cell
    )


def copied(cell: str | None, delimiter: str = "\t") -> str:
    """As PostgreSQL's COPY has it: letters for what cannot be seen."""
    if cell is None:
        return "\\N"
    named = {
        "\\": "\\\\",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        delimiter: f"\\{delimiter}",
    }
    return "".join({**named, "\t": "\\t"}.get(sign, sign) for sign in cell)


WRITERS: dict[str, Callable[[str | None], str]] = {"OUTFILE": outfile, "COPY": copied}


def dumped(rows: list[Cells], write: Callable[[str | None], str], line_end: str = "\n") -> str:
    return line_end.join(["\t".join(NAMES), *("\t".join(map(write, row)) for row in rows), ""])


def reported(text: str) -> list[tuple[str | None, ...]]:
    read = read_csv(text.encode(), THINGS)
    assert not len(read.ragged.source_rows)
    return list(zip(*(read.cells[name].to_pylist() for name in NAMES), strict=True))


CELL = st.none() | st.lists(
    st.sampled_from(["a", " b", "\\", "\t", "\n", "\r\n", "N", "n", ",", '5" pipe', "it's", "é", "0"]),
    min_size=1,
).map("".join)


@pytest.mark.parametrize("writer", WRITERS)
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=20))
def test_rows_come_back_as_they_were(writer: str, rows: list[tuple[str | None, str | None]]) -> None:
    """The first row shows what the file is, as most dumps do somewhere in their first megabyte."""
    every = [["0", None, "tab\tand \\"], *([str(number), *row] for number, row in enumerate(rows, 1))]
    safe = [
        [cell if cell is None or not cell.startswith('"') else f"-{cell}" for cell in row] for row in every
    ]
    assert reported(dumped(safe, WRITERS[writer])) == [tuple(row) for row in safe]


def test_rows_without_a_null_are_known_by_their_width() -> None:
    assert reported(dumped([["1", "a\tb", "c\nd"], ["2", "C:\\temp", "x"]], outfile)) == [
        ("1", "a\tb", "c\nd"),
        ("2", "C:\\temp", "x"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1\tC:\\temp\\new\tx\n2\t\\N\tC:\\Users\n",  # Hive escapes nothing
        "1\tC:\\\tx\n2\tD:\\\ty\n",  # backslashes end cells
        "1\tone\\two\tx\n",
        '1\t\\N\tx\n2\t"quoted\\n"\ty\n',
        "1\t\\N\tx\n2\ta \\N b\\n\ty\n",
    ],
)
def test_backslashes_that_no_database_wrote_stay(text: str) -> None:
    read = read_csv(("\t".join(NAMES) + "\n" + text).encode(), THINGS)
    assert not isinstance(read.dialect.form, DumpForm)  # type: ignore[union-attr]  # a text has one
    assert "".join(filter(None, read.cells["note"].to_pylist())).count("\\") == sum(
        line.split("\t")[1].count("\\") for line in text.splitlines() if line.split("\t")[1] != "\\N"
    )


def test_commas_part_a_dump_only_where_one_is_escaped() -> None:
    header = ",".join(NAMES) + "\n"
    assert reported(header + "1,\\N,C:\\temp\n") == [("1", None, "C:\\temp")]
    assert reported(header + "1,\\N,a\\, b\\tc\n") == [("1", None, "a, b\tc")]


def test_windows_line_ends_and_a_last_line_without_one_are_read() -> None:
    assert reported(dumped([["1", None, "a\tb"]], copied, "\r\n")) == [("1", None, "a\tb")]
    assert reported(dumped([["1", None, "a\tb"]], outfile).rstrip("\n")) == [("1", None, "a\tb")]


def test_each_row_begins_at_its_place_and_a_ragged_one_is_shown_unchanged() -> None:
    text = dumped([["1", None, "é\tb\n"], ["2", "x", "y"]], outfile)
    body = (text + "3\tonly \\\\\n" + "4\ta\tb\n").encode()
    read = read_csv(body, THINGS)
    assert [body[at:][:1] for at in read.starts.tolist()] == [b"1", b"2", b"3", b"4"]
    assert read.ragged.texts == ("3\tonly \\\\",)


def test_a_dump_that_no_contract_is_known_for_is_read_so_too() -> None:
    rows = [[str(number), None if number % 3 else "a\tb", f"line\n{number}"] for number in range(9)]
    read = read_first_table(dumped(rows, outfile).encode())
    assert read.dialect.names == NAMES
    assert list(zip(*(column.to_pylist() for column in read.rows.columns), strict=True)) == [
        tuple(row) for row in rows
    ]
