"""A duplicate is quarantined with the texts of its file, although the file is not read again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from tests.examples import examples

pytestmark = pytest.mark.unit

SPELLINGS = {
    "small": (ColumnType(Kind.SMALLINT), st.integers(-(2**15), 2**15 - 1).map(str)),
    # No issuer's numbers begin with 9 and have so many digits: none is taken for a card's.
    "large": (
        ColumnType(Kind.BIGINT),
        st.integers(9 * 10**18, 2**63 - 1).map(str) | st.integers(-(10**13), 10**13).map(str),
    ),
    "price": (
        ColumnType(Kind.DECIMAL, precision=12, scale=2),
        st.sampled_from(["0", "-1", "12.3", "12.30", "0.10", "-0.5", "12.3000"]),
    ),
    "ratio": (ColumnType(Kind.DOUBLE), st.sampled_from(["1", "1.0", "1e3", "-2.50E-2", "0.1"])),
    "flag": (ColumnType(Kind.BOOLEAN), st.sampled_from(["t", "true", "TRUE", "1", "0", "False"])),
    "day": (ColumnType(Kind.DATE), st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)).map(dt.date.isoformat)),
    "at": (
        ColumnType(Kind.TIMESTAMP),
        st.sampled_from(
            [
                "2024-02-29 00:00:00",
                "2024-02-29T00:00:00",
                "0001-01-01 00:00:00.500",
                "2024-01-01T10:00:00+02:00",
            ]
        ),
    ),
    "text": (ColumnType(Kind.STRING), st.sampled_from(["", " a ", 'quoted "b", c', "línea\nnueva", "007"])),
}
COLUMNS = (
    Column("id", ColumnType(Kind.INTEGER)),
    *(Column(name, kind) for name, (kind, _) in SPELLINGS.items()),
    Column("card_number", ColumnType(Kind.STRING), mask=Mask.PAN),
    Column("cvv", ColumnType(Kind.STRING), mask=Mask.CVV),
    Column("ssn", ColumnType(Kind.STRING), mask=Mask.SSN),
)
CONTRACT = Contract("c", "things", "source", "1", COLUMNS, key=("id",))
MASKED = {
    "card_number": ("4111111111111111", "[PAN ****1111]"),
    "cvv": ("123", "[CVV]"),
    "ssn": ("078-05-1121", "[SSN ***-**-1121]"),
}


def body(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerows([[column.name for column in COLUMNS], *rows])
    return out.getvalue().encode()


cells = st.tuples(*(st.one_of(spelling, st.just("")) for _, spelling in SPELLINGS.values()))


@examples(25)
@given(st.lists(cells, min_size=2, max_size=4), st.booleans())
def test_the_record_of_a_duplicate_spells_every_cell_as_the_file_did(
    rows: list[tuple[str, ...]], is_given: bool
) -> None:
    sensitive = [number if is_given else "" for number, _ in MASKED.values()]
    gated = check_bytes(
        body([["1", *row, *sensitive] for row in rows]),
        CONTRACT,
        MaskingKey("k", bytes(32)),
        object_key="things/a.csv",
        received_at=dt.datetime(2024, 1, 1),
    )
    assert (gated.accepted.num_rows, gated.counts.quarantined, gated.counts.duplicates) == (
        1,
        0,
        len(rows) - 1,
    )
    shown = {name: instead if is_given else None for name, (_, instead) in MASKED.items()}
    for reported in gated.quarantine_rows.to_pylist():
        said = dict(zip(SPELLINGS, rows[reported["source_row"] - 1], strict=True))
        expected = {name: text or None for name, text in said.items()}
        assert json.loads(reported["record"]) == {"id": "1", **expected, **shown}
