"""Merge the increments of every dataset into one snapshot of the lake, and publish it."""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.glue_columns import glue_columns
from headgate.contracts.identity import merge_key
from headgate.contracts.load_property import is_full
from headgate.contracts.references import parents
from headgate.errors import AuditError, ConflictError, ContractError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge import as_of as lake_day
from headgate.merge.check_references import ReferenceCheck, missing_parents
from headgate.merge.delete_old_snapshots import delete_old_snapshots, named_snapshots
from headgate.merge.deletions import deletions_among, held_after, moment_mark, moment_of_entry
from headgate.merge.full_loads import LoadedIncrements, newest_load, removed_rows
from headgate.merge.merge_files import Deletions, Memory, fit_files, keys_in_deletions
from headgate.merge.part_boundaries import PART_ROWS, part_rows_of
from headgate.merge.write_snapshot import DatasetChange, SnapshotWriter, missing_values
from headgate.runs.stage_records import StageWork, count_nothing
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
    from headgate.lake.ports import Catalog, SnapshotObjects, TableVersion
    from headgate.lake.versions import LastHeld
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
        base: the previous snapshot, where it can be built upon.
        new: what is not in it.
        reverted: content hashes of increments that are in it and no longer in the lake.
        incomplete: why a newer load is not merged.
    """

    contract: Contract
    current: TableVersion
    made_of: MergedIncrements
    base: DatasetSnapshot | None
    new: tuple[str, ...]
    reverted: frozenset[str] = frozenset()
    incomplete: str = ""

    @property
    def is_published(self) -> bool:
        """The table shows this very snapshot already."""
        return bool(self.base) and not self.new and self.current.shows(self.prefix)

    @property
    def rows(self) -> tuple[str, ...]:
        """The increments that are read: what is new, or all of them, because after a revert older rows come
        back.
        """
        return tuple(
            key
            for key in (self.made_of.increments if self.reverted else self.new)
            if not keys.deleted_by(key)
        )

    @property
    def new_rows(self) -> tuple[str, ...]:
        """The increments of rows that are new."""
        return tuple(key for key in self.new if not keys.deleted_by(key))

    def is_small_addition(self, largest_bytes: int) -> bool:
        """Return whether only rows are new, upon a snapshot of at most so many bytes."""
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
        """Where the snapshot lies."""
        return keys.snapshot_prefix(self.contract.dataset, self.made_of.snapshot_id)


@dataclass(frozen=True)
class Merging:
    """Merges the curated bucket's increments.

    Args:
        contracts: the curated contracts, by dataset.
        audit: raises AuditError when rows do not hold their contract.
        workspace: a local folder with room for what arrives in the largest dataset, twice, and a part of it;
            without a snapshot that can be built upon, for all its increments.
        memory: DuckDB's, for the merges of one process; by default each merge opens a database and closes it,
            and spills into the workspace.
        last_held: when an object last came to hold each content, by its hash; without it only the hash ranks
            rows that tie in the order columns.
        missing_parents: the contract of the table that lists rows without a parent; without it only the
            report lists them.
        decided_items: reads people's decisions that are labels; without it they are no dataset.
        notify: called with the table of each dataset that shows another snapshot than before.
        part_rows: rows of a snapshot's part on average; 0 keeps each dataset in one part.
        count: called with the work on each dataset that was merged.
        iceberg: keeps the Iceberg metadata of the datasets' tables, if they have them.
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
    last_held: Callable[[], Mapping[str, LastHeld]] = dict
    notify: Callable[[TableVersion], None] = notify_nobody
    part_rows: int = PART_ROWS
    count: Callable[[StageWork], None] = count_nothing
    iceberg: IcebergTables | None = None

    def merge(self, as_of: date | None = None) -> LakeSnapshot:
        """Return the lake's newest snapshot: of every dataset, the newest row of each key over all
        increments.

        The same increments give the same ids and bytes, and nothing is written for what has not changed.
        All datasets are audited before the first table moves; the pointer moves last. A dataset that fails
        keeps its table and its previous snapshot; `failed` of the returned snapshot says why, and the other
        datasets are published.

        Args:
            as_of: the day the systems take for today; by default the last one that the data knows.

        Raises:
            ConflictError: other merges moved the tables first, twice.
        """
        try:
            return self._merge(as_of)
        except (ConflictError, NotFoundError) as conflict:
            # Another merge moved a table, or a replay took an increment away after it was listed.
            log.info("the lake changed while it was merged; reading again", extra={"conflict": str(conflict)})
            return self._merge(as_of)

    def _merge(self, as_of: date | None) -> LakeSnapshot:
        previous = newest_snapshot(self.objects, self.curated_bucket)
        last_held = self.last_held()
        plans = [
            self._plan(contract, self._table(contract), previous, last_held)
            for contract in self.contracts.values()
        ]
        with (
            tempfile.TemporaryDirectory(dir=self.workspace) as folder,
            self._open_memory(Path(folder)) as memory,
        ):
            references = ReferenceCheck(
                self.objects, self.curated_bucket, self.contracts, Path(folder), memory
            )
            built, failed = self._build_each(plans, references, last_held)
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
        delete_old_snapshots(self.objects, self.curated_bucket, lake, shown, self._settle)
        return lake

    def refresh(self, dataset: str, *, now: datetime, largest_bytes: int) -> DatasetSnapshot | None:
        """Show the rows of a dataset that arrived since the snapshot that its table shows, and return the new
        snapshot; None where nothing is new or the next run has to merge it.

        The newest snapshot of the lake, which systems read, stays what it is. The next run builds upon the
        new one. Left to a run: the first snapshot, a replay, a revert, an erasure, another contract,
        deletions, and a dataset that is too large.

        Args:
            now: naive UTC.
            largest_bytes: of a snapshot that is built upon.

        Raises:
            AuditError: the new rows do not hold their contract; the table shows what it showed before.
            ConflictError: another merge moved the table first.
        """
        previous = newest_snapshot(self.objects, self.curated_bucket)
        last_held = self.last_held()
        try:
            current = self.catalog.current(self.database, dataset)
        except NotFoundError:  # a dataset that is newer than the deployment: the next run makes its table
            return None
        plan = self._plan(self.contracts[dataset], current, previous, last_held)
        if not plan.is_small_addition(largest_bytes):
            return None
        with (
            tempfile.TemporaryDirectory(dir=self.workspace) as folder,
            self._open_memory(Path(folder)) as memory,
        ):
            references = ReferenceCheck(
                self.objects, self.curated_bucket, self.contracts, Path(folder), memory
            )
            snapshot, staged = self._build(plan, references, last_held)
            before = FreshSnapshot.read(self.objects, self.curated_bucket, dataset)
            record = before.replaced_by(snapshot, now) if before else FreshSnapshot(snapshot)
            # Before the move: nobody builds upon a snapshot that no table shows. Without the record the next
            # run would build upon an older one.
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
        """Let the Iceberg metadata of a dataset's table forget snapshots that are deleted next."""
        if dataset in self.contracts:
            self._publisher.settle(self.contracts[dataset], expired)

    def _move(self, publisher: Publisher, staged: Staged, snapshot: DatasetSnapshot) -> None:
        """Move a table, unless it shows these rows and later ones already.

        ConflictError if another run moved it.
        """
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
        """Return the snapshot that the table got between runs, or the one of the newest run."""
        of_run = previous.datasets.get(dataset) if previous else None
        if of_run and current.shows(of_run.location):
            return of_run
        fresh = FreshSnapshot.read(self.objects, self.curated_bucket, dataset)
        return fresh.snapshot if fresh and fresh.is_shown_by(current) else of_run

    @contextmanager
    def _open_memory(self, folder: Path) -> Iterator[Memory]:
        """Open one database for all datasets and their references, because to open and to close one takes
        longer than a small merge.
        """
        if self.memory:
            yield self.memory
            return
        with closing(Memory(folder / "spill")) as memory:
            yield memory

    @property
    def _publisher(self) -> Publisher:
        return Publisher(
            self.objects,
            self.catalog,
            self.database,
            self.curated_bucket,
            self.audit,
            iceberg=self.iceberg,
        )

    def _check_references(
        self, references: ReferenceCheck, lake: LakeSnapshot, previous: LakeSnapshot | None
    ) -> None:
        """Write the report of rows without a parent before the manifest is published."""
        previous_checks = (
            checked_references(self.objects, self.curated_bucket, previous.snapshot_id) if previous else ()
        )
        checked = references.check(lake.datasets, previous_checks, previous.datasets if previous else {})
        for reference in checked:
            if reference.rows:
                log.warning(
                    "rows without parent",
                    extra={
                        "column": reference.column,
                        "references": reference.references,
                        "rows": reference.rows,
                    },
                )
        self._write(keys.checked_references_key(lake.snapshot_id), references_json(checked))

    def _decided_items(self, previous: LakeSnapshot | None) -> list[DatasetSnapshot]:
        """Publish the closed items of label queues; return their snapshot, if there are any decisions."""
        if self.decided_items is None:
            return []
        before = previous.datasets.get(self.decided_items.contract.dataset) if previous else None
        publisher = replace(self._publisher, iceberg=None)  # of its few rows nobody reads an older version
        snapshot = self.decided_items.publish(publisher, before)
        return [snapshot] if snapshot else []

    def _publish_missing_parents(self, contract: Contract, lake: LakeSnapshot) -> None:
        """Write what was checked of this very snapshot to the table."""
        prefix = keys.snapshot_prefix(contract.dataset, lake.snapshot_id)
        if self.catalog.current(self.database, contract.dataset).shows(prefix):
            return
        checked = checked_references(self.objects, self.curated_bucket, lake.snapshot_id)
        publisher = replace(self._publisher, iceberg=None)  # the newest is the only one that is kept
        publisher.publish(contract, missing_parents(contract, checked, lake), prefix)
        delete_old_versions(
            self.objects,
            self.curated_bucket,
            f"{keys.SNAPSHOTS}/{contract.dataset}/",
            named={lake.snapshot_id},
        )

    def _table(self, contract: Contract) -> TableVersion:
        """Return the dataset's table; a dataset that is newer than the deployment gets one, without rows."""
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
        last_held: Mapping[str, LastHeld],
    ) -> _Plan:
        # The table was read before its increments are listed: whoever publishes more meanwhile wins, and this
        # merge conflicts.
        increments, incomplete = self._increments(contract, last_held)
        table = _table_of(contract)
        # A layout other than the usual one is another snapshot: parts of two layouts never lie in one folder.
        part_rows = self._part_rows(contract)
        layout = [] if part_rows == part_rows_of(contract, PART_ROWS) else [f"part_rows={part_rows}"]
        made_of = MergedIncrements(snapshot_id_of([*increments, table, *layout]), table, increments)
        base = self._base(contract.dataset, current, previous)
        merged = self._merged_into(base) if base else None
        gone = set(merged.increments) - set(increments) if merged else set[str]()
        if merged is None or merged.table != table or not _are_reverted(gone, increments):
            return _Plan(contract, current, made_of, None, increments, incomplete=incomplete)
        new = tuple(sorted(set(increments) - set(merged.increments)))
        if _came_late(new, increments):
            return _Plan(contract, current, made_of, None, increments, incomplete=incomplete)
        return _Plan(contract, current, made_of, base, new, frozenset(map(_content_of, gone)), incomplete)

    def _increments(
        self, contract: Contract, last_held: Mapping[str, LastHeld]
    ) -> tuple[tuple[str, ...], str]:
        """Return every increment, and every object that lists deletions, by key, and why a load is left out.

        Of a dataset whose loads are complete only those of the newest one.

        With an increment's key stand its edition, and after which deletions its rows were held again: one
        that was replayed or that came back is another than the one that was merged, so all is merged again.
        Deletions that change no such mark are newer than every row, so that the snapshot before can be built
        upon. A content that an object came back to is newer than it was.
        """
        prefix = f"{keys.INCREMENTS}/{contract.dataset}/"
        listed = [item.ref.key for item in self.objects.list(self.curated_bucket, prefix)]
        loaded = newest_load(listed) if is_full(contract) else LoadedIncrements(tuple(listed))
        listed = list(loaded.listed)
        editions: defaultdict[str, str] = defaultdict(str)
        for key, edition in sorted(spelled for key in listed if (spelled := keys.edition_of(key))):
            editions[key] += f" {edition}"
        moments = held_after(listed)
        back = {content: f" {_BACK}{last.at}" for content, last in last_held.items() if last.moved}
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
        self, plans: Sequence[_Plan], references: ReferenceCheck, last_held: Mapping[str, LastHeld]
    ) -> tuple[list[tuple[DatasetSnapshot, Staged | None]], dict[str, str]]:
        """Build every dataset.

        A dataset that cannot be built does not stop the others, and the reason is returned by its name.
        """
        built, failed = [], {}
        for plan in plans:
            try:
                built.append(self._build(plan, references, last_held))
            except (AuditError, ContractError) as error:
                failed[plan.contract.dataset] = str(error)
                log.error("dataset not merged", extra={"dataset": plan.contract.dataset, "cause": str(error)})  # noqa: TRY400 no traceback: it may quote a cell
        return built, failed

    def _build(
        self, plan: _Plan, references: ReferenceCheck, last_held: Mapping[str, LastHeld]
    ) -> tuple[DatasetSnapshot, Staged | None]:
        if plan.incomplete:
            raise AuditError(plan.incomplete)
        if plan.base and plan.is_published:
            return plan.base, None
        with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
            return self._build_in(
                Path(folder), plan, references, {content: last.at for content, last in last_held.items()}
            )

    def _build_in(
        self, folder: Path, plan: _Plan, references: ReferenceCheck, held_at: Mapping[str, str]
    ) -> tuple[DatasetSnapshot, Staged]:
        dataset, snapshot_id = plan.contract.dataset, plan.made_of.snapshot_id
        change = self._change(folder, plan, held_at)
        removed = self._removed(plan, change)
        contract, publisher = change.contract, self._publisher
        writer = SnapshotWriter(
            self.objects, self.curated_bucket, publisher, references.keep, folder, references.memory
        )
        record = writer.write(change, plan.prefix)
        rows, size_bytes = (
            sum(getattr(part, name) for part in record.parts) for name in ("rows", "size_bytes")
        )
        self.count(_work_on(change, record, plan.base))
        staged = publisher.staged(contract, plan.prefix, rows, size_bytes, plan.current)
        self._write(keys.merged_increments_key(dataset, snapshot_id), plan.made_of.to_json())
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
        log.info(
            "dataset merged",
            extra={
                "dataset": dataset,
                "rows": snapshot.rows,
                "superseded": snapshot.superseded,
                "removed": removed,
            },
        )
        return snapshot, staged

    def _change(self, folder: Path, plan: _Plan, held_at: Mapping[str, str]) -> DatasetChange:
        """Download what is new, and look up what is known of the snapshot before."""
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
            held_at=held_at,
            base=base,
            record=snapshot_parts(self.objects, self.curated_bucket, plan.base) if plan.base else None,
            part_rows=self._part_rows(plan.contract),
        )

    def _removed(self, plan: _Plan, change: DatasetChange) -> int:
        """Return the rows that the newest complete load lacks; AuditError when they are too many."""
        if not (is_full(plan.contract) and plan.base and plan.reverted):
            return 0
        arriving = change.arriving
        replaced = (self._keys_of(plan, part) for part in change.base)
        return removed_rows(plan.contract, plan.base.rows, replaced, arriving.files, arriving.rows)

    def _keys_of(self, plan: _Plan, part: ObjectRef) -> pa.Table:
        """Return the keys of a part's rows that came from reverted increments.

        Their other rows were replaced, so nothing changes there.
        """
        key = merge_key(plan.contract)
        with self.objects.open(part) as opened, pq.ParquetFile(opened) as file:
            rows = file.read(list(dict.fromkeys([*key, _CONTENT])), use_threads=False)
        return rows.filter(pc.is_in(rows[_CONTENT], pa.array(sorted(plan.reverted)))).select(list(key))

    def _deletions(self, folder: Path, plan: _Plan) -> Deletions:
        deletions, spelled = deletions_among(plan.made_of.increments), plan.made_of.increments
        (folder / "deleted").mkdir()
        files = self._download(folder / "deleted", deletions)
        moments = {
            Path(key.partition(" ")[0]).stem: moment_of_entry(key) for key in spelled if moment_of_entry(key)
        }
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


def _work_on(change: DatasetChange, written: SnapshotParts, base: DatasetSnapshot | None) -> StageWork:
    """Return the work on a dataset: parts of the snapshot before that the new one has too were not read."""
    before = {part.sha256: part.rows for part in change.record.parts} if change.record else {}
    reused = [before[part.sha256] for part in written.parts if part.sha256 in before]
    return StageWork(
        rows_read=change.arriving.rows + (base.rows - sum(reused) if base else 0),
        rows_changed=change.arriving.rows,
        parts_reused=len(reused),
        parts_rebuilt=len(written.parts) - len(reused),
    )


def _content_of(increment: str) -> str:
    return Path(increment.partition(" ")[0]).stem


def _are_reverted(gone: Collection[str], increments: Sequence[str]) -> bool:
    """Return whether each of these was an increment that left the lake: not a deletion, and not one that was
    replayed or held again.
    """
    there = {key.partition(" ")[0] for key in increments}
    return all(not keys.deleted_by(key) and key.partition(" ")[0] not in there for key in gone)


def _came_late(new: Sequence[str], increments: Sequence[str]) -> bool:
    """Return whether new deletions are older than rows that were held again after later deletions.

    The snapshot before has only the newest row of each key; if late deletions remove that row, an older row
    must come back.
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
    made_of = [f"{snapshot.dataset}={snapshot.snapshot_id}" for snapshot in snapshots]
    made_of += [f"{dataset} failed: {why}" for dataset, why in failed.items()]
    snapshot_id = snapshot_id_of([*made_of, f"as_of={day.isoformat()}"])
    return LakeSnapshot(snapshot_id, day, {snapshot.dataset: snapshot for snapshot in snapshots}, failed)
