"""Lines below a table that are none of its rows are set apart as its footer, and nothing else is."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.formats.batches import source_in_memory
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.csv.stream_csv import stream_plain_csv
from headgate.intake.rows.check_rows import CheckedRows, check_bytes, check_source
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake.ports import MaskingKey
from tests.examples import examples

pytestmark = pytest.mark.unit

REGIONS = Registry.load().source["regions"]
KEY, LANDED = MaskingKey("k1", b"0" * 32), dt.datetime(2024, 1, 2)
HEADER = ",".join(REGIONS.names)
ROWS = [f"{code},Region,{code},EU,1,,2024-01-01 00:00:00" for code in ("GB", "FR", "DE")]
TABLE = [HEADER, *ROWS]


def body(*lines: str, line_end: str = "\n") -> bytes:
    return line_end.join([*lines, ""]).encode()


def footer(content: bytes) -> int:
    return read_csv(content, REGIONS).ragged.footer


FOOTERS = [
    ["(3 rows)"],  # psql
    ["(1 row)"],
    ["(3 rows affected)"],  # sqlcmd
    ["3 rows in set (0.00 sec)"],  # mysql
    ["(3 rows affected)", "", "", "Completion time: 2024-01-01"],
    ["", "Please mind, that figures are provisional.", "Ask the office."],
    ["", "", "Page 1, of 1"],
    ["", "Total,,,123"],
    ["", '"Total, all",,,1'],
]


@pytest.mark.parametrize("lines", FOOTERS, ids=repr)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_lines_below_the_table_that_say_so_are_its_footer(lines: list[str], line_end: str) -> None:
    read = read_csv(body(*TABLE, *lines, line_end=line_end), REGIONS)
    said = [line for line in lines if line]
    assert (len(read.source_rows), read.ragged.footer, read.ragged.texts) == (3, len(said), tuple(said))
    assert read.written_as["footer_lines"] == str(len(said))


def test_a_footer_needs_no_line_end_behind_it() -> None:
    assert footer(body(*TABLE) + b"(3 rows affected)") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ["IT,Italy"],  # torn
        ["", "IT,Italy,I"],  # torn below a blank line, and without a line end; see below
        ["IT,Ita,ly,IT,EU,1,,2024-01-01 00:00:00"],  # a comma too many
        ["IT,Italy,IT,EU,1,2024-01-01 00:00:00"],  # a cell too few
        ["a long note", "where a row was broken in two"],
        ["IT,Italy", "(4 rows affected)"],  # one of these lines may be a row, so none is taken for a footer
        [f"note {number}" for number in range(40)],
        ["Total,,,3"],  # no blank line is above it
    ],
    ids=repr,
)
def test_what_may_be_a_row_is_no_footer(lines: list[str]) -> None:
    content = body(*TABLE, *lines).removesuffix(b"\n")
    read = read_csv(content, REGIONS)
    assert (read.ragged.footer, len(read.ragged.texts)) == (0, len([line for line in lines if line]))
    assert "footer_lines" not in read.written_as


def test_a_line_that_a_row_of_the_table_comes_behind_is_no_footer() -> None:
    assert footer(body(HEADER, ROWS[0], "(1 row)", *ROWS[1:])) == 0


def test_a_total_as_wide_as_the_table_is_a_row_to_be_judged() -> None:
    assert footer(body(*TABLE, "Total,,,,3,,")) == 0


def test_a_table_without_rows_may_have_a_footer() -> None:
    assert footer(body(HEADER, "(0 rows affected)")) == 1


def test_quotes_and_line_ends_in_cells_do_not_confuse_where_the_table_ends() -> None:
    quoted = 'IT,"Italy\n(3 rows affected)\n",IT,EU,1,,2024-01-01 00:00:00'
    assert footer(body(*TABLE, quoted)) == 0
    assert footer(body(*TABLE, quoted, "(4 rows affected)")) == 1


def test_a_footer_in_another_encoding_is_found() -> None:
    text = "\n".join([HEADER, ROWS[0].replace("Region", "Zürich"), "", "Total: 1 €", ""])
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        read = read_csv(text.encode(encoding), REGIONS)
        assert (read.ragged.footer, read.ragged.texts) == (1, ("Total: 1 €",))


def reported(gated: CheckedRows) -> tuple[object, ...]:
    return gated.counts, gated.accepted.to_pylist(), gated.quarantine_rows.to_pylist()


def from_disk(content: bytes) -> CheckedRows | None:
    """None where the file is to be read whole: its last cell is empty, and no line end is behind it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in"
        path.write_bytes(content)
        source = stream_plain_csv(path, REGIONS)
        return (
            check_source(source, REGIONS, KEY, RowOrigin("regions", "0" * 64, "regions/in", LANDED))
            if source
            else None
        )


def in_memory(content: bytes) -> CheckedRows:
    return check_bytes(
        content, REGIONS, KEY, object_key="regions/in", received_at=LANDED, content_sha256="0" * 64
    )


def test_a_footer_is_skipped_by_a_rule_of_its_own_and_counted() -> None:
    gated = in_memory(body(HEADER, ROWS[0], "too,few", *ROWS[1:], "(3 rows affected)", "Total,,,3"))
    assert gated.counts.received == gated.accepted.num_rows + gated.counts.quarantined == 6
    assert gated.counts.reasons == {"footer": 2, "ragged_row": 1}
    aside = gated.quarantine_rows.to_pylist()
    assert [(row["source_row"], row["rule"], row["all_rules"]) for row in aside[-2:]] == [
        (5, "footer", '["footer"]'),
        (6, "footer", '["footer"]'),
    ]
    assert {row["reason"] for row in aside[-2:]} == {
        "The line is below the last row of the table. Ignore it if it is a total or a note."
    }


lines = st.lists(
    st.sampled_from(
        [
            *ROWS,
            ROWS[0] + ",",
            "Total,,,3",
            "(3 rows affected)",
            "",
            "  ",
            "some note",
            "IT,It",
            '"a\nb",c',
            "1 row, or so",
        ]
    ),
    max_size=12,
)


@examples(20)
@given(lines, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_file_from_disk_has_the_footer_that_it_has_in_memory(
    rows: list[str], line_end: str, is_ended: bool
) -> None:
    content = body(*TABLE, *rows, line_end=line_end)
    content = content if is_ended else content.removesuffix(line_end.encode())
    disk = from_disk(content)
    assert (disk is None) == content.endswith(b",")
    assert disk is None or reported(disk) == reported(in_memory(content))


@pytest.mark.parametrize("rows", [1, 40_000])
def test_a_footer_behind_many_batches_is_found(rows: int) -> None:
    content = body(HEADER, *(ROWS * (rows // 3 + 1)), "", "-" * 40, "Total,,,3", "some note")
    read, disk = read_csv(content, REGIONS), from_disk(content)
    assert read.ragged.footer == 3
    assert disk
    assert disk.counts.reasons == in_memory(content).counts.reasons
    assert disk.counts.written_as["footer_lines"] == "3"


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 100])
def test_each_batch_states_which_of_its_rows_are_the_footer(rows_at_once: int) -> None:
    read = read_csv(body(HEADER, ROWS[0], "too,few", *ROWS[1:], "(3 rows affected)", "Total,,,3"), REGIONS)
    batches = list(source_in_memory(read, rows_at_once).batches())
    reported = [
        (text, place >= len(each.ragged.texts) - each.ragged.footer)
        for each in batches
        for place, text in enumerate(each.ragged.texts)
    ]
    assert reported == [("too,few", False), ("(3 rows affected)", True), ("Total,,,3", True)]
