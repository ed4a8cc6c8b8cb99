"""The gate before analytics: systems run only on snapshots that pass their Great Expectations suites."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts.identity import merge_key
from headgate.errors import GateError
from headgate.quality.checked_parts import CheckedPart, CheckedParts, identity
from headgate.quality.suites import UNIQUE, columns_label
from headgate.quality.validation import FailedExpectation, SuiteResult, ValidationRun
from headgate.runs.stage_records import StageWork, count_nothing
from headgate.snapshots.parts import SnapshotParts, describe_part
from headgate.snapshots.read_snapshots import fetch, known_datasets, part_refs, snapshot_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectStore
    from headgate.quality.data_docs import DataDocs
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

DOCS = "snapshot"
_NOT_AS_RECORDED = FailedExpectation("stored as merged", "table", None)


@dataclass(frozen=True)
class Inspected:
    """The passing verdicts of a snapshot's datasets, and the `s3://` URL of the Data Docs."""

    verdicts: tuple[SuiteResult, ...]
    docs_at: str


@dataclass(frozen=True)
class QualityGate:
    """The validation of snapshots in the curated bucket by the suites of their contracts.

    Parts that passed the current suite are not read again; docs/adr/0086-snapshots-in-parts.md describes how
    results are combined.
    """

    objects: ObjectStore
    contracts: Mapping[str, Contract]
    curated_bucket: str
    docs: DataDocs
    workspace: Path
    count: Callable[[StageWork], None] = count_nothing

    def inspect(self, lake: LakeSnapshot) -> Inspected:
        """Validate each merged dataset, and publish the Data Docs.

        A dataset whose merge failed keeps a snapshot that passed before, and is not validated again.

        Raises:
            GateError: expectations failed; the message lists them, and the URL of the Data Docs.
        """
        validation_run = ValidationRun(lake.as_of)
        merged = known_datasets(lake, (dataset for dataset in self.contracts if dataset not in lake.failed))
        verdicts = tuple(self._verdict(validation_run, lake, snapshot) for snapshot in merged.values())
        docs_at = self.docs.publish(validation_run, lake.snapshot_id, DOCS)
        require(verdicts, docs_at)
        return Inspected(verdicts, docs_at)

    def _verdict(
        self, validation_run: ValidationRun, lake: LakeSnapshot, snapshot: DatasetSnapshot
    ) -> SuiteResult:
        """Validate the parts that have not passed the current suite yet."""
        contract = self._contract(lake, snapshot.dataset)
        record = snapshot_parts(self.objects, self.curated_bucket, snapshot)
        with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
            if record is None or _needs_all_rows(contract, record):
                files = fetch(self.objects, self.curated_bucket, lake, [snapshot.dataset], Path(folder))
                self.count(StageWork(rows_read=snapshot.rows, parts_rebuilt=len(files[snapshot.dataset])))
                return validation_run.check_files(contract, files[snapshot.dataset])
            return self._verdict_on_parts(validation_run, contract, snapshot, record, Path(folder))

    def _verdict_on_parts(
        self,
        validation_run: ValidationRun,
        contract: Contract,
        snapshot: DatasetSnapshot,
        record: SnapshotParts,
        folder: Path,
    ) -> SuiteResult:
        refs = part_refs(self.objects, self.curated_bucket, snapshot)
        problems = (
            []
            if record.are_in_order()
            else [FailedExpectation(UNIQUE, columns_label(merge_key(contract)), None)]
        )
        if self._differ(snapshot, record):
            return validation_run.conclude(contract, [], [*problems, _NOT_AS_RECORDED])
        checked_parts, checked = CheckedParts(self.objects, self.docs.bucket), dict[str, CheckedPart]()
        before = checked_parts.load(contract)
        identities = [identity(part) for part in record.parts]
        for ref, part_id in zip(refs, identities, strict=True):
            if part_id in before:
                checked[part_id] = before[part_id]
                continue
            path = folder / "part.parquet"
            self.objects.download(ref, path)
            if identity(describe_part(path, record.key.names)) != part_id:
                problems.append(_NOT_AS_RECORDED)
            checked[part_id] = CheckedPart(snapshot.snapshot_id, validation_run.ask(contract, [path]))
            path.unlink()
        if not problems:
            checked_parts.save(contract, checked)
        new = [checked[part_id].answers.rows for part_id in identities if part_id not in before]
        reused = len(identities) - len(new)
        self.count(StageWork(rows_read=sum(new), parts_reused=reused, parts_rebuilt=len(new)))
        counts = dict(Counter(checked[part_id].snapshot_id for part_id in identities if part_id in before))
        return validation_run.conclude(
            contract, [checked[part_id].answers for part_id in identities], problems, counts
        )

    def _differ(self, snapshot: DatasetSnapshot, record: SnapshotParts) -> bool:
        """Return whether the snapshot's objects differ from the merge's record."""
        listed = self.objects.list(self.curated_bucket, snapshot.location)
        return [item.size_bytes for item in listed] != [part.size_bytes for part in record.parts]

    def _contract(self, lake: LakeSnapshot, dataset: str) -> Contract:
        """Return the dataset's contract, in which columns that older increments lack are optional."""
        return self.contracts[dataset].without_required(lake.datasets[dataset].missing_values)


def _needs_all_rows(contract: Contract, record: SnapshotParts) -> bool:
    """Return whether the parts' key ranges do not prove uniqueness, as after a change of the key."""
    has_unique = any(column.unique for column in contract.columns)
    return tuple(record.key.names) != merge_key(contract) or (has_unique and len(record.parts) > 1)


def require(verdicts: Iterable[SuiteResult], docs_at: str) -> None:
    """Raise a GateError with the failed expectations of each dataset, and the URL of the Data Docs."""
    failing = [str(verdict) for verdict in verdicts if not verdict.passed]
    if failing:
        raise GateError("\n".join([*failing, f"Data Docs: {docs_at}"]))
