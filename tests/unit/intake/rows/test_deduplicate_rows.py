import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.intake.rows.deduplicate_rows import KEPT, SAME_KEY, SAME_ROW, Survivors, survivors
from headgate.values.cast import cast
from headgate.values.cells import Rows

pytestmark = pytest.mark.unit

BIGINT, TEXT = ColumnType(Kind.BIGINT), ColumnType(Kind.STRING)
CONTRACT = Contract(
    "c",
    "things",
    "source",
    "1",
    (Column("shop", TEXT), Column("id", BIGINT), Column("version", BIGINT), Column("name", TEXT)),
    key=("shop", "id"),
    order_by=("version",),
)
Row = tuple[str | None, str, str | None, str | None]
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["1", "2", "10", None]),
        st.sampled_from(["x", "y", None]),
    ),
    min_size=1,
)


def rows_of(survived: Survivors, outcome: int) -> Rows:
    return np.flatnonzero(survived.outcomes == outcome)


def chosen(table: list[Row], tied_at_once: int = 1 << 20, grouped_at_once: int = 1 << 17) -> Survivors:
    cells = {
        name: pa.array([row[place] for row in table], pa.string())
        for place, name in enumerate(CONTRACT.names)
    }
    values = {column.name: cast(cells[column.name], column.type).values for column in CONTRACT.columns}

    def cells_of(rows: Rows) -> list[pa.Array]:
        assert (np.diff(rows) > 0).all()
        return [column.take(pa.array(rows)) for column in cells.values()]

    return survivors(
        CONTRACT, len(table), values, cells_of, tied_at_once=tied_at_once, grouped_at_once=grouped_at_once
    )


def test_the_newest_row_of_each_key_is_kept() -> None:
    survived = chosen(
        [("a", "1", "2", "x"), ("a", "1", "10", "x"), ("b", "1", "1", "x"), ("a", "1", "2", "x")]
    )
    assert rows_of(survived, KEPT).tolist() == [1, 2]
    assert rows_of(survived, SAME_KEY).tolist() == [0, 3]


def test_a_row_that_equals_the_kept_one_in_every_cell_has_its_own_disposition() -> None:
    survived = chosen([("a", "1", "2", None), ("a", "1", "2", None), ("a", "1", "1", None)])
    assert (
        rows_of(survived, KEPT).tolist(),
        rows_of(survived, SAME_ROW).tolist(),
        rows_of(survived, SAME_KEY).tolist(),
    ) == ([0], [1], [2])


def test_nothing_to_choose_among_is_nothing_chosen() -> None:
    assert not len(chosen([]).outcomes)


def test_cells_are_looked_at_only_where_keys_and_orders_leave_a_tie() -> None:
    asked: list[int] = []

    def cells_of(rows: Rows) -> list[pa.Array]:
        asked.extend(rows.tolist())
        return [pa.array(["same"] * len(rows)) for _ in CONTRACT.names]

    values = {"shop": pa.array(["a"] * 4), "id": pa.array([1, 1, 2, 2]), "version": pa.array([1, 2, 3, 3])}
    survived = survivors(CONTRACT, 4, values, cells_of)
    assert asked == [2, 3]
    assert (
        rows_of(survived, KEPT).tolist(),
        rows_of(survived, SAME_ROW).tolist(),
        rows_of(survived, SAME_KEY).tolist(),
    ) == ([1, 2], [3], [0])


@given(rows, st.integers(1, 5))
def test_ties_are_broken_the_same_however_many_are_looked_at_together(table: list[Row], at_once: int) -> None:
    some, every = chosen(table, at_once), chosen(table)
    assert [
        part.tolist() for part in (rows_of(some, KEPT), rows_of(some, SAME_ROW), rows_of(some, SAME_KEY))
    ] == [
        part.tolist() for part in (rows_of(every, KEPT), rows_of(every, SAME_ROW), rows_of(every, SAME_KEY))
    ]


def test_without_a_key_every_row_is_kept() -> None:
    keyless = Contract("c", "things", "source", "1", (Column("x", TEXT),))
    column = {"x": pa.array(["a", "a"])}
    assert rows_of(survivors(keyless, 2, column, lambda _: [*column.values()]), KEPT).tolist() == [
        0,
        1,
    ]


@given(rows)
def test_every_row_is_in_exactly_one_part_and_every_key_is_kept_once(table: list[Row]) -> None:
    survived = chosen(table)
    parts = [
        *rows_of(survived, KEPT).tolist(),
        *rows_of(survived, SAME_ROW).tolist(),
        *rows_of(survived, SAME_KEY).tolist(),
    ]
    assert sorted(parts) == list(range(len(table)))
    kept_keys = [table[row][:2] for row in rows_of(survived, KEPT)]
    assert len(kept_keys) == len(set(kept_keys)) == len({row[:2] for row in table})


@given(rows)
def test_of_equally_new_rows_the_last_one_of_the_file_is_kept(table: list[Row]) -> None:
    survived = chosen(table)
    for kept in rows_of(survived, KEPT):
        own = [row for row, cells in enumerate(table) if cells[:3] == table[kept][:3]]
        are_equal = all(table[row] == table[kept] for row in own)
        assert kept == (own[0] if are_equal else own[-1])
        for row in {*own} - {int(kept)}:
            assert survived.outcomes[row] == (SAME_ROW if table[row] == table[kept] else SAME_KEY)


@given(rows)
def test_rows_that_come_again_behind_a_file_change_nothing_of_what_it_kept(table: list[Row]) -> None:
    """As in a replay and a merge: what was kept of a file is kept of all of its rows and that, too."""
    kept = [table[row] for row in rows_of(chosen(table), KEPT)]
    again = [*table, *kept]
    assert {again[row] for row in rows_of(chosen(again), KEPT)} == {*kept}
    assert [kept[row] for row in rows_of(chosen(kept), KEPT)] == kept


@given(rows)
def test_no_lost_row_is_newer_than_the_one_kept(table: list[Row]) -> None:
    kept = {table[row][:2]: table[row] for row in rows_of(chosen(table), KEPT)}
    assert all(int(row[2] or 0) <= int(kept[row[:2]][2] or 0) for row in table)


@given(rows, st.integers(1, 5))
def test_the_same_rows_survive_however_many_keys_are_grouped_together(table: list[Row], at_once: int) -> None:
    assert np.array_equal(chosen(table, grouped_at_once=at_once).outcomes, chosen(table).outcomes)


@pytest.mark.parametrize(
    "key",
    [
        pa.array([2**40, -1, None, 2**40, None, 7, -1], pa.int64()),
        pa.array(["a" * 40, "", None, "a" * 40, None, "a" * 41, ""]),
        pa.array([1, 2, None, 1, None, 3, 2], pa.int16()),
        pa.array([1, 2, None, 1, None, 3, 2], pa.date32()),
        pa.array([1, 2, None, 1, None, 3, 2], pa.timestamp("us")),
        pa.array([1, 2, None, 1, None, 3, 2], pa.float64()),
        pa.array([1, 2, None, 1, None, 3, 2], pa.decimal128(38, 2)),
    ],
    ids=lambda key: str(key.type),
)
def test_equal_keys_of_any_type_are_grouped_together(key: pa.Array) -> None:
    keyed = Contract(
        "c", "things", "source", "1", (Column("x", TEXT), Column("n", BIGINT)), key=("x",), order_by=("n",)
    )
    values = {"x": pa.concat_arrays([key, key.slice(0, 2)]).slice(0, 7), "n": pa.array(range(7))}
    survived = survivors(keyed, 7, values, lambda _: pytest.fail("nothing is tied"), grouped_at_once=1)
    assert rows_of(survived, KEPT).tolist() == [3, 4, 5, 6]
