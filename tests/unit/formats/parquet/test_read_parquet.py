import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.batches import all_rows
from headgate.formats.csv.read_csv import MAX_COLUMNS
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.read_table import read_table, unknown_table
from headgate.formats.received_rows import Received
from headgate.values.cast import cast
from headgate.values.cast_declared import cast_column
from headgate.values.parquet_tables import UTC_TIMES

pytestmark = pytest.mark.unit


def read_rows(content: bytes, contract: Contract) -> Received:
    return all_rows(read_parquet(content, contract))


BIGINT, TEXT, DATE, TIMESTAMP, BOOLEAN, DOUBLE = (
    ColumnType(kind)
    for kind in (Kind.BIGINT, Kind.STRING, Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN, Kind.DOUBLE)
)
MONEY = ColumnType(Kind.DECIMAL, precision=12, scale=2)


def written(values: pa.Array, name: str = "x") -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({name: values}), out)
    return out.getvalue()


def contract_of(column_type: ColumnType, mask: Mask | None = None) -> Contract:
    return Contract("c", "things", "source", "1", (Column("x", column_type, mask=mask),))


def texts_of(values: pa.Array, column_type: ColumnType, mask: Mask | None = None) -> list[str | None]:
    texts: list[str | None] = (
        read_rows(written(values), contract_of(column_type, mask)).cells["x"].to_pylist()
    )
    return texts


def values_of(values: pa.Array, column_type: ColumnType) -> list[object]:
    """Return a stored column after reading and casting."""
    read = read_rows(written(values), contract_of(column_type)).cells["x"]
    cast_values: list[object] = cast(read, column_type).values.to_pylist()
    return cast_values


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_64_bit_ids_never_pass_through_a_float(numbers: list[int | None]) -> None:
    assert values_of(pa.array(numbers, pa.int64()), BIGINT) == numbers


def test_unsigned_integers_beyond_the_type_are_misfits() -> None:
    assert values_of(pa.array([2**63 - 1, 2**63], pa.uint64()), BIGINT) == [2**63 - 1, None]


def test_nullable_integers_kept_as_floats_are_read_where_they_are_exact() -> None:
    floats = pa.array([1.0, None, -0.0, 12.7, 2.0**53 - 1, 2.0**53, 1e300, float("nan"), float("inf")])
    assert values_of(floats, BIGINT) == [1, None, 0, None, 2**53 - 1, None, None, None, None]


def test_narrow_floats_are_exact_only_below_their_own_limit() -> None:
    assert values_of(pa.array([16_777_215.0, 16_777_216.0], pa.float32()), BIGINT) == [16_777_215, None]


@given(st.lists(st.none() | st.decimals(-9_999_999_999, 9_999_999_999, places=2)))
def test_decimals_come_through_exactly(numbers: list[Decimal | None]) -> None:
    assert values_of(pa.array(numbers, pa.decimal128(20, 2)), MONEY) == numbers


def test_decimals_fit_only_where_the_scale_does() -> None:
    stored = pa.array([Decimal("1.5000"), Decimal("1.2345"), Decimal("0E-4")], pa.decimal128(20, 4))
    assert values_of(stored, MONEY) == [Decimal("1.50"), None, Decimal("0.00")]
    assert values_of(pa.array([Decimal("0E-8"), Decimal("0.00000012")], pa.decimal128(20, 8)), MONEY) == [
        Decimal(0),
        None,
    ]
    assert values_of(pa.array([Decimal("12.00"), Decimal("12.50")], pa.decimal128(20, 2)), BIGINT) == [
        12,
        None,
    ]


def test_money_kept_as_a_float_is_what_its_shortest_spelling_says() -> None:
    wide = ColumnType(Kind.DECIMAL, precision=30, scale=4)
    assert values_of(pa.array([1234567890123456.7, 12345678901.2345, 0.0001]), wide) == [
        None,
        Decimal("12345678901.2345"),
        Decimal("0.0001"),
    ]
    assert values_of(pa.array([12.35, 123456.7], pa.float32()), MONEY) == [Decimal("12.35"), None]
    assert values_of(pa.array([12.35, 0.1, 0.1 + 0.2, 1e20, 12.0]), MONEY) == [
        Decimal("12.35"),
        Decimal("0.10"),
        None,
        None,
        Decimal("12.00"),
    ]


@given(st.lists(st.none() | st.datetimes()))
def test_times_come_through_exactly(times: list[dt.datetime | None]) -> None:
    assert values_of(pa.array(times, pa.timestamp("us")), TIMESTAMP) == times


def test_times_with_a_zone_become_utc() -> None:
    noon = dt.datetime(2024, 7, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert values_of(pa.array([noon], pa.timestamp("ms", "Europe/Paris")), TIMESTAMP) == [
        dt.datetime(2024, 7, 1, 10)
    ]


BERLIN = Column("x", TIMESTAMP, format=SourceFormat(timezone="Europe/Berlin"))


def in_berlin(content: bytes) -> list[object]:
    """Return the stored times for a column whose times without a zone are of Berlin."""
    text = read_rows(content, Contract("c", "things", "source", "1", (BERLIN,))).cells["x"]
    cast_values: list[object] = cast_column(BERLIN, text).values.to_pylist()
    return cast_values


NOON = dt.datetime(2024, 7, 1, 12)


def test_times_without_a_zone_are_of_the_zone_that_the_contract_declares() -> None:
    assert in_berlin(written(pa.array([NOON], pa.timestamp("ms")))) == [dt.datetime(2024, 7, 1, 10)]
    assert in_berlin(written(pa.array([NOON], pa.timestamp("ms", "UTC")))) == [NOON]


def test_times_of_exports_and_of_int96_are_utc_though_they_state_no_zone() -> None:
    times = pa.table({"x": pa.array([NOON], pa.timestamp("us"))})
    exported, legacy = io.BytesIO(), io.BytesIO()
    with pq.ParquetWriter(exported, times.schema, store_schema=False) as writer:
        writer.write_table(times)
        writer.add_key_value_metadata(UTC_TIMES)
    pq.write_table(times, legacy, use_deprecated_int96_timestamps=True)
    assert in_berlin(exported.getvalue()) == in_berlin(legacy.getvalue()) == [NOON]


def test_nanoseconds_fit_only_where_they_are_whole_microseconds() -> None:
    stored = pa.array([1_000, 1_001, None], pa.timestamp("ns"))
    assert values_of(stored, TIMESTAMP) == [dt.datetime(1970, 1, 1, 0, 0, 0, 1), None, None]


def test_a_time_is_a_date_only_at_midnight() -> None:
    stored = pa.array([dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2, 3), None], pa.timestamp("us"))
    assert values_of(stored, DATE) == [dt.date(2024, 1, 2), None, None]
    assert values_of(pa.array([dt.date(2024, 1, 2)], pa.date64()), DATE) == [dt.date(2024, 1, 2)]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Paris", "+01:00", "Etc/GMT+5"])
def test_a_time_of_another_zone_is_no_date_though_it_is_midnight_in_utc_or_there(zone: str) -> None:
    midnight, there = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 1, 1, 5, tzinfo=dt.UTC)
    stored = pa.array([midnight, there, None], pa.timestamp("us", zone))
    texts = texts_of(stored, DATE)
    assert texts == ["2024-01-01 00:00:00.000000", "2024-01-01 05:00:00.000000", None]
    assert cast(pa.array(texts), DATE).misfits.tolist() == [0, 1]


def midnight_and_five(zone: str | None) -> pa.Array:
    return pa.array([dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 5)], pa.timestamp("ms")).view(
        pa.timestamp("ms", zone)
    )


@pytest.mark.parametrize(
    "zone",
    [
        *(
            "UTC",
            "utc",
            "Etc/UTC",
            "etc/utc",
            "UCT",
            "Universal",
            "Zulu",
            "Z",
            "GMT",
            "Etc/GMT",
            "GMT0",
            "Etc/GMT+0",
            "Greenwich",
        ),
        *("+00:00", "-00:00", "+0000", "+00", "UTC+00:00", None),
    ],
)
def test_midnight_in_utc_is_a_day_whatever_the_zone_is_called(zone: str | None) -> None:
    assert values_of(midnight_and_five(zone), DATE) == [dt.date(2024, 1, 1), None]


@pytest.mark.parametrize(
    "zone", ["Europe/London", "Etc/GMT+1", "GMT-1", "+00:30", "+01:00", "-0030", "Africa/Abidjan", "WET"]
)
def test_midnight_of_another_zone_is_a_time(zone: str) -> None:
    assert values_of(midnight_and_five(zone), DATE) == [None, None]


@pytest.mark.parametrize(
    "stored",
    [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.binary(), pa.string_view()],
)
def test_text_is_text_however_it_is_stored(stored: pa.DataType) -> None:
    assert texts_of(pa.array(["NA", None, "007", "é"]).cast(stored), TEXT) == ["NA", None, "007", "é"]


def test_texts_are_judged_as_in_csv() -> None:
    assert values_of(pa.array(["12", "007", " 12", "", None]), BIGINT) == [12, None, None, None, None]


def test_booleans_doubles_and_nothing() -> None:
    assert values_of(pa.array([True, None, False]), BOOLEAN) == [True, None, False]
    assert values_of(pa.array([1, 0, 2]), BOOLEAN) == [True, False, None]
    assert values_of(pa.array([0.1, 1e300, None]), DOUBLE) == [0.1, 1e300, None]
    assert values_of(pa.nulls(2), BIGINT) == [None, None]


def test_card_numbers_kept_as_numbers_become_their_digits() -> None:
    assert texts_of(pa.array([4111111111111111, None]), TEXT, Mask.PAN) == ["4111111111111111", None]
    assert texts_of(pa.array([4111111111111111.0]), TEXT, Mask.PAN) == ["4111111111111111"]
    assert texts_of(pa.array([6.2055e18]), TEXT, Mask.PAN) == ["6.2055e+18"]


@pytest.mark.parametrize(
    "stored",
    [
        pa.decimal128(19, 0),
        pa.decimal128(38, 0),
        pa.decimal128(21, 2),
        pa.decimal256(60, 0),
        pa.decimal128(38, 12),
    ],
)
def test_card_numbers_kept_as_decimals_become_their_digits_to_the_last(stored: pa.DataType) -> None:
    numbers = [Decimal(4111111111111111), Decimal(6205500000000000004), None]
    assert texts_of(pa.array(numbers, stored), TEXT, Mask.PAN) == [
        "4111111111111111",
        "6205500000000000004",
        None,
    ]


def test_a_card_number_with_a_fraction_is_none() -> None:
    stored = pa.array([Decimal("4111111111111111.50")], pa.decimal128(20, 2))
    assert texts_of(stored, TEXT, Mask.PAN) == ["4111111111111111.50"]


def test_text_that_is_kept_as_a_decimal_still_refuses_the_file() -> None:
    with pytest.raises(UnreadableFileError):
        texts_of(pa.array([Decimal(12)], pa.decimal128(20, 0)), TEXT)


@pytest.mark.parametrize(
    ("values", "column_type"),
    [
        (pa.array([12.0]), TEXT),
        (pa.array([True]), BIGINT),
        (pa.array([dt.datetime(2024, 1, 1)]), BIGINT),
        (pa.array([dt.date(2024, 1, 1)]), TIMESTAMP),
        (pa.array([["a"]]), TEXT),
        (pa.array([{"card": 1}]), TEXT),
        (pa.array([b"\xff\xfe"]), TEXT),
    ],
)
def test_a_type_that_the_value_cannot_be_had_back_from_refuses_the_file(
    values: pa.Array, column_type: ColumnType
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_rows(written(values), contract_of(column_type))
    assert (refused.value.rule, refused.value.column) == ("type", "x")


@pytest.mark.parametrize(("unit", "text"), [("s", "12:30:05"), ("us", "12:30:05.250000")])
def test_a_time_of_day_is_its_text(unit: str, text: str) -> None:
    micros = (12 * 3600 + 30 * 60 + 5) * 1_000_000 + (250_000 if unit == "us" else 0)
    times = pa.array(
        [micros if unit == "us" else micros // 1_000_000], pa.int64() if unit == "us" else pa.int32()
    )
    values = times.cast(pa.time64("us") if unit == "us" else pa.time32("s"))
    assert read_rows(written(values), contract_of(TEXT)).cells["x"].to_pylist() == [
        text if unit == "us" else f"{text}.000"
    ]


def test_columns_are_matched_as_in_csv() -> None:
    with pytest.raises(HeaderError) as refused:
        read_rows(
            written(pa.array(["a"])),
            Contract("c", "t", "source", "1", (Column("x", TEXT), Column("card", TEXT, mask=Mask.PAN))),
        )
    assert refused.value.rule == "missing_sensitive_column"


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-1],
        lambda body: body[: len(body) // 2],
        lambda body: b"PAR1" + body[4:50],
        lambda body: body[:4],
    ],
)
def test_a_damaged_file_is_refused(damage: object) -> None:
    body = written(pa.array(["a", "b"]))
    with pytest.raises(UnreadableFileError) as refused:
        read_rows(damage(body), contract_of(TEXT))  # type: ignore[operator]  # a lambda of the list above
    assert refused.value.rule == "corrupt_parquet"


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_is_read_right_or_refused(place: int, flip: int) -> None:
    body = bytearray(written(pa.array([f"value {row}" for row in range(50)])))
    body[place % len(body)] ^= flip
    try:
        received = read_rows(bytes(body), contract_of(TEXT))
    except (UnreadableFileError, HeaderError):
        return
    assert len(received.cells["x"]) == received.rows


def test_a_text_that_is_no_utf8_refuses_the_file() -> None:
    """A damaged page may say so of a column that is declared as text."""
    damaged = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\x82")]
    )
    with pytest.raises(UnreadableFileError) as refused:
        texts_of(damaged, TEXT)
    assert refused.value.rule == "type"


def test_a_small_file_of_absurdly_many_equal_cells_is_refused_before_they_are_made() -> None:
    bomb = io.BytesIO()
    row_group = pa.table({"x": pa.nulls(1 << 20, pa.int64())})
    with pq.ParquetWriter(bomb, row_group.schema) as writer:
        for _ in range(65):
            writer.write_table(row_group)
    assert len(bomb.getvalue()) < 1 << 18
    with pytest.raises(UnreadableFileError, match="67,108,864"):
        read_rows(bomb.getvalue(), contract_of(BIGINT))
    assert unknown_table(bomb.getvalue()).by_shown_name == {}


def test_an_absurdly_wide_file_is_refused() -> None:
    wide = io.BytesIO()
    pq.write_table(pa.table({f"x{place}": pa.nulls(1, pa.int64()) for place in range(MAX_COLUMNS + 1)}), wide)
    with pytest.raises(UnreadableFileError, match="too_large"):
        read_rows(wide.getvalue(), contract_of(BIGINT))


def struct_of(fields: int) -> bytes:
    written = io.BytesIO()
    values = pa.StructArray.from_arrays(
        [pa.array([1], pa.int8())] * fields, names=[str(place) for place in range(fields)]
    )
    pq.write_table(
        pa.table({"x": values}), written, compression="none", use_dictionary=False, write_statistics=False
    )
    return written.getvalue()


def test_the_fields_of_a_nested_column_are_no_columns() -> None:
    with pytest.raises(UnreadableFileError, match="holds lists or objects"):
        read_rows(struct_of(MAX_COLUMNS + 1), contract_of(BIGINT))
    with pytest.raises(UnreadableFileError, match="nested columns have more than 65,536 fields") as refused:
        read_rows(struct_of(16 * MAX_COLUMNS + 1), contract_of(BIGINT))
    assert refused.value.rule == "too_large"


def test_the_table_of_a_damaged_file_is_refused_as_its_rows_are() -> None:
    with pytest.raises(UnreadableFileError, match="corrupt_parquet"):
        read_table(written(pa.array([1]))[:-9])


def with_an_empty_group() -> bytes:
    """A file of `id` and `total` with `optional group nested { optional group inner {} }` between them, which
    Arrow cannot write.

    The schema's elements are inserted into the footer in Thrift's compact protocol: repetition (field 3),
    name (4) and children (5).
    """
    out = io.BytesIO()
    pq.write_table(pa.table({"id": [1], "total": [100]}), out, store_schema=False, compression="none")
    raw = out.getvalue()
    footer_bytes = int.from_bytes(raw[-8:-4], "little")
    footer = raw[-8 - footer_bytes : -8]
    elements = b"\x35\x02\x18\x06nested\x15\x02\x00" + b"\x35\x02\x18\x05inner\x15\x00\x00"
    footer = footer.replace(b"\x19\x3c", b"\x19\x5c", 1).replace(b"schema\x15\x04", b"schema\x15\x06", 1)
    footer = footer.replace(b"\x02id\x00", b"\x02id\x00" + elements, 1)
    return raw[: -8 - footer_bytes] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def test_a_group_without_fields_is_no_column() -> None:
    """DuckDB's `empty_group_test.parquet` has such a group: it stores no value, and the other columns are
    read.
    """
    content = with_an_empty_group()
    assert pq.read_schema(io.BytesIO(content)).names == ["id", "nested", "total"]
    drafted = draft_from_sample(content, "things")
    assert (drafted.rows, drafted.contract.names) == (1, ("id", "total"))
    assert read_rows(content, drafted.contract).cells["total"].to_pylist() == ["100"]
