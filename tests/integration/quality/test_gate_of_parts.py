"""The gate asks about parts that changed, and its verdict is that of all rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Rule
from headgate.contracts.types import arrow_schema
from headgate.errors import GateError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.quality.checked_parts import CheckedParts
from headgate.quality.data_docs import DataDocs
from headgate.quality.snapshot_gate import QualityGate
from headgate.snapshots.parts import SnapshotParts, describe_part
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.quality.validation import SuiteResult

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]

CONTRACT = Contract(
    id="headgate.curated.lines",
    dataset="lines",
    zone="curated",
    version="1.0.0",
    key=("line_id",),
    columns=(
        Column("line_id", ColumnType(Kind.BIGINT), required=True),
        Column("units", ColumnType(Kind.INTEGER), rules=(Rule("minimum", 0), Rule("maximum", 9, Level.WARN))),
    ),
)
Rows = list[tuple[int, int]]  # key and units
FIRST: Rows = [(1, 1), (2, 2)]
SECOND: Rows = [(3, 3), (4, 4)]
THIRD: Rows = [(5, 5)]


@dataclass
class WatchedObjects(MemoryObjects):
    """Remembers which keys were downloaded."""

    downloaded: list[str] = field(default_factory=list)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        self.downloaded.append(ref.key.rpartition("/")[2])
        super().download(ref, path, size_bytes)


@dataclass
class Gate:
    """A curated bucket with snapshots of one dataset, and the gate before it."""

    workspace: Path
    contract: Contract = CONTRACT
    objects: WatchedObjects = field(default_factory=WatchedObjects)

    def merged(self, snapshot_id: str, parts: Sequence[Rows], *, is_recorded: bool = True) -> LakeSnapshot:
        """A snapshot of these parts."""
        prefix, made = keys.snapshot_prefix("lines", snapshot_id), []
        for number, rows in enumerate(parts):
            path = self.workspace / "part"
            schema = arrow_schema(CONTRACT)
            table = pa.table(
                [
                    pa.array(column, of)
                    for column, of in zip(zip(*rows, strict=True), schema.types, strict=True)
                ],
                schema=schema,
            )
            path.write_bytes(parquet_bytes(table))
            made.append(describe_part(path, ["line_id"]))
            self.objects.upload(path, ObjectRef("curated", keys.part(prefix, number)))
        record = SnapshotParts(pa.schema([("line_id", pa.int64())]), "", tuple(made))
        if is_recorded:
            self.objects.write(
                ObjectRef("curated", keys.snapshot_parts_key("lines", snapshot_id)), record.to_parquet()
            )
        snapshot = DatasetSnapshot("lines", snapshot_id, prefix, sum(map(len, parts)), 1)
        return LakeSnapshot(f"lake-{snapshot_id}", date(2026, 1, 1), {"lines": snapshot})

    def inspect(self, lake: LakeSnapshot) -> SuiteResult:
        """The verdict; afterwards `objects.downloaded` has what was read for it."""
        self.objects.downloaded.clear()
        gate = QualityGate(
            self.objects,
            {"lines": self.contract},
            "curated",
            DataDocs(self.objects, "artifacts"),
            self.workspace,
        )
        (verdict,) = gate.inspect(lake).verdicts
        return verdict

    def pages(self) -> str:
        """The Data Docs."""
        return "".join(body.decode() for body in self.objects.contents("artifacts", keys.DATA_DOCS).values())


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def test_only_parts_that_changed_are_read_and_the_verdict_is_about_all_rows(gate: Gate) -> None:
    assert gate.inspect(gate.merged("s1", [FIRST, SECOND])).rows == 4
    assert gate.objects.downloaded == ["part-00000.parquet", "part-00001.parquet"]
    verdict = gate.inspect(gate.merged("s2", [FIRST, [(3, 30)], THIRD]))
    assert gate.objects.downloaded == ["part-00001.parquet", "part-00002.parquet"]
    assert (verdict.passed, verdict.rows, verdict.checked_before) == (True, 4, {"s1": 1})
    assert [(warning.place, warning.rule, warning.rows) for warning in verdict.warnings] == [
        ("units", "maximum", 1)
    ]
    assert "Unchanged parts were checked before: 1 in snapshot <code>s1</code>." in gate.pages()


def test_a_warning_of_a_part_that_is_not_read_again_is_still_reported(gate: Gate) -> None:
    first = gate.inspect(gate.merged("s1", [FIRST, [(3, 30), (4, 4)]]))
    again = gate.inspect(gate.merged("s2", [FIRST, [(3, 30), (4, 4)], [(5, 50)]]))
    assert gate.objects.downloaded == ["part-00002.parquet"]
    assert [(warning.rows, warning.keys) for warning in first.warnings] == [(1, ("3",))]
    assert [(warning.rows, warning.keys) for warning in again.warnings] == [(2, ("3", "5"))]


def test_an_unchanged_snapshot_is_read_once_and_names_where_each_part_was_checked(gate: Gate) -> None:
    gate.inspect(gate.merged("s1", [FIRST]))
    gate.inspect(gate.merged("s2", [FIRST, SECOND]))
    verdict = gate.inspect(gate.merged("s3", [FIRST, SECOND]))
    assert (gate.objects.downloaded, verdict.checked_before) == ([], {"s1": 1, "s2": 1})


def test_a_rule_that_one_changed_part_breaks_refuses_the_dataset_in_every_run(gate: Gate) -> None:
    gate.inspect(gate.merged("s1", [FIRST, SECOND]))
    bad = gate.merged("s2", [FIRST, [(3, -3), (4, 4)]])
    for _ in range(2):
        with pytest.raises(GateError, match=r"lines: units: minimum broken by 1 rows \(keys 3\)"):
            gate.inspect(bad)
        assert gate.objects.downloaded == ["part-00001.parquet"]


def test_a_key_that_is_doubled_in_several_parts_is_counted_in_all_of_them(gate: Gate) -> None:
    with pytest.raises(GateError, match=r"line_id: unique broken by 4 rows"):
        gate.inspect(gate.merged("s1", [[(1, 1), (1, 1)], [(3, 3), (3, 3)]]))


@pytest.mark.parametrize("parts", [[FIRST, [(2, 2), (4, 4)]], [SECOND, FIRST]])
def test_a_key_in_two_parts_is_refused_although_it_is_unique_in_each(gate: Gate, parts: list[Rows]) -> None:
    gate.inspect(gate.merged("s1", [parts[0]]))
    gate.inspect(gate.merged("s2", [parts[1]]))
    with pytest.raises(GateError, match="lines: line_id: unique"):
        gate.inspect(gate.merged("s3", parts))


@pytest.mark.parametrize(
    "changed",
    [
        {
            "columns": (
                CONTRACT.columns[0],
                replace(CONTRACT.columns[1], rules=(Rule("minimum", 0), Rule("maximum", 99, Level.WARN))),
            )
        },
        {"columns": (CONTRACT.columns[0], replace(CONTRACT.columns[1], required=True))},
        {"columns": (CONTRACT.columns[0], replace(CONTRACT.columns[1], unique=True))},
        {"key": ("units",)},
    ],
)
def test_everything_is_checked_again_when_the_contract_changes(gate: Gate, changed: dict[str, Any]) -> None:
    gate.inspect(gate.merged("s1", [FIRST, SECOND]))
    gate.contract = replace(CONTRACT, **changed)
    gate.inspect(gate.merged("s1", [FIRST, SECOND]))
    assert sorted(gate.objects.downloaded) == ["part-00000.parquet", "part-00001.parquet"]


def test_everything_is_checked_again_by_another_version_of_great_expectations(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.inspect(gate.merged("s1", [FIRST, SECOND]))
    monkeypatch.setattr("headgate.quality.checked_parts.version", lambda name: f"99 of {name}")
    assert CheckedParts(gate.objects, "artifacts").load(CONTRACT) == {}


def test_a_unique_column_is_compared_over_all_parts(gate: Gate) -> None:
    gate.contract = replace(
        CONTRACT, columns=(CONTRACT.columns[0], replace(CONTRACT.columns[1], unique=True))
    )
    with pytest.raises(GateError, match="units: unique broken by 2 rows"):
        gate.inspect(gate.merged("s1", [FIRST, [(3, 2)]]))


def test_a_snapshot_of_an_older_version_is_checked_as_a_whole(gate: Gate) -> None:
    assert gate.inspect(gate.merged("s1", [FIRST], is_recorded=False)).rows == 2
    with pytest.raises(GateError, match="units: minimum broken by 1 rows"):
        gate.inspect(gate.merged("s2", [[(1, -1)]], is_recorded=False))


def test_a_part_that_differs_from_its_record_is_refused(gate: Gate) -> None:
    lake = gate.merged("s1", [FIRST, SECOND])
    other = gate.merged("other", [[(3, 3), (4, 5)]])
    body = gate.objects.read(ObjectRef("curated", keys.part(other.datasets["lines"].location)))
    gate.objects.write(ObjectRef("curated", keys.part(lake.datasets["lines"].location, 1)), body)
    with pytest.raises(GateError, match="lines: table: stored as merged"):
        gate.inspect(lake)


def test_a_part_that_is_missing_or_was_added_is_refused_before_anything_is_read(gate: Gate) -> None:
    lake = gate.merged("s1", [FIRST, SECOND])
    location = lake.datasets["lines"].location
    gate.inspect(lake)
    gate.objects.write(ObjectRef("curated", keys.part(location, 2)), b"rows")
    with pytest.raises(GateError, match="lines: table: stored as merged"):
        gate.inspect(lake)
    for number in (1, 2):
        gate.objects.delete(ObjectRef("curated", keys.part(location, number)))
    with pytest.raises(GateError, match="lines: table: stored as merged"):
        gate.inspect(lake)
