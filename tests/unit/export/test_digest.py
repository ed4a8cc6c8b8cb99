"""The fingerprint sees what goes wrong, and nothing else."""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.export.certifying.certificate import CertifiedColumn
from headgate.export.certifying.digest import Digest, canonical_text, checksum_of, digest_of, real_text
from headgate.export.planning.mapping import CanonicalForm
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

COLUMNS = (
    CertifiedColumn("a", "int", "int32", CanonicalForm.NUMBER),
    CertifiedColumn("b", "text", "string", CanonicalForm.TEXT),
)
rows_of = st.lists(st.tuples(st.none() | st.integers(-99, 99), st.none() | st.text(max_size=5)), max_size=20)


def digest(rows: Sequence[tuple[Any, Any]]) -> Digest:
    columns = [
        pa.array([row[0] for row in rows], pa.int32()),
        pa.array([row[1] for row in rows], pa.string()),
    ]
    return digest_of(pa.RecordBatch.from_arrays(columns, ["a", "b"]), COLUMNS)


@given(rows_of, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[Any, Any]], order: Any) -> None:  # noqa: ANN401 random.Random of hypothesis
    shuffled = rows.copy()
    order.shuffle(shuffled)
    assert digest(shuffled) == digest(rows)


@given(rows_of, rows_of)
def test_digests_of_parts_add_up(one: list[tuple[Any, Any]], other: list[tuple[Any, Any]]) -> None:
    assert digest(one) + digest(other) == digest(one + other)


@pytest.mark.parametrize(
    "broken",
    [
        [(1, "x"), (2, None)],
        [(1, "x"), (2, None), (3, "z"), (3, "z")],
        [(1, "x"), (2, ""), (3, "z")],
        [(1, "x"), (2, None), (3, "Z")],
        [(1, "z"), (2, None), (3, "x")],
        [(1, "x"), (None, "2"), (3, "z")],
        [(1, "x "), (2, None), (3, "z")],
        [(1, "x"), (None, "2"), (3, None)],
    ],
)
def test_lost_doubled_changed_and_shifted_values_are_seen(broken: list[tuple[Any, Any]]) -> None:
    assert digest(broken) != digest([(1, "x"), (2, None), (3, "z")])


def test_the_checksum_is_the_sum_of_the_rows_own() -> None:
    assert digest([(7, "é"), (-1, None)]) == Digest(
        2, zlib.crc32("0\x1f7\x1fé".encode()) + zlib.crc32(b"2\x1f-1"), (2, 1)
    )


def test_values_that_moved_to_the_column_beside_are_seen() -> None:
    """With as many nulls in every column as before."""
    names = ("home", "work")
    columns = tuple(CertifiedColumn(name, "text", "string", CanonicalForm.TEXT) for name in names)

    def of(*rows: tuple[str | None, str | None]) -> Digest:
        arrays = [pa.array([row[place] for row in rows], pa.string()) for place in (0, 1)]
        return digest_of(pa.RecordBatch.from_arrays(arrays, list(names)), columns)

    assert of(("a", None), (None, "b")) != of((None, "a"), ("b", None))


def test_nulls_are_counted_beyond_the_bits_of_one_number() -> None:
    columns = tuple(CertifiedColumn(f"c{place}", "int", "int32", CanonicalForm.NUMBER) for place in range(70))

    def only(one: int) -> Digest:
        arrays = [pa.array([5 if place == one else None], pa.int32()) for place in range(70)]
        return digest_of(pa.RecordBatch.from_arrays(arrays, [column.name for column in columns]), columns)

    assert len({only(place).checksum for place in range(70)}) == 70


def text(values: pa.Array, form: CanonicalForm = CanonicalForm.NUMBER, digits: int = 0) -> list[bytes | None]:
    found: list[bytes | None] = canonical_text(values, form, digits).to_pylist()
    return found


@given(st.lists(st.none() | st.decimals(-(10**20), 10**20, places=10), max_size=10))
def test_decimals_keep_all_their_digits(values: list[Decimal | None]) -> None:
    assert text(pa.array(values, pa.decimal128(38, 10))) == [
        None if value is None else format(value, "f").encode() for value in values
    ]


def test_small_decimals_have_no_exponent() -> None:
    assert text(pa.array([Decimal("0E-10"), Decimal("1E-10")], pa.decimal128(38, 10))) == [
        b"0.0000000000",
        b"0.0000000001",
    ]


@pytest.mark.parametrize(
    ("digits", "shown"),
    [(0, b"2026-01-02 03:04:05"), (3, b"2026-01-02 03:04:05.120"), (6, b"2026-01-02 03:04:05.120000")],
)
def test_moments_show_the_columns_own_digits(digits: int, shown: bytes) -> None:
    micros = 1_767_323_045_000_000 + (120_000 if digits else 0)
    assert text(pa.array([micros], pa.timestamp("us")), CanonicalForm.MOMENT, digits) == [shown]


def test_booleans_are_numbers_and_long_values_their_own_checksum() -> None:
    assert text(pa.array([True, False, None])) == [b"1", b"0", None]
    assert text(pa.array(["x" * 100_000, None]), CanonicalForm.LONG) == [
        str(zlib.crc32(b"x" * 100_000)).encode(),
        None,
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1e14, "100000000000000"),
        (1e15, "1e15"),
        (123456789012345.0, "123456789012345"),
        (1234567890123456.0, "1.234567890123456e15"),
        (1863379361219559.2, "1863379361219559.2"),
        (1e-14, "0.00000000000001"),
        (1e-15, "0.000000000000001"),
        (1.5e-16, "1.5e-16"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e308"),
        (-2.5, "-2.5"),
    ],
)
def test_doubles_are_written_as_the_server_writes_them(value: float, shown: str) -> None:
    """Expected texts are MariaDB 10.11's answers to `SELECT CONCAT(value + 0e0)`."""
    assert real_text(value) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_doubles_text_means_the_same_double(value: float) -> None:
    assert float(real_text(value)) == value


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)))
def test_a_column_of_doubles_is_written_as_each_of_them_is(values: list[float | None]) -> None:
    assert text(pa.array(values, pa.float64()), CanonicalForm.REAL) == [
        None if value is None else real_text(value).encode() for value in values
    ]


@given(st.lists(st.none() | st.binary(max_size=9)))
def test_a_column_of_long_values_is_a_column_of_checksums(values: list[bytes | None]) -> None:
    assert text(pa.array(values, pa.binary()), CanonicalForm.LONG) == [
        None if value is None else b"%d" % zlib.crc32(value) for value in values
    ]


@pytest.mark.parametrize(
    ("text", "at_server"),
    [
        (b"", -6939563903564495220),
        (b"a", 3591986179850072272),
        (b"headgate", 2533647438977433874),
        (b"123456789012", -3387667963766823524),
        (b"0123456789ab\x1fz\xc3\xa4", 6473184245236249909),
        (bytes(range(256)), -6537999251249463026),
    ],
)
def test_the_hash_of_postgresql_is_computed_as_the_server_does(text: bytes, at_server: int) -> None:
    """Answers of PostgreSQL 15 to `select hash_array_extended(ARRAY[text::bytea], 0)`."""
    assert checksum_of(pa.array([text], pa.binary()), SqlDialect.POSTGRES) == at_server


@given(st.lists(st.binary(max_size=40) | st.binary(min_size=1, max_size=3).map(lambda text: text * 600)))
def test_the_checksum_of_rows_is_the_sum_of_those_of_each(texts: list[bytes]) -> None:
    rows = pa.array([b"not in the slice", *texts], pa.binary()).slice(1)
    alone = [checksum_of(pa.array([text], pa.binary()), SqlDialect.POSTGRES) for text in texts]
    assert checksum_of(rows, SqlDialect.POSTGRES) == sum(alone)
