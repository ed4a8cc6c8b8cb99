"""A row with one delimiter more or less at its end than the others is read where nothing else can be meant."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.open_file import stream_plain_csv
from headgate.intake.quarantine.quarantine_rows import Origin
from headgate.intake.rows.check_rows import CheckedRows, check_bytes, check_source
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

REGIONS = Registry.load().source["regions"]
KEY, LANDED = MaskingKey("k1", b"0" * 32), dt.datetime(2024, 1, 2)
HEADER = ",".join(REGIONS.names)
CODES = ("GB", "FR", "DE", "IT")
ROWS = [f"{code},Region,{code},EU,1,,2024-01-01 00:00:00" for code in CODES]


def body(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def read(*lines: str) -> tuple[list[str | None], list[int], list[int]]:
    """The codes that are read, in which rows, and the rows that are not."""
    found = read_csv(body(*lines), REGIONS)
    return found.cells["region_id"].to_pylist(), found.source_rows.tolist(), found.ragged.source_rows.tolist()


def ended(rows: list[str], *without: int) -> list[str]:
    return [row if place in without else f"{row}," for place, row in enumerate(rows)]


@pytest.mark.parametrize("header", [HEADER, f"{HEADER},"], ids=["header as it is", "header ends so, too"])
@pytest.mark.parametrize("without", [(0,), (1,), (1, 2), (3,)], ids=repr)
def test_a_row_that_lacks_the_delimiter_that_all_others_end_with_is_read(header: str, without: tuple[int, ...]) -> None:
    assert read(header, *ended(ROWS, *without)) == ([*CODES], [1, 2, 3, 4], [])


def test_a_row_that_ends_with_a_delimiter_where_no_other_does_is_read() -> None:
    assert read(HEADER, ROWS[0], f"{ROWS[1]},", *ROWS[2:]) == ([*CODES], [1, 2, 3, 4], [])


def test_values_stay_in_their_columns() -> None:
    found = read_csv(body(HEADER, ROWS[0], ROWS[1] + ","), REGIONS)
    assert {name: column[1].as_py() for name, column in found.cells.items()} == dict(
        zip(REGIONS.names, ["FR", "Region", "FR", "EU", "1", None, "2024-01-01 00:00:00"], strict=True)
    )


def test_a_last_row_that_may_have_been_cut_stays_ragged() -> None:
    rows = ended(ROWS, 3)
    assert len(read_csv(body(f"{HEADER},", *rows), REGIONS).source_rows) == 4
    assert len(read_csv(body(f"{HEADER},", *rows).removesuffix(b"\n"), REGIONS).source_rows) == 3


@pytest.mark.parametrize(
    "row",
    [
        "FR,Region,FR,EU,1,,",  # a cell is missing, and the delimiter is there
        "FR,Region,FR,1,,2024-01-01 00:00:00",
    ],
)
def test_a_row_that_lacks_a_cell_stays_ragged(row: str) -> None:
    assert read(f"{HEADER},", *ended([ROWS[0], *ROWS[2:]]), row) == (["GB", "DE", "IT"], [1, 2, 3], [4])


@pytest.mark.parametrize(
    "row",
    [
        "FR,Re,gion,FR,EU,1,2024-01-01 00:00:00,",  # a comma that nobody quoted moved what is behind it
        "FR,Region,FR,EU,1,x,2024-01-01 00:00:00,",  # it does not fit, so nothing is sure
        "FR,Region,FR,EU,1,,2024-01-01 00:00:00,,",
        "FR,Region,FR,EU,1,,2024-01-01 00:00:00,x",
    ],
)
def test_a_row_whose_cells_may_have_moved_stays_ragged(row: str) -> None:
    assert read(HEADER, ROWS[0], row, *ROWS[2:])[2] == [2]


def test_where_the_last_column_takes_anything_a_delimiter_may_be_a_part_of_it() -> None:
    wordy = replace(REGIONS, columns=(*REGIONS.columns[:1], REGIONS.columns[1]), key=("region_id",), order_by=())
    found = read_csv(b"region_id,region_name\nGB,Britain\nFR,France,\n", wordy)
    assert found.ragged.texts == ("FR,France,",)


def test_money_with_a_comma_in_it_is_not_taken_for_less_money() -> None:
    """`1,234.50` without quotes, behind which nothing is said: not the amount 1."""
    kept = ("region_id", "population", "gdp_usd", "region_name")
    columns = tuple(replace(REGIONS.column(name), required=False, rules=()) for name in kept)
    priced = replace(REGIONS, columns=columns, key=("region_id",), order_by=())
    found = read_csv(b"region_id,population,gdp_usd,region_name\nGB,1,2.00,x\nFR,7,1,234.50,\n", priced)
    assert found.ragged.texts == ("FR,7,1,234.50,",)


def told(gated: CheckedRows) -> tuple[object, ...]:
    return gated.counts, gated.accepted.to_pylist(), gated.quarantine_rows.to_pylist()


@settings(max_examples=40)
@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from([*ROWS, "IT,Ita,ly,IT,EU,1,2024-01-01 00:00:00", "x,y"]), st.booleans()), max_size=9),
    st.booleans(),
)
def test_a_file_from_disk_is_read_as_it_is_in_memory(is_headed_so: bool, rows: list[tuple[str, bool]], is_ended: bool) -> None:
    content = body(HEADER + "," * is_headed_so, *(row + "," * is_loose for row, is_loose in rows))
    content = content if is_ended else content.removesuffix(b"\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in"
        path.write_bytes(content)
        source = stream_plain_csv(path, REGIONS)
        if source is None:  # the last cell is empty and nothing ends it: such a file is read whole
            return
        disk = check_source(source, REGIONS, KEY, Origin("regions", "0" * 64, "regions/in", LANDED))
    assert told(disk) == told(check_bytes(content, REGIONS, KEY, object_key="regions/in", received_at=LANDED, content_sha256="0" * 64))
