"""Rows over a base: all are written in the order of the key, and those that the table shows are not audited
again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.engines import write_rows
from headgate.engines.write_rows import write_batches
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import Publisher
from headgate.systems.rows_in_file import OwnFolder, unstamped_schema
from headgate.systems.rows_over_base import RowsOverBase, stage_over_base
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Scores = Mapping[tuple[str, int], float | None]

pytestmark = pytest.mark.unit

PROD = "prod"
SCORES = Contract(
    id="headgate.prod.scores",
    dataset="scores",
    zone="prod",
    version="1.0.0",
    key=("kind", "number"),
    columns=(
        Column("kind", ColumnType(Kind.STRING), required=True),
        Column("number", ColumnType(Kind.BIGINT), required=True),
        Column("score", ColumnType(Kind.DOUBLE)),
        Column("as_of", ColumnType(Kind.DATE), required=True),
        Column("snapshot_id", ColumnType(Kind.STRING), required=True),
    ),
    system="scores",
)
BASE: Scores = {("a", 1): 0.1, ("a", 2): 0.2, ("b", 1): 0.3}


def rows_over(
    base: Scores,
    changed: Scores,
    address: str = "of monday",
    contract: Contract = SCORES,
    gone: Sequence[tuple[str, int]] = (),
) -> RowsOverBase:
    """Return scores by kind and number; the file of the base has a column that the contract has not."""
    folder = OwnFolder()
    paths = folder.path / "base.parquet", folder.path / "changed.parquet"
    for path, scores, further in zip(paths, (base, changed), ({"weight": pa.float64()}, {}), strict=True):
        schema = pa.schema([*unstamped_schema(contract), *(pa.field(*column) for column in further.items())])
        ordered = sorted(scores.items())
        columns = {
            "kind": [key[0] for key, _ in ordered],
            "number": [key[1] for key, _ in ordered],
            "score": [score for _, score in ordered],
            "weight": [1.0] * len(ordered),
        }
        write_batches([pa.table({name: columns[name] for name in schema.names}, schema=schema)], schema, path)
    left_out = pa.table({"kind": [kind for kind, _ in gone], "number": [number for _, number in gone]})
    return RowsOverBase(contract, paths[0], address, paths[1], folder, left_out if gone else None)


def scores_of(rows: pa.Table) -> list[tuple[tuple[str, int], float | None]]:
    return [((row["kind"], row["number"]), row["score"]) for row in rows.to_pylist()]


@dataclass
class Prod:
    """A bucket and a catalog, and the keys of the rows that the newest publish audited."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    audited: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.catalog.create(PROD, "scores", f"s3://{PROD}/tables/scores/none/")

    def publish(self, made: RowsOverBase, day: int, **how: Any) -> pa.Table:  # noqa: ANN401 as `stage_over_base`
        """Publish as of a day of January, and return the rows of the table."""
        self.audited = []
        prefix, stamps = (
            keys.table_prefix("scores", f"v{day}"),
            {"as_of": date(2024, 1, day), "snapshot_id": "s"},
        )
        publisher = Publisher(self.objects, self.catalog, PROD, PROD, self._audit)
        publisher.move(stage_over_base(publisher, made, prefix, stamps, **how))
        return self.shown()

    def shown(self) -> pa.Table:
        """Return the rows that the table shows."""
        location = self.catalog.current(PROD, "scores").location
        key = keys.part(location.removeprefix(f"s3://{PROD}/"))
        return table_of(self.objects.read(ObjectRef(PROD, key)))

    def _audit(self, _: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        table = rows if isinstance(rows, pa.Table) else rows.read_all()
        self.audited += [key for key, _ in scores_of(table)]
        if None in table["score"].to_pylist():
            raise AuditError("a score is missing")


KEYS = st.tuples(st.sampled_from("abc"), st.integers(0, 9))


@given(
    base=st.dictionaries(KEYS, st.floats(0, 1), max_size=25),
    changed=st.dictionaries(KEYS, st.floats(2, 3), max_size=25),
    group_rows=st.integers(1, 7),
)
def test_changed_rows_replace_those_of_the_base_and_new_ones_lie_between_them(
    base: Scores, changed: Scores, group_rows: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(write_rows, "GROUP_ROWS", group_rows)
        made = rows_over(base, changed)
    expected = sorted({**base, **changed}.items())
    assert scores_of(pa.Table.from_batches(made.batches(), unstamped_schema(SCORES))) == expected
    assert len(made.frame()) == len(expected)


@given(
    base=st.dictionaries(KEYS, st.floats(0, 1), max_size=25),
    changed=st.dictionaries(KEYS, st.floats(2, 3), max_size=25),
    gone=st.lists(KEYS, max_size=10),
    group_rows=st.integers(1, 7),
)
def test_rows_of_the_base_that_are_gone_are_left_out(
    base: Scores, changed: Scores, gone: list[tuple[str, int]], group_rows: int
) -> None:
    """A key of several columns is left out only if all of them agree."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(write_rows, "GROUP_ROWS", group_rows)
        made = rows_over(base, changed, gone=gone)
    left = {key: score for key, score in base.items() if key not in gone}
    rows = pa.Table.from_batches(made.batches(), unstamped_schema(SCORES))
    assert scores_of(rows) == sorted({**left, **changed}.items())


def test_all_rows_have_the_stamps_of_the_newest_run() -> None:
    prod = Prod()
    prod.publish(rows_over(BASE, {}), 1)
    rows = prod.publish(rows_over(BASE, {("a", 2): 0.9, ("c", 5): 0.4}), 2)
    assert scores_of(rows) == [(("a", 1), 0.1), (("a", 2), 0.9), (("b", 1), 0.3), (("c", 5), 0.4)]
    assert set(rows["as_of"].to_pylist()) == {date(2024, 1, 2)}


def test_only_changed_rows_are_audited_where_the_table_shows_the_base() -> None:
    prod, changed = Prod(), {("a", 2): 0.9}
    prod.publish(rows_over(BASE, changed), 1)
    assert prod.audited == sorted(BASE)
    prod.publish(rows_over(BASE, {**changed, ("c", 5): 0.4}), 2)
    assert prod.audited == [("a", 2), ("c", 5)]
    prod.publish(rows_over(BASE, {}), 3)
    assert prod.audited == []


def test_all_rows_are_audited_for_another_base_another_contract_and_in_a_full_run() -> None:
    prod, changed = Prod(), {("a", 2): 0.9}
    prod.publish(rows_over(BASE, changed), 1)
    prod.publish(rows_over(BASE, changed, "of tuesday"), 2)
    assert prod.audited == sorted(BASE)
    prod.publish(rows_over(BASE, changed, "of tuesday"), 3, is_full=True)
    assert prod.audited == sorted(BASE)
    required = replace(SCORES.columns[2], required=True)
    stricter = replace(SCORES, columns=(*SCORES.columns[:2], required, *SCORES.columns[3:]))
    prod.publish(rows_over(BASE, changed, "of tuesday", stricter), 4)
    assert prod.audited == sorted(BASE)


def test_all_rows_are_audited_where_the_table_shows_another_version_than_the_recorded_one() -> None:
    """A rollback shows a version whose rows may be others."""
    prod = Prod()
    prod.publish(rows_over(BASE, {}), 1)
    shown = prod.catalog.current(PROD, "scores")
    prod.catalog.move(shown, f"s3://{PROD}/tables/scores/older/", (), {})
    prod.publish(rows_over(BASE, {}), 2)
    assert prod.audited == sorted(BASE)


def test_a_changed_row_that_breaks_its_contract_leaves_the_table_as_it_was() -> None:
    prod = Prod()
    before = prod.publish(rows_over(BASE, {}), 1)
    with pytest.raises(AuditError, match="a score is missing"):
        prod.publish(rows_over(BASE, {("a", 2): None}), 2)
    assert prod.shown() == before


def test_a_file_with_other_columns_than_the_contract_is_refused() -> None:
    made = rows_over(BASE, {})
    renamed = table_of(made.changed).rename_columns(["kind", "number", "points"])
    write_batches([renamed], renamed.schema, made.changed)
    with pytest.raises(AuditError, match="are not the contract's"):
        list(made.batches())
