"""Merge the increments of every dataset into one snapshot of the lake, and publish it."""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.followed_deletions import is_full
from headgate.contracts.identity import merge_key
from headgate.contracts.references import parents
from headgate.contracts.types import glue_columns
from headgate.errors import (
    AuditError,
    ConflictError,
    ContractError,
    NotFoundError,
    ServiceError,
    ThrottledError,
)
from headgate.lake import keys
from headgate.lake.ports import Catalog, ObjectRef, SnapshotObjects, TableVersion
from headgate.merge import as_of as lake_day
from headgate.merge.check_references import ReferenceCheck, missing_parents
from headgate.merge.delete_old_snapshots import delete_old_snapshots, named_snapshots
from headgate.merge.deletions import (
    deletions_among,
    last_deletions_before_sightings,
    moment_mark,
    moment_of_entry,
)
from headgate.merge.full_loads import LoadedIncrements, newest_load, removed_rows
from headgate.merge.merge_files import Deletions, Memory, fit_files, keys_in_deletions
from headgate.merge.part_boundaries import PART_ROWS, part_rows_of
from headgate.merge.write_snapshot import DatasetChange, SnapshotWriter, missing_values
from headgate.runs.stage_records import MergedDataset, StageWork, count_nothing
from headgate.snapshots.delete_old_versions import delete_old_versions
from headgate.snapshots.fresh_snapshots import FreshSnapshot
from headgate.snapshots.publishing import Publisher, Staged, notify_nobody
from headgate.snapshots.read_snapshots import checked_references, newest_snapshot, part_refs, snapshot_parts
from headgate.snapshots.reference_counts import references_json
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements, snapshot_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headgate.contracts.model import Contract
    from headgate.lake.versions import LastArrival
    from headgate.merge.decided_items import DecidedItems
    from headgate.snapshots.iceberg import IcebergTables
    from headgate.snapshots.parts import SnapshotParts

log = logging.getLogger(__name__)

_DOWNLOADS = 8
_BACK, _CONTENT = "back-", "_content_sha256"


@dataclass(frozen=True)
class _Plan:
    """The inputs of one dataset's next snapshot.

    Attributes:
        target: the increments and the id of the next snapshot.
        base: the previous snapshot, if the next one can be built from it.
        new: increments and deletions that are not in the base.
        reverted: content hashes of increments that are in the base but no longer in the lake.
        incomplete: the reason why a newer load is not merged.
    """

    contract: Contract
    current: TableVersion
    target: MergedIncrements
    base: DatasetSnapshot | None
    new: tuple[str, ...]
    reverted: frozenset[str] = frozenset()
    incomplete: str = ""

    @property
    def is_published(self) -> bool:
        """The table already shows this snapshot."""
        return bool(self.base) and not self.new and self.current.shows(self.prefix)

    @property
    def rows(self) -> tuple[str, ...]:
        """The increments to read: the new ones, or all after a revert, which brings back older rows."""
        increments = self.target.increments if self.reverted else self.new
        return tuple(key for key in increments if not keys.deleted_by(key))

    @property
    def new_rows(self) -> tuple[str, ...]:
        """The new increments with rows."""
        return tuple(key for key in self.new if not keys.deleted_by(key))

    def is_small_addition(self, largest_bytes: int) -> bool:
        """Return whether the plan only adds rows, to a base of at most `largest_bytes`."""
        return (
            self.base is not None
            and bool(self.new)
            and self.new == self.new_rows
            and not self.reverted
            and not self.incomplete
            and self.base.size_bytes <= largest_bytes
        )

    @property
    def prefix(self) -> str:
        """The prefix of the next snapshot."""
        return keys.snapshot_prefix(self.contract.dataset, self.target.snapshot_id)


@dataclass(frozen=True)
class Merging:
    """The merge of a curated bucket's increments.

    Args:
        contracts: the curated contracts, by dataset.
        audit: raises AuditError if rows violate their contract.
        workspace: a local folder with room for twice the arriving rows of the largest dataset and one of its
            parts, or for all its increments in the first merge.
        memory: DuckDB's memory for all merges of a process; by default each merge opens its own database and
            spills to the workspace.
        last_arrivals: the time when an object last got each content, by content hash, which breaks ties in
            the order columns; without it only the hash does.
        missing_parents: the contract of the table of rows without a parent; without it only the report has
            them.
        decided_items: publishes decisions as labels; without it they are not a dataset.
        notify: called with the table of each dataset whose snapshot changed.
        part_rows: average rows of a part; 0 for datasets with one part.
        count: called with the work on each merged dataset.
        iceberg: maintains the Iceberg metadata of the datasets' tables, if they have any.
        removed: datasets that people removed, whose tables are dropped after the snapshot is published.
    """

    objects: SnapshotObjects
    catalog: Catalog
    contracts: Mapping[str, Contract]
    curated_bucket: str
    database: str
    workspace: Path
    audit: Callable[[Contract, pa.Table | pa.RecordBatchReader], None]
    memory: Memory | None = None
    missing_parents: Contract | None = None
    decided_items: DecidedItems | None = None
    last_arrivals: Callable[[], Mapping[str, LastArrival]] = dict
    notify: Callable[[TableVersion], None] = notify_nobody
    part_rows: int = PART_ROWS
    count: Callable[[StageWork], None] = count_nothing
    iceberg: IcebergTables | None = None
    removed: Collection[str] = ()

    def merge(self, as_of: date | None = None) -> LakeSnapshot:
        """Merge all datasets to the newest row of each key, and return the lake's newest snapshot.

        Equal increments give equal ids and bytes, and unchanged datasets are not written. All datasets are
        audited before the first table moves; the pointer moves last. A dataset that fails keeps its table and
        previous snapshot, with the reason in `failed` of the returned snapshot; the other datasets are
        published.

        Args:
            as_of: the current day for the systems; by default the day of the newest event.
        """
        try:
            return self._merge(as_of)
        except (ConflictError, NotFoundError) as conflict:
            # Another merge moved a table, or a replay deleted an increment after it was listed.
            log.info("the lake changed while it was merged; reading again", extra={"conflict": str(conflict)})
            return self._merge(as_of)

    def _merge(self, as_of: date | None) -> LakeSnapshot:
        previous = newest_snapshot(self.objects, self.curated_bucket)
        last_arrivals = self.last_arrivals()
        plans = [
            self._plan(contract, self._table(contract), previous, last_arrivals)
            for contract in self.contracts.values()
        ]
        with self._open_references() as references:
            built, failed = self._build_each(plans, references, last_arrivals)
            publisher = replace(self._publisher, notify=self.notify)
            for snapshot, staged in built:
                if staged:
                    self._move(publisher, staged, snapshot)
            kept = [
                previous.datasets[dataset] for dataset in failed if previous and dataset in previous.datasets
            ]
            merged = [*(snapshot for snapshot, _ in built), *kept, *self._decided_items(previous)]
            lake = _lake(merged, as_of, failed, self.contracts)
            if lake != previous:
                self._check_references(references, lake, previous)
        if lake != previous:
            self._point_to(lake)
        if self.missing_parents:
            self._publish_missing_parents(self.missing_parents, lake)
        published = dict.fromkeys((*self.contracts, *lake.datasets))
        shown = {dataset: self.catalog.current(self.database, dataset).location for dataset in published}
        shown |= self._drop_removed()
        delete_old_snapshots(self.objects, self.curated_bucket, lake, shown, self._settle)
        return lake

    def refresh(self, dataset: str, *, now: datetime, largest_bytes: int) -> DatasetSnapshot | None:
        """Add a dataset's new rows to its table, and return the new snapshot; None if nothing is new.

        The lake's newest snapshot, which systems read, is unchanged, and the next run builds from the new
        one. A first snapshot, a replay, a revert, an erasure, a changed contract, deletions and too large
        datasets are left to a run; the result is None.

        Args:
            now: naive UTC.
            largest_bytes: the maximum size of the previous snapshot.

        Raises:
            AuditError: the new rows violate their contract; the table is unchanged.
            ConflictError: another merge moved the table first.
        """
        previous = newest_snapshot(self.objects, self.curated_bucket)
        last_arrivals = self.last_arrivals()
        try:
            current = self.catalog.current(self.database, dataset)
        except NotFoundError:  # the dataset is newer than the deployment; the next run creates its table
            return None
        plan = self._plan(self.contracts[dataset], current, previous, last_arrivals)
        if not plan.is_small_addition(largest_bytes):
            return None
        with self._open_references() as references:
            snapshot, staged = self._build(plan, references, last_arrivals)
            before = FreshSnapshot.read(self.objects, self.curated_bucket, dataset)
            record = before.replaced_by(snapshot, now) if before else FreshSnapshot(snapshot)
            # Written before the move, because without the record the next run would build from an older
            # snapshot.
            record.write(self.objects, self.curated_bucket)
            if staged:
                replace(self._publisher, notify=self.notify).move(staged)
        named = named_snapshots(self.objects, self.curated_bucket, dataset)
        self._settle(dataset, record.old(named, now))
        record.without_old(self.objects, self.curated_bucket, named, now).write(
            self.objects, self.curated_bucket
        )
        return snapshot

    def _part_rows(self, contract: Contract) -> int:
        is_parent = contract.dataset in parents(self.contracts)
        return part_rows_of(contract, self.part_rows, is_parent=is_parent)

    def _settle(self, dataset: str, expired: Collection[str]) -> None:
        """Remove expired snapshots from the Iceberg metadata of a dataset's table."""
        if dataset in self.contracts:
            self._publisher.settle(self.contracts[dataset], expired)

    def _move(self, publisher: Publisher, staged: Staged, snapshot: DatasetSnapshot) -> None:
        """Move a table unless it shows these and later rows; raise ConflictError if another run moved it."""
        try:
            publisher.move(staged)
        except ConflictError:
            if not self._is_shown_with_later_rows(snapshot):
                raise

    def _is_shown_with_later_rows(self, snapshot: DatasetSnapshot) -> bool:
        fresh = FreshSnapshot.read(self.objects, self.curated_bucket, snapshot.dataset)
        if not fresh or not fresh.is_shown_by(self.catalog.current(self.database, snapshot.dataset)):
            return False
        shown, merged = self._merged_into(fresh.snapshot), self._merged_into(snapshot)
        return bool(
            shown and merged and shown.table == merged.table and {*merged.increments} <= {*shown.increments}
        )

    def _base(
        self, dataset: str, current: TableVersion, previous: LakeSnapshot | None
    ) -> DatasetSnapshot | None:
        """Return the table's snapshot from a refresh between runs, or from the newest run."""
        of_run = previous.datasets.get(dataset) if previous else None
        if of_run and current.shows(of_run.location):
            return of_run
        fresh = FreshSnapshot.read(self.objects, self.curated_bucket, dataset)
        return fresh.snapshot if fresh and fresh.is_shown_by(current) else of_run

    @contextmanager
    def _open_references(self) -> Iterator[ReferenceCheck]:
        """Open a check of references, and one database for all datasets because opening it is slow."""
        with tempfile.TemporaryDirectory(dir=self.workspace) as name, ExitStack() as stack:
            folder = Path(name)
            memory = self.memory or stack.enter_context(closing(Memory(folder / "spill")))
            yield ReferenceCheck(self.objects, self.curated_bucket, self.contracts, folder, memory)

    @property
    def _publisher(self) -> Publisher:
        return Publisher(
            self.objects, self.catalog, self.database, self.curated_bucket, self.audit, iceberg=self.iceberg
        )

    def _check_references(
        self, references: ReferenceCheck, lake: LakeSnapshot, previous: LakeSnapshot | None
    ) -> None:
        """Write the report of rows without a parent."""
        previous_checks = (
            checked_references(self.objects, self.curated_bucket, previous.snapshot_id) if previous else ()
        )
        checked = references.check(lake.datasets, previous_checks, previous.datasets if previous else {})
        for item in checked:
            if item.rows:
                extra = {"column": item.column, "references": item.references, "rows": item.rows}
                log.warning("rows without parent", extra=extra)
        self._write(keys.checked_references_key(lake.snapshot_id), references_json(checked))

    def _decided_items(self, previous: LakeSnapshot | None) -> list[DatasetSnapshot]:
        """Publish the closed items of label queues; return their snapshot if there are decisions."""
        if self.decided_items is None:
            return []
        before = previous.datasets.get(self.decided_items.contract.dataset) if previous else None
        publisher = replace(self._publisher, iceberg=None)  # older versions of its few rows are not needed
        snapshot = self.decided_items.publish(publisher, before)
        return [snapshot] if snapshot else []

    def _publish_missing_parents(self, contract: Contract, lake: LakeSnapshot) -> None:
        """Publish the report of this snapshot as a table."""
        prefix = keys.snapshot_prefix(contract.dataset, lake.snapshot_id)
        if self.catalog.current(self.database, contract.dataset).shows(prefix):
            return
        checked = checked_references(self.objects, self.curated_bucket, lake.snapshot_id)
        publisher = replace(self._publisher, iceberg=None)  # only the newest version is retained
        publisher.publish(contract, missing_parents(contract, checked, lake), prefix)
        folder = f"{keys.SNAPSHOTS}/{contract.dataset}/"
        delete_old_versions(self.objects, self.curated_bucket, folder, named={lake.snapshot_id})

    def _drop_removed(self) -> dict[str, str]:
        """Drop the tables of removed datasets; their snapshots are deleted like other old ones.

        A table that a service does not let go now is left to the next run: the snapshot is published, and
        the table is not in it.

        Returns:
            The location that each of the tables shows; empty for those that are gone.
        """
        shown = {}
        for dataset in sorted({*self.removed} - self.contracts.keys()):
            try:
                location = self.catalog.current(self.database, dataset).location
            except NotFoundError:
                shown[dataset] = ""
                continue
            except ThrottledError as error:
                _log_left_table(dataset, error)
                continue
            shown[dataset] = "" if self._drop(dataset) else location
        return shown

    def _drop(self, dataset: str) -> bool:
        """Drop a table and its Iceberg metadata; return False if a service does not let them go now."""
        prefix = keys.iceberg_prefix(dataset)
        try:
            # Without Iceberg the merge may not delete there, and nothing leads readers to older metadata.
            metadata = list(self.objects.list(self.curated_bucket, prefix)) if self.iceberg else []
            for item in metadata:
                self.objects.delete(ObjectRef(self.curated_bucket, item.ref.key))
            # After the metadata, because only a table that exists is dropped again.
            self.catalog.delete(self.database, dataset)
        except (ConflictError, ThrottledError) as error:
            _log_left_table(dataset, error)
            return False
        return True

    def _table(self, contract: Contract) -> TableVersion:
        """Return the dataset's table, created empty if the dataset is newer than the deployment."""
        with suppress(NotFoundError):
            return self.catalog.current(self.database, contract.dataset)
        empty = f"s3://{self.curated_bucket}/{keys.snapshot_prefix(contract.dataset, 'none')}"
        self.catalog.create(self.database, contract.dataset, empty, glue_columns(contract))
        return self.catalog.current(self.database, contract.dataset)

    def _plan(
        self,
        contract: Contract,
        current: TableVersion,
        previous: LakeSnapshot | None,
        last_arrivals: Mapping[str, LastArrival],
    ) -> _Plan:
        # The table was read before its increments are listed, so this merge conflicts with a parallel one.
        increments, incomplete = self._increments(contract, last_arrivals)
        table = _table_of(contract)
        # Another layout than the default is another snapshot, because a folder has parts of one layout.
        part_rows = self._part_rows(contract)
        layout = [] if part_rows == part_rows_of(contract, PART_ROWS) else [f"part_rows={part_rows}"]
        target = MergedIncrements(snapshot_id_of([*increments, table, *layout]), table, increments)
        base = self._base(contract.dataset, current, previous)
        merged = self._merged_into(base) if base else None
        gone = set(merged.increments) - set(increments) if merged else set[str]()
        new = tuple(sorted(set(increments) - set(merged.increments))) if merged else ()
        if (
            merged is None
            or merged.table != table
            or not _are_reverted(gone, increments)
            or _has_late_deletions(new, increments)
        ):
            return _Plan(contract, current, target, None, increments, incomplete=incomplete)
        return _Plan(contract, current, target, base, new, frozenset(map(_content_of, gone)), incomplete)

    def _increments(
        self, contract: Contract, last_arrivals: Mapping[str, LastArrival]
    ) -> tuple[tuple[str, ...], str]:
        """Return sorted entries of increments and deletions, and the reason why a newer load is left out.

        Of a dataset with full loads, only the increments of the newest complete load are returned.

        An increment's entry is its key, its editions and the last deletions before its newest sighting. So an
        increment that was replayed or sighted again has another entry, and all increments are merged again.
        Other deletions are newer than all rows, so the base can be used. An object that returned to an
        earlier content makes that content newer, which is part of the entry too.
        """
        prefix = f"{keys.INCREMENTS}/{contract.dataset}/"
        listed = [item.ref.key for item in self.objects.list(self.curated_bucket, prefix)]
        loaded = newest_load(listed) if is_full(contract) else LoadedIncrements(tuple(listed))
        listed = list(loaded.listed)
        editions: defaultdict[str, str] = defaultdict(str)
        for key, edition in sorted(item for key in listed if (item := keys.edition_of(key))):
            editions[key] += f" {edition}"
        moments = last_deletions_before_sightings(listed)
        back = {content: f" {_BACK}{last.at}" for content, last in last_arrivals.items() if last.moved}
        increments = [
            key + editions[key] + moment_mark(moments.get(key, "")) + back.get(Path(key).stem, "")
            for key in listed
            if keys.parse_increment_key(key)
        ]
        return tuple(sorted([*increments, *deletions_among(listed)])), loaded.incomplete

    def _merged_into(self, snapshot: DatasetSnapshot) -> MergedIncrements | None:
        text = self._read(keys.merged_increments_key(snapshot.dataset, snapshot.snapshot_id))
        return MergedIncrements.from_json(text) if text else None

    def _build_each(
        self, plans: Sequence[_Plan], references: ReferenceCheck, last_arrivals: Mapping[str, LastArrival]
    ) -> tuple[list[tuple[DatasetSnapshot, Staged | None]], dict[str, str]]:
        """Build every dataset; return the snapshots, and the errors of datasets that failed."""
        built, failed = [], {}
        for plan in plans:
            try:
                built.append(self._build(plan, references, last_arrivals))
            except (AuditError, ContractError) as error:
                failed[plan.contract.dataset] = str(error)
                log.error("dataset not merged", extra={"dataset": plan.contract.dataset, "cause": str(error)})  # noqa: TRY400 a traceback may quote a cell
        return built, failed

    def _build(
        self, plan: _Plan, references: ReferenceCheck, last_arrivals: Mapping[str, LastArrival]
    ) -> tuple[DatasetSnapshot, Staged | None]:
        if plan.incomplete:
            raise AuditError(plan.incomplete)
        if plan.base and plan.is_published:
            return plan.base, None
        with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
            arrived_at = {content: last.at for content, last in last_arrivals.items()}
            return self._build_in(Path(folder), plan, references, arrived_at)

    def _build_in(
        self, folder: Path, plan: _Plan, references: ReferenceCheck, arrived_at: Mapping[str, str]
    ) -> tuple[DatasetSnapshot, Staged]:
        dataset, snapshot_id = plan.contract.dataset, plan.target.snapshot_id
        change = self._change(folder, plan, arrived_at)
        removed = self._removed(plan, change)
        contract, publisher = change.contract, self._publisher
        writer = SnapshotWriter(
            self.objects, self.curated_bucket, publisher, references.keep, folder, references.memory
        )
        record = writer.write(change, plan.prefix)
        rows, size_bytes = (
            sum(getattr(part, name) for part in record.parts) for name in ("rows", "size_bytes")
        )
        staged = publisher.staged(contract, plan.prefix, rows, size_bytes, plan.current)
        self._write(keys.merged_increments_key(dataset, snapshot_id), plan.target.to_json())
        self.objects.write(
            ObjectRef(self.curated_bucket, keys.snapshot_parts_key(dataset, snapshot_id)), record.to_parquet()
        )
        snapshot = DatasetSnapshot(
            dataset=dataset,
            snapshot_id=snapshot_id,
            location=plan.prefix,
            rows=rows,
            size_bytes=size_bytes,
            rows_in=(plan.base.rows_in if plan.base and not plan.reverted else 0) + change.arriving.rows,
            latest_on=max(part.latest_on for part in record.parts),
            missing_values=missing_values(record.parts, contract, change.arriving.absent),
            removed=removed,
        )
        counts = {"rows": snapshot.rows, "superseded": snapshot.superseded, "removed": removed}
        log.info("dataset merged", extra={"dataset": dataset, **counts})
        self.count(_work_on(change, record, plan.base, snapshot))
        return snapshot, staged

    def _change(self, folder: Path, plan: _Plan, arrived_at: Mapping[str, str]) -> DatasetChange:
        """Download the new increments, and read the record of the base."""
        files = self._download(folder, plan.rows)
        arriving = fit_files(
            plan.contract, files, plan.base.missing_values if plan.base and not plan.reverted else ()
        )
        deletions = self._deletions(folder, plan)
        new, new_rows = {keys.deleted_by(key) for key in plan.new}, set(plan.new_rows)
        base = part_refs(self.objects, self.curated_bucket, plan.base) if plan.base else []
        deleted = [
            keys_in_deletions(arriving.contract, file)
            for moment, file in deletions.files.items()
            if moment in new
        ]
        return DatasetChange(
            arriving=arriving,
            new_files=[file for key, file in zip(plan.rows, files, strict=True) if key in new_rows],
            deleted=[*deleted, *(self._keys_of(plan, part) for part in base if plan.reverted)],
            is_complete=bool(plan.reverted),
            deletions=deletions,
            arrived_at=arrived_at,
            base=base,
            record=snapshot_parts(self.objects, self.curated_bucket, plan.base) if plan.base else None,
            part_rows=self._part_rows(plan.contract),
        )

    def _removed(self, plan: _Plan, change: DatasetChange) -> int:
        """Return the number of rows that a full load removes; raise AuditError if it removes too many."""
        if not (is_full(plan.contract) and plan.base and plan.reverted):
            return 0
        arriving = change.arriving
        replaced = (self._keys_of(plan, part) for part in change.base)
        return removed_rows(plan.contract, plan.base.rows, replaced, arriving.files, arriving.rows)

    def _keys_of(self, plan: _Plan, part: ObjectRef) -> pa.Table:
        """Return the keys of a part's rows from reverted increments."""
        key = merge_key(plan.contract)
        with self.objects.open(part) as opened, pq.ParquetFile(opened) as file:
            rows = file.read(list(dict.fromkeys([*key, _CONTENT])), use_threads=False)
        return rows.filter(pc.is_in(rows[_CONTENT], pa.array(sorted(plan.reverted)))).select(list(key))

    def _deletions(self, folder: Path, plan: _Plan) -> Deletions:
        entries = plan.target.increments
        deletions = deletions_among(entries)
        (folder / "deleted").mkdir()
        files = self._download(folder / "deleted", deletions)
        moments = {_content_of(entry): moment for entry in entries if (moment := moment_of_entry(entry))}
        return Deletions(dict(zip(map(keys.deleted_by, deletions), files, strict=True)), moments)

    def _download(self, folder: Path, wanted: Sequence[str]) -> list[Path]:
        paths = [folder / f"{number:06d}.parquet" for number in range(len(wanted))]
        refs = [ObjectRef(self.curated_bucket, key.partition(" ")[0]) for key in wanted]
        with ThreadPoolExecutor(_DOWNLOADS) as pool:
            list(pool.map(self.objects.download, refs, paths))
        return paths

    def _point_to(self, lake: LakeSnapshot) -> None:
        self._write(keys.lake_snapshot_key(lake.snapshot_id), lake.to_json())
        self._write(keys.lake_snapshot_key(keys.CURRENT), lake.to_json())

    def _read(self, key: str) -> str:
        try:
            return self.objects.read(ObjectRef(self.curated_bucket, key)).decode()
        except NotFoundError:
            return ""

    def _write(self, key: str, text: str) -> None:
        self.objects.write(
            ObjectRef(self.curated_bucket, key), text.encode(), content_type="application/json"
        )


def _work_on(
    change: DatasetChange, written: SnapshotParts, base: DatasetSnapshot | None, merged: DatasetSnapshot
) -> StageWork:
    """Return the work on a dataset; parts that are equal in both snapshots count as reused."""
    before = {part.sha256: part.rows for part in change.record.parts} if change.record else {}
    reused = [before[part.sha256] for part in written.parts if part.sha256 in before]
    return StageWork(
        rows_read=change.arriving.rows + (base.rows - sum(reused) if base else 0),
        rows_changed=change.arriving.rows,
        parts_reused=len(reused),
        parts_rebuilt=len(written.parts) - len(reused),
        datasets={
            merged.dataset: MergedDataset(
                arrived=merged.rows_in - (base.rows_in if base else 0),
                rows_before=base.rows if base else 0,
                rows=merged.rows,
            )
        },
    )


def _log_left_table(dataset: str, error: ServiceError) -> None:
    extra = {"dataset": dataset, "cause": str(error)}
    log.warning("table of a removed dataset not dropped; the next run tries again", extra=extra)


def _content_of(increment: str) -> str:
    return Path(increment.partition(" ")[0]).stem


def _are_reverted(gone: Collection[str], increments: Sequence[str]) -> bool:
    """Return whether all these entries are of removed increments, not of deletions or changed increments."""
    there = {key.partition(" ")[0] for key in increments}
    return all(not keys.deleted_by(key) and key.partition(" ")[0] not in there for key in gone)


def _has_late_deletions(new: Sequence[str], increments: Sequence[str]) -> bool:
    """Return whether new deletions are older than deletions before a sighting.

    If they delete the newest row of a key, an older row must come back, which the base does not have.
    """
    newest_held = max(map(moment_of_entry, increments), default="")
    return any(keys.deleted_by(key) <= newest_held for key in new if keys.deleted_by(key))


def _table_of(contract: Contract) -> str:
    columns = ",".join(f"{column['Name']}:{column['Type']}" for column in glue_columns(contract))
    return f"{contract.id}@{contract.version}({columns})"


def _lake(
    snapshots: Sequence[DatasetSnapshot],
    as_of: date | None,
    failed: Mapping[str, str],
    contracts: Mapping[str, Contract],
) -> LakeSnapshot:
    day = as_of or lake_day.as_of({snapshot.dataset: snapshot.latest_on for snapshot in snapshots}, contracts)
    contents = [f"{snapshot.dataset}={snapshot.snapshot_id}" for snapshot in snapshots]
    contents += [f"{dataset} failed: {why}" for dataset, why in failed.items()]
    snapshot_id = snapshot_id_of([*contents, f"as_of={day.isoformat()}"])
    return LakeSnapshot(snapshot_id, day, {snapshot.dataset: snapshot for snapshot in snapshots}, failed)
