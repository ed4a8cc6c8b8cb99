import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from headgate.contracts.identity import merge_key
from headgate.contracts.model import Contract
from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, SnapshotObjects
from headgate.merge.as_of import latest_on
from headgate.merge.merge_files import (
    Deletions,
    FittedFiles,
    KeyRange,
    Memory,
    fit_files,
    newest_rows,
    null_errors,
)
from headgate.merge.part_boundaries import BoundaryMovedError, changed_spans, join_ranges, write_parts
from headgate.merge.splice_rows import can_be_spliced, splice
from headgate.snapshots.parts import Part, SnapshotParts, describe_part
from headgate.snapshots.publishing import Publisher, write_parquet

log = logging.getLogger(__name__)

# Increment it if the audit rejects more under the same contract, so that all parts are written and audited
# again.
RULES_EDITION = 1
_PARALLEL_COPIES = 8


@dataclass(frozen=True)
class DatasetChange:
    """The changes of a dataset since its base, the previous snapshot.

    Attributes:
        arriving: the increments that are not in the base, or all increments if `is_complete`.
        new_files: the files of `arriving` that are not in the base.
        deleted: the keys of new deletions, and of rows from reverted increments.
        is_complete: rows of changed parts come from `arriving` only, because a revert brings back older rows.
        deletions: all deletions, which also apply to arriving rows.
        base: the parts of the base; none if all increments are merged again.
        record: the record of these parts; None if an older version of Headgate wrote them.
        part_rows: average rows of a part; 0 for a dataset with one part.
    """

    arriving: FittedFiles
    new_files: Sequence[Path]
    deleted: Sequence[pa.Table]
    is_complete: bool
    deletions: Deletions
    arrived_at: Mapping[str, str]
    base: Sequence[ObjectRef]
    record: SnapshotParts | None
    part_rows: int

    @property
    def contract(self) -> Contract:
        """The contract of all parts."""
        return self.arriving.contract

    @property
    def key(self) -> tuple[str, ...]:
        """The columns by which the rows are sorted."""
        return merge_key(self.contract)

    @property
    def made_for(self) -> str:
        """The fingerprint of the parts' boundaries, format and audit rules."""
        return rules_fingerprint(self.contract, RULES_EDITION, self.part_rows)

    @property
    def usable_record(self) -> SnapshotParts | None:
        """The record of the base if its parts can be copied."""
        if self.record and self.record.made_for == self.made_for and len(self.record.parts) == len(self.base):
            return self.record
        return None


@dataclass(frozen=True)
class SnapshotWriter:
    """The writer of a bucket's snapshots.

    Args:
        keep: called with dataset, name and file of each written part, before the file is deleted.
        folder: a local folder for one part at a time, and for data that the merge spills.
    """

    objects: SnapshotObjects
    bucket: str
    publisher: Publisher
    keep: Callable[[str, str, Path], None]
    folder: Path
    memory: Memory

    def write(self, change: DatasetChange, prefix: str) -> SnapshotParts:
        """Write and audit the parts of the new snapshot below `prefix`.

        Raises:
            AuditError: rows violate their contract.
        """
        try:
            parts = self._write_spans(change, prefix, change.usable_record)
        except BoundaryMovedError:
            log.warning(
                "a part's first row does not begin a part; all parts are written again",
                extra={"dataset": change.contract.dataset},
            )
            parts = self._write_spans(change, prefix, None)
        schema = arrow_schema(change.contract)
        record = SnapshotParts(_key_schema(schema, change.key), change.made_for, tuple(parts))
        if not record.are_in_order():
            raise AuditError(
                f"{change.contract.id}: the key ranges of the parts overlap, so the key may not be unique. "
                "Report this error."
            )
        self.publisher.delete_further_parts(prefix, len(parts))
        return record

    def _write_spans(self, change: DatasetChange, prefix: str, record: SnapshotParts | None) -> list[Part]:
        """Write the parts of changed spans of the base, and copy the parts between them."""
        old_parts, edges = (record.parts, record.edges()) if record else ((), None)
        spans = [range(len(change.base))]
        if edges is not None:
            with self.memory.connect() as connection:
                spans = changed_spans(edges, change.key, change.new_files, change.deleted, connection)
            spans = join_ranges(
                spans,
                [part.size_bytes for part in old_parts],
                sum(file.stat().st_size for file in change.arriving.files),
            )
        parts: list[Part] = []
        copies: list[tuple[ObjectRef, ObjectRef]] = []

        def copy_parts(numbers: range) -> None:
            for number in numbers:
                copies.append((change.base[number], ObjectRef(self.bucket, keys.part(prefix, len(parts)))))
                parts.append(old_parts[number])

        end = 0
        for span in spans:
            copy_parts(range(end, span.start))
            self._merge_span(
                change, prefix, span, KeyRange(edges, span) if edges is not None else None, parts
            )
            end = span.stop
        copy_parts(range(end, len(change.base)))
        if not parts:
            self._write_empty(change, prefix, parts)
        if not spans:  # the audit also stops a dataset with card data
            self.publisher.audit(change.contract, arrow_schema(change.contract).empty_table())
        with ThreadPoolExecutor(_PARALLEL_COPIES) as pool:
            list(pool.map(lambda copy: self.objects.copy(*copy), copies))
        log.info(
            "parts written",
            extra={"dataset": change.contract.dataset, "parts": len(parts), "copied": len(copies)},
        )
        return parts

    def _merge_span(
        self, change: DatasetChange, prefix: str, span: range, within: KeyRange | None, parts: list[Part]
    ) -> None:
        """Merge arriving rows into a span of the base, and append its parts to `parts`."""
        numbers = range(0) if change.is_complete else span
        base = [self.folder / f"base-{number:05d}.parquet" for number in numbers]
        with ThreadPoolExecutor(_PARALLEL_COPIES) as pool:
            list(pool.map(self.objects.download, change.base[numbers.start : numbers.stop], base))
        fitted = fit_files(change.contract, [*base, *change.arriving.files], change.arriving.absent)
        newest = partial(self._newest, change, fitted, within)
        is_spliced = bool(within and base) and not change.deleted
        with null_errors(fitted):
            if is_spliced and can_be_spliced(change.contract, fitted.files):
                rows, changed = splice(change.contract, base, change.arriving.files, self.memory, newest)
                self.publisher.audit(change.contract, changed)
                audited, batches = True, iter(rows.to_batches())
            else:
                audited, batches = False, newest(fitted.files)
            for file in write_parts(
                self.folder,
                arrow_schema(change.contract),
                batches,
                follows=within is not None and span.start > 0,
            ):
                parts.append(self._write(change, prefix, len(parts), file, is_audited=audited))
        for file in base:
            file.unlink()

    def _newest(
        self, change: DatasetChange, fitted: FittedFiles, within: KeyRange | None, files: Sequence[Path]
    ) -> Iterator[pa.RecordBatch]:
        return newest_rows(
            replace(fitted, files=tuple(files)),
            self.memory,
            change.deletions,
            arrived_at=change.arrived_at,
            part_rows=change.part_rows,
            within=within,
        )

    def _write_empty(self, change: DatasetChange, prefix: str, parts: list[Part]) -> None:
        """Write an empty part for a dataset without rows, so that readers find its columns."""
        file = self.folder / "empty.parquet"
        write_parquet(file, arrow_schema(change.contract), [])
        parts.append(self._write(change, prefix, 0, file))

    def _write(
        self, change: DatasetChange, prefix: str, number: int, file: Path, *, is_audited: bool = False
    ) -> Part:
        key = keys.part(prefix, number)
        self.publisher.write_part(change.contract, file, key, is_audited=is_audited)
        self.keep(change.contract.dataset, key.removeprefix(prefix), file)
        latest = latest_on(change.contract, file, change.arrived_at)
        references = [column.name for column in change.contract.columns if column.references]
        return describe_part(file, change.key, latest, references)


def missing_values(parts: Sequence[Part], contract: Contract, absent: Collection[str]) -> dict[str, int]:
    """Return the number of nulls in each column of `absent`."""
    return {name: sum(part.nulls.get(name, 0) for part in parts) for name in contract.names if name in absent}


def _key_schema(schema: pa.Schema, key: Sequence[str]) -> pa.Schema:
    return pa.schema([schema.field(name) for name in key])
