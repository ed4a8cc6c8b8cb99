"""The binary protocol, written by a few plain lines here, comes back from the decoder as it went in."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Kind
from headgate.errors import ContractError
from headgate.export.mysql.decode import Decoder
from headgate.export.mysql.mysql_types import map_column
from headgate.export.mysql.wire import MARGIN_BYTES, WireColumn, WireRows, find_rows, packet_size
from headgate.export.server.source_tables import SourceColumn

if TYPE_CHECKING:
    from headgate.export.planning.mapping import ExportColumn

pytestmark = pytest.mark.unit

TINY, LONG, DOUBLE, LONGLONG, DATE, DATETIME, DECIMAL, BLOB, STRING = 1, 3, 5, 8, 10, 12, 246, 252, 253


def column(kind: str, **given: Any) -> ExportColumn:  # noqa: ANN401 what SourceColumn takes
    return map_column(SourceColumn("c", kind, given.pop("declared", kind), nullable=True, **given))


def counted(body: bytes) -> bytes:
    """A length-encoded string."""
    size = len(body)
    if size < 251:
        return bytes([size]) + body
    return (
        b"\xfc" + struct.pack("<H", size) + body
        if size < 1 << 16
        else b"\xfd" + struct.pack("<I", size)[:3] + body
    )


def spelled(value: Any, wire: WireColumn) -> bytes:  # noqa: ANN401 any value of a column
    """One value as the server sends it."""
    if isinstance(value, datetime):
        clock = bytes([value.hour, value.minute, value.second])
        day = struct.pack("<HBB", value.year, value.month, value.day)
        if value.microsecond:
            return b"\x0b" + day + clock + struct.pack("<I", value.microsecond)
        return b"\x07" + day + clock if any(clock) else b"\x04" + day
    if isinstance(value, date):
        return b"\x04" + struct.pack("<HBB", value.year, value.month, value.day)
    if isinstance(value, float):
        return struct.pack("<d", value)
    if isinstance(value, int):
        return struct.pack(
            {TINY: "<b", LONG: "<i", LONGLONG: "<Q" if wire.unsigned else "<q"}[wire.type_code], value
        )
    return counted(
        value
        if isinstance(value, bytes)
        else (format(value, "f") if isinstance(value, Decimal) else value).encode()
    )


def packets(rows: list[tuple[Any, ...]], wire: list[WireColumn]) -> bytearray:
    """A result's rows, each in its packet."""
    block = bytearray()
    for row in rows:
        nulls = sum(1 << (place + 2) for place, value in enumerate(row) if value is None)
        body = b"\0" + nulls.to_bytes((len(row) + 9) // 8, "little")
        body += b"".join(
            spelled(value, kind) for value, kind in zip(row, wire, strict=True) if value is not None
        )
        block += struct.pack("<I", len(body))[:3] + b"\7" + body
    return block


def decoded(
    rows: list[tuple[Any, ...]], columns: list[ExportColumn], wire: list[WireColumn]
) -> list[tuple[Any, ...]]:
    block, starts = packets(rows, wire), list[int]()
    assert find_rows(block, 0, len(block), starts) == len(block)
    batch = Decoder(columns, wire).batch(
        WireRows(block + bytes(MARGIN_BYTES), np.array(starts, dtype=np.int64))
    )
    batch.validate(full=True)
    return list(zip(*(array.to_pylist() for array in batch.columns), strict=True))


COLUMNS = [
    column("bigint"),
    column("varchar", charset="utf8mb4"),
    column("datetime", fraction_digits=6),
    column("bigint", declared="bigint(20) unsigned"),
    column("blob"),
    column("decimal", precision=20, scale=4),
    column("date"),
    column("double"),
    column("int"),
]
WIRE = [
    WireColumn("c", kind, kind == LONGLONG and place == 3)
    for place, kind in enumerate([8, 253, 12, 8, 252, 246, 10, 5, 3])
]
ROW = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.text(max_size=400),
    st.none() | st.datetimes(),
    st.none() | st.integers(0, 2**64 - 1).map(Decimal),
    st.none() | st.binary(max_size=700),
    st.none() | st.decimals(-(10**15), 10**15, places=4),
    st.none() | st.dates(),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.integers(-(2**31), 2**31 - 1),
)


def sent(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """An unsigned integer goes over the wire as one, and arrives as a decimal."""
    return (*row[:3], None if row[3] is None else int(row[3]), *row[4:])


@given(st.lists(ROW, max_size=12))
def test_rows_come_back_as_they_were_sent(rows: list[tuple[Any, ...]]) -> None:
    columns = [replace(item, name=f"c{place}") for place, item in enumerate(COLUMNS)]
    assert decoded([sent(row) for row in rows], columns, WIRE) == rows


@pytest.mark.parametrize("size", [0, 250, 251, 65_535, 65_536, 200_000])
def test_strings_of_every_length_prefix_come_whole(size: int) -> None:
    assert decoded(
        [(b"x" * size,), (b"end",)], [column("longblob")], [WireColumn("c", BLOB, unsigned=False)]
    ) == [
        (b"x" * size,),
        (b"end",),
    ]


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=5), st.data())
def test_an_incomplete_packet_is_left_for_the_next_block(bodies: list[bytes], data: st.DataObject) -> None:
    block = bytearray(b"".join(struct.pack("<I", len(body))[:3] + b"\0" + body for body in bodies))
    filled = data.draw(st.integers(0, len(block)))
    starts: list[int] = []
    end = find_rows(block, 0, filled, starts)
    whole = [place for place in starts if place + packet_size(block, place - 4) <= filled]
    assert starts == whole
    assert end <= filled
    assert find_rows(block, end, len(block), starts) == len(block)
    assert len(starts) == len(bodies)


@pytest.mark.parametrize(
    "parts", [(0, 0, 0), (2023, 0, 1), (2023, 2, 29), (2023, 4, 31), (0, 1, 1), (2023, 13, 1), (2100, 2, 29)]
)
def test_a_date_on_no_calendar_becomes_null_and_is_counted(parts: tuple[int, int, int]) -> None:
    body = b"\0\0\x04" + struct.pack("<HBB", *parts)
    decoder = Decoder([column("date")], [WireColumn("c", DATE, unsigned=False)])
    batch = decoder.batch(WireRows(bytearray(body + bytes(MARGIN_BYTES)), np.zeros(1, np.int64)))
    assert batch.column(0).to_pylist() == [None]
    assert decoder.impossible_dates == {"c": 1}


def test_a_number_in_a_boolean_column_is_refused_not_rounded() -> None:
    flag = map_column(SourceColumn("c", "tinyint", "tinyint(1)", nullable=True), Kind.BOOLEAN)
    wire = [WireColumn("c", TINY, unsigned=False)]
    assert decoded([(0,), (1,), (None,)], [flag], wire) == [(False,), (True,), (None,)]
    with pytest.raises(ContractError, match="BOOLEAN"):
        decoded([(2,)], [flag], wire)
