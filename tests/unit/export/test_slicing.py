"""Slices cover every key once, whatever the keys and wherever the boundaries."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import ServiceError
from headgate.export.planning.slicing import Slice, rows_per_slice, slices_between, slicing_key
from headgate.export.server.key_columns import KeyColumn
from headgate.export.server.source_tables import SourceColumn, SourceIndex, SourceTable

pytestmark = pytest.mark.unit

PAIR = (KeyColumn("a", "int"), KeyColumn("b", "int"))
small = st.integers(-4, 4)


def holding(pieces: tuple[Slice, ...], key: tuple[KeyColumn, ...], row: tuple[int, int]) -> list[int]:
    """Numbers of the slices whose SQL lets the row through, by a real SQL engine."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (a INT, b INT)")
        database.execute("INSERT INTO t VALUES (?, ?)", row)
        asked = [
            database.execute(f"SELECT {piece.number} FROM t WHERE {piece.where(key)}").fetchall()  # noqa: S608 SQL under test
            for piece in pieces
        ]
    database.close()
    return [found[0][0] for found in asked if found]


@given(st.lists(st.tuples(small, small), unique=True), st.tuples(small, small))
def test_every_pair_lies_in_exactly_one_slice_in_key_order(
    bounds: list[tuple[int, int]], row: tuple[int, int]
) -> None:
    edges = sorted(bounds)
    pieces = slices_between([(str(a), str(b)) for a, b in edges])
    assert holding(pieces, PAIR, row) == [sum(edge < row for edge in edges)]


@given(st.lists(small, unique=True), small)
def test_every_number_lies_in_exactly_one_slice(bounds: list[int], number: int) -> None:
    edges = sorted(bounds)
    pieces = slices_between([(str(edge),) for edge in edges])
    assert holding(pieces, PAIR[:1], (number, 0)) == [sum(edge < number for edge in edges)]


def test_no_boundary_is_one_slice_of_everything() -> None:
    assert [piece.where(()) for piece in slices_between([])] == ["TRUE"]


@pytest.mark.parametrize(
    ("column", "text", "literal"),
    [
        (KeyColumn("k", "bigint"), "-9223372036854775808", "-9223372036854775808"),
        (KeyColumn("k", "decimal"), "0.10", "0.10"),
        (KeyColumn("k", "datetime"), "2026-01-02 03:04:05.678901", "'2026-01-02 03:04:05.678901'"),
        (KeyColumn("k", "varchar", "latin1"), "27204F5220", "_latin1 X'27204f5220'"),
        (KeyColumn("k", "binary"), "00FF", "X'00ff'"),
    ],
)
def test_a_key_is_spelled_as_a_literal_of_its_own_type(column: KeyColumn, text: str, literal: str) -> None:
    assert column.literal(text) == literal


@pytest.mark.parametrize("kind", ["int", "datetime", "enum"])
def test_a_text_that_is_no_value_of_the_type_is_never_spliced_into_sql(kind: str) -> None:
    with pytest.raises(ServiceError, match="key column k"):
        KeyColumn("k", kind).literal("1 OR 1=1")


def table(
    *columns: SourceColumn, unique: tuple[SourceIndex, ...] = (), indexes: tuple[SourceIndex, ...] = ()
) -> SourceTable:
    return SourceTable("t", "InnoDB", columns, unique, indexes)


WEIGHT = SourceColumn("w", "double", "double", nullable=False)
SIZE = SourceColumn("size", "enum", "enum('S','M')", nullable=False)
NUMBER = SourceColumn("n", "int", "int(11)", nullable=False)
MAYBE = SourceColumn("m", "int", "int(11)", nullable=True)


def test_the_first_key_that_orders_as_it_compares_is_taken() -> None:
    indexes = (SourceIndex("PRIMARY", ("w", "n")), SourceIndex("a", ("m",)), SourceIndex("b", ("n",)))
    assert slicing_key(table(WEIGHT, NUMBER, MAYBE, unique=indexes)) == (KeyColumn("n", "int"),)


def test_without_such_a_key_the_beginning_of_an_index_is_taken() -> None:
    """The best one comes first; nullable columns, floats and what must not be written down end it."""
    best_first = (
        SourceIndex("PRIMARY", ("w", "n")),
        SourceIndex("a", ("m", "n")),
        SourceIndex("b", ("size", "n", "w")),
    )
    found = table(WEIGHT, SIZE, NUMBER, MAYBE, unique=best_first[:1], indexes=best_first)
    assert slicing_key(found) == (KeyColumn("size", "enum"), KeyColumn("n", "int"))
    assert slicing_key(found, {"n"}) == (KeyColumn("size", "enum"),)
    assert slicing_key(found, {"size"}) == ()


def test_a_key_has_the_servers_spelling_of_its_columns() -> None:
    number = replace(NUMBER, name_at_source="N")
    (column,) = slicing_key(table(number, unique=(SourceIndex("PRIMARY", ("n",)),)))
    assert Slice(0, ("1",), None).where((column,)) == "`N` > 1"


def test_a_place_is_spelled_as_its_number() -> None:
    assert KeyColumn("size", "enum").text_sql == "CAST(CAST(`size` AS UNSIGNED) AS CHAR)"
    assert KeyColumn("size", "enum").literal("2") == "2"


def test_a_table_without_such_a_key_has_none() -> None:
    assert (
        slicing_key(
            table(WEIGHT, unique=(SourceIndex("PRIMARY", ("w",)),), indexes=(SourceIndex("PRIMARY", ("w",)),))
        )
        == ()
    )


@given(st.integers(0, 10**10), st.integers(0, 10**7), st.integers(1, 64))
def test_slices_are_neither_tiny_nor_far_beyond_their_target(rows: int, row_bytes: int, workers: int) -> None:
    """Few rows make a slice only where they are wide.

    What lies on the server's disk shrinks to a quarter, of wide rows to a half.
    """
    found = rows_per_slice(rows, row_bytes, target_bytes=128 << 20, workers=workers)
    limit = (2 if row_bytes > 8192 else 4) * (128 << 20)
    assert found >= 50_000 or found * row_bytes >= limit - row_bytes
    assert found == 1 or found * row_bytes <= 1.05 * limit


def test_a_million_pictures_make_files_near_the_target() -> None:
    assert rows_per_slice(1_000_000, 200_000, target_bytes=128 << 20, workers=2) == 1_407


def test_every_worker_has_a_slice_and_files_near_their_target() -> None:
    assert -(-1_000_000 // rows_per_slice(1_000_000, 180, target_bytes=128 << 20, workers=2)) == 2
    assert -(-100_000_000 // rows_per_slice(100_000_000, 180, target_bytes=128 << 20, workers=2)) == 33
