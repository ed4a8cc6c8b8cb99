"""The gate: check every row of a file, and return accepted rows and quarantined rows.

Memory does not grow with the file, because a run makes two passes over batches of rows:

1. Check every row. Candidates are masked and spooled, refused rows are described and spooled; keys and order
  columns are kept.
2. When the row to keep for each key is known, describe the other candidates as duplicates, and return all
  rows in the file's order.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from headgate.contracts.curated import curated_contract
from headgate.contracts.identity import identified
from headgate.contracts.model import Contract, Level
from headgate.contracts.new_column_policy import KEPT as KEPT_COLUMN
from headgate.contracts.new_column_policy import declared_only, without_left_out
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError
from headgate.formats.batches import Source, source_in_memory, take_rows
from headgate.formats.blank_rows import blank_rows_as_written, leave_out_blank_rows
from headgate.formats.csv.stream_csv import NotPlainError
from headgate.formats.open_file import decompressed, is_large, open_batches, read_whole
from headgate.formats.read_file import read_file
from headgate.formats.received_rows import Received
from headgate.formats.row_offsets import ListedOffsets
from headgate.formats.unpack import MAX_EXPANDED_BYTES
from headgate.intake.rows.check_column import check_column
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.intake.rows.count_masked_values import masked_values, numbers_left_out
from headgate.intake.rows.deduplicate_rows import KEPT, SAME_ROW, Survivors, keep_unique, survivors
from headgate.intake.rows.duplicate_reasons import duplicate_reasons, take_candidates
from headgate.intake.rows.fill_missing_ids import fill_missing_ids
from headgate.intake.rows.keep_new_columns import kept_as_text, new_values
from headgate.intake.rows.parquet_writer import RowsFile, each_value_once
from headgate.intake.rows.quarantine_rows import (
    RowOrigin,
    RowPlaces,
    duplicate_rows,
    refused_rows,
    with_origin,
)
from headgate.intake.rows.redact_source_rows import MASKED
from headgate.intake.rows.refuse_rows import check_halts, refuse_rows
from headgate.intake.rows.restore_source_texts import columns_from_candidates, kept_texts
from headgate.intake.rows.spool import Spool
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import MaskingKey
from headgate.lake.states import ABSENT, Disposition
from headgate.masking.card_columns import KnownCards
from headgate.values.cells import (
    NO_ROWS,
    Rows,
    bool_array,
    decoded,
    in_one_piece,
    int_array,
    marked,
    numbers,
    repeated,
)
from headgate.values.parallel_work import MANY_ROWS, in_turn, side_by_side, use_lean_allocator, work_in_order
from headgate.values.rules import Breach, among

ACCEPTED, QUARANTINE = "accepted.parquet", "quarantine.parquet"
# Batches that may queue for each writer, so that the second pass continues while a row group is written.
BACKLOG = 2
# A quarantined row takes about 400 bytes, and a row group is in memory twice while it is written.
QUARANTINE_GROUP_ROWS = 1 << 15
DISTINCT_QUARANTINE = ("source_row", "record", "byte_offset")
_SOURCE_ROW = "_source_row"
_MAX_DESCRIBED = 10_000  # duplicates whose reasons name the kept row


@dataclass(frozen=True)
class Counts:
    """Numbers of a file's rows by outcome.

    `received = accepted + quarantined + duplicates` holds in every instance.

    Attributes:
        warnings: number of broken rules that only warn: one for each accepted row and rule, and one for each
            absent column.
        warned: column and rule → number of warnings. The rule of an absent column, and of a sheet with
            another table, is `ABSENT`.
        reasons: rule → number of refused rows and duplicates.
        masked: column → number of values that masking changed, in rows that broke no rule, and of values with
            such numbers in a column that was left out of the file.
        new_columns: column that the contract does not have → number of its values, in all rows.
        written_as: the file's form (format, encoding, delimiter and so on), the confidence of the guess, and
            the rows without any value, which are no data and not received.

    Raises:
        AuditError: the counts do not add up: rows were lost or doubled. No row of this file may be stored.
    """

    contract: str
    content_sha256: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    warnings: int
    warned: Mapping[tuple[str, str], int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    masked: Mapping[str, int] = field(default_factory=dict)
    new_columns: Mapping[str, int] = field(default_factory=dict)
    written_as: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counted = self.accepted + self.quarantined + self.duplicates
        if counted != self.received:
            raise AuditError(f"{self.contract}: {self.received} rows received, {counted} accounted for")


@dataclass(frozen=True)
class CheckedRows:
    """The rows of one file in memory, after the gate.

    Attributes:
        accepted: rows under the curated contract, in the file's order. Repeated texts are Arrow dictionaries,
            in both tables; Parquet does not show them, and `headgate.snapshots.publishing.conform` decodes
            them.
        quarantine_rows: refused rows and duplicates under the quarantine contract, in the file's order.
    """

    counts: Counts
    accepted: pa.Table
    quarantine_rows: pa.Table


@dataclass(frozen=True)
class CheckedBatch:
    """The parts of a checked batch for the second pass: refused rows; warnings and keys of the others."""

    rows: int
    ragged: int
    blank: Rows
    refused: Rows
    warnings: Sequence[Breach]
    halts: Sequence[Breach]
    keys: dict[str, pa.Array]
    masked: Mapping[str, int] = field(default_factory=dict)
    new_columns: Mapping[str, int] = field(default_factory=dict)

    @property
    def passing(self) -> Rows:
        """The rows that were not refused."""
        return np.flatnonzero(~marked(self.refused, self.rows))


@dataclass(frozen=True)
class SpooledBatch:
    """A batch between the two passes.

    Attributes:
        before: number of candidates in earlier batches.
        places: positions of its rows in the file.
    """

    before: int
    checked: CheckedBatch
    candidates: pa.Table
    quarantine_rows: pa.Table
    places: RowPlaces


def check_bytes(
    body: bytes,
    contract: Contract,
    key: MaskingKey,
    *,
    object_key: str,
    received_at: datetime,
    content_sha256: str = "",
) -> CheckedRows:
    """Check every row of a file in memory; accept and mask it, or quarantine it with its reasons.

    Args:
        body: the object's bytes in raw.
        contract: the source contract of the dataset.
        received_at: when raw received the object, naive UTC.
        content_sha256: hash of `body`, if the caller knows it.

    Raises:
        BadInputError: the whole file is rejected; `rule` names the reason.
    """
    origin = RowOrigin(
        contract.dataset, content_sha256 or hashlib.sha256(body).hexdigest(), object_key, received_at
    )
    return check_source(source_in_memory(read_file(body, contract)), contract, key, origin)


def check_source(source: Source, contract: Contract, key: MaskingKey, origin: RowOrigin) -> CheckedRows:
    """Check the rows of any source like `check_bytes`."""
    run = CheckRun(source, contract, key, origin)
    batches = [(each_value_once(accepted), quarantine_rows) for accepted, quarantine_rows in run.rows()]
    accepted = pa.concat_tables([accepted for accepted, _ in batches]).unify_dictionaries()
    return CheckedRows(
        run.counts(), accepted, pa.concat_tables([rows for _, rows in batches]).unify_dictionaries()
    )


class CheckRun:
    """The run of one file through the gate: read `rows` once, then `counts`.

    Args:
        folder: a local folder for spooled batches; they stay in memory without it.
    """

    def __init__(
        self,
        source: Source,
        contract: Contract,
        key: MaskingKey,
        origin: RowOrigin,
        folder: Path | None = None,
    ) -> None:
        self._left_out = tuple(column for column in contract.columns if column.left_out)
        contract = without_left_out(contract)
        self._new_columns = tuple(column.name for column in contract.columns if column.undeclared)
        self._fields = arrow_schema(curated_contract(declared_only(contract))).names
        contract = identified(contract)
        self._contract, self._cards, self._origin = contract, KnownCards(key), origin
        self._source, self._key = leave_out_blank_rows(source), key
        self._unique = tuple(column.name for column in contract.columns if column.unique)
        self.distinct = (*contract.key, *contract.order_by, _SOURCE_ROW)
        self._candidates = Spool(folder / "candidates.arrow" if folder else None)
        self._refused = Spool(folder / "refused.arrow" if folder else None)
        self._batches: list[CheckedBatch] = []
        self._accepted = 0
        self._reasons: Counter[str] = Counter()
        self._dispositions: Counter[str] = Counter()
        self._duplicate_reasons: Mapping[int, str] = {}
        self._warned: Mapping[tuple[str, str], int] = {}

    def rows(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield accepted rows and quarantined rows, batch by batch, in the file's order.

        Raises:
            BadInputError: the file breaks a rule that halts it; no batch was yielded before.
        """
        self._check_batches()
        check_halts(self._contract, [breach for batch in self._batches for breach in batch.halts])
        chosen = self._survivors()
        self._warned = self._warnings_of(chosen)
        self._duplicate_reasons = self._duplicate_reasons_of(chosen)
        pa.default_memory_pool().release_unused()  # the allocator keeps the blocks of the first pass
        for accepted, quarantine_rows in in_turn(
            partial(self._finish_batch, chosen), self._spooled_batches()
        ):
            self._accepted += accepted.num_rows
            self._reasons.update(_counts(quarantine_rows.column("rule")))
            self._dispositions.update(_counts(quarantine_rows.column("disposition")))
            yield accepted, quarantine_rows

    def counts(self) -> Counts:
        """Return the numbers of rows by outcome; AuditError if a row was lost or doubled."""
        return Counts(
            contract=f"{self._contract.id}@{self._contract.version}",
            content_sha256=self._origin.content_sha256,
            received=sum(batch.rows + batch.ragged for batch in self._batches),
            accepted=self._accepted,
            quarantined=self._dispositions[Disposition.REFUSED],
            duplicates=self._dispositions[Disposition.DUPLICATE],
            warnings=sum(self._warned.values()),
            warned=self._warned,
            reasons=dict(sorted(self._reasons.items())),
            masked=dict(sorted(sum((Counter(batch.masked) for batch in self._batches), Counter()).items())),
            new_columns={
                name: sum(batch.new_columns[name] for batch in self._batches) for name in self._new_columns
            },
            written_as={**self._source.written_as, **blank_rows_as_written(self._blank())},
        )

    def _blank(self) -> Rows:
        return np.concatenate([NO_ROWS, *(batch.blank for batch in self._batches)])

    def _warnings_of(self, chosen: Survivors) -> dict[tuple[str, str], int]:
        """Count the warnings about accepted rows and absent columns."""
        counts = Counter({(name, ABSENT): 1 for name in self._source.missing_parts})
        before = 0
        for batch in self._batches:
            following = before + batch.rows - len(batch.refused)
            if batch.warnings:
                accepted = batch.passing[chosen.outcomes[before:following] == KEPT]
                for breach in batch.warnings:
                    counts[breach.column, breach.rule] += int(np.isin(breach.rows, accepted).sum())
            before = following
        return {pair: count for pair, count in sorted(counts.items()) if count}

    def _check_batches(self) -> None:
        for batch, candidates, refused in in_turn(self._check_batch, self._source.batches()):
            self._batches.append(batch)
            self._candidates.put(candidates)
            self._refused.put(refused)

    def _check_batch(self, received: Received) -> tuple[CheckedBatch, pa.Table, pa.Table]:
        columns = [
            check_column(column, received.cells[column.name], self._cards)
            for column in self._contract.columns
        ]
        checked = fill_missing_ids(self._contract, columns, self._key)
        values = {each.column.name: each.values for each in checked}
        verdict = refuse_rows(self._contract, checked, len(received.source_rows))
        refused = verdict.refused
        shown = received
        if self._left_out:  # any cell of a ragged row may belong to a column that a person left out
            texts = (MASKED,) * len(received.ragged.texts)
            shown = replace(received, ragged=replace(received.ragged, texts=texts))
        refusals = refused_rows(shown, checked, verdict.breaches, refused, self._source.width)
        passing = bool_array(~marked(refused, len(received.source_rows)))
        batch = CheckedBatch(
            rows=len(received.source_rows),
            ragged=len(received.ragged.source_rows),
            blank=received.blank,
            refused=refused,
            warnings=verdict.of(Level.WARN),
            halts=verdict.of(Level.HALT),
            keys={
                name: values[name].filter(passing)
                for name in {*self._contract.key, *self._contract.order_by, *self._unique}
            },
            masked=masked_values(checked, passing) | numbers_left_out(self._left_out, received.cells),
            new_columns=new_values(checked),
        )
        return batch, _candidates(received, checked, passing), refusals

    def _survivors(self) -> Survivors:
        names = {*self._contract.key, *self._contract.order_by, *self._unique} if self._batches else ()
        values = {name: pa.concat_arrays([batch.keys.pop(name) for batch in self._batches]) for name in names}
        count = sum(batch.rows - len(batch.refused) for batch in self._batches)
        chosen = survivors(
            self._contract,
            count,
            values,
            lambda rows: self._tied_cells(self._cells_of(rows)),
            pairs_at_most=_MAX_DESCRIBED,
        )
        return keep_unique(chosen, [values[name] for name in self._unique]) if values else chosen

    def _duplicate_reasons_of(self, chosen: Survivors) -> dict[int, str]:
        """Return the reasons of the first duplicates by source row; each reason names the kept row."""
        if not len(chosen.lost):
            return {}
        rows = np.unique(np.concatenate((chosen.lost, chosen.kept)))
        taken = take_candidates(self._candidates.peek(), rows)
        lost, kept = (
            taken.take(int_array(np.searchsorted(rows, some))) for some in (chosen.lost, chosen.kept)
        )
        places = numbers(in_one_piece(kept.column(_SOURCE_ROW)))
        if len(self._source.sheet_rows):
            places = self._source.sheet_rows[places - 1]
        is_same = chosen.outcomes[chosen.lost] == SAME_ROW
        reasons = duplicate_reasons(self._contract, lost, kept, places.tolist(), is_same)
        return dict(zip(lost.column(_SOURCE_ROW).to_pylist(), reasons, strict=True))

    def _tied_cells(self, cells: Mapping[str, pa.Array]) -> list[pa.Array]:
        """Return the columns by which tied rows are equal: masked columns as they are stored.

        They are the same under every masking key, and among rows that were masked at their source.
        """
        compared: list[pa.Array] = []
        for column in self._contract.columns:
            if column.mask is None:
                compared.append(cells[column.name])
            else:
                curated = check_column(column, cells[column.name], self._cards).curated.values()
                compared.extend(map(decoded, curated))
        return compared

    def _cells_of(self, candidates: Rows) -> dict[str, pa.Array]:
        """Return the original texts of these candidates, which are ascending."""
        parts: list[Received] = []
        before = 0
        for batch, received in zip(self._batches, self._source.batches(), strict=True):
            passing = batch.passing
            wanted = (
                candidates[
                    np.searchsorted(candidates, before) : np.searchsorted(candidates, before + len(passing))
                ]
                - before
            )
            if len(wanted):
                parts.append(take_rows(received, passing[wanted]))
            before += len(passing)
        return {name: pa.concat_arrays([part.cells[name] for part in parts]) for name in self._contract.names}

    def _spooled_batches(self) -> Iterator[SpooledBatch]:
        offsets = self._source.row_offsets() if self._source.row_offsets else ListedOffsets(NO_ROWS)
        before, first_row = 0, 1
        for batch, candidates, refused in zip(
            self._batches, self._candidates.tables(), self._refused.tables(), strict=True
        ):
            following = first_row + batch.rows + batch.ragged + len(batch.blank)
            starts = offsets.take(following - first_row)
            places = RowPlaces(first_row, starts, self._source.sheet_rows[first_row - 1 : following - 1])
            yield SpooledBatch(before, batch, candidates, refused, places)
            before, first_row = before + candidates.num_rows, following

    def _finish_batch(self, chosen: Survivors, batch: SpooledBatch) -> tuple[pa.Table, pa.Table]:
        """Return the batch's accepted rows and its quarantined rows."""
        candidates, quarantine_rows = batch.candidates, batch.quarantine_rows
        outcomes = chosen.outcomes[batch.before : batch.before + candidates.num_rows]
        lost = outcomes != KEPT
        if lost.any():
            rows = candidates.filter(bool_array(lost))
            warnings = [
                among(breach, batch.checked.passing[lost], batch.checked.rows)
                for breach in batch.checked.warnings
            ]
            checked = columns_from_candidates(self._contract, rows, warnings)
            source_rows = numbers(rows.column(_SOURCE_ROW).combine_chunks())
            duplicates = duplicate_rows(
                source_rows,
                checked,
                warnings,
                outcomes[lost],
                unique=self._unique,
                reasons=self._duplicate_reasons,
            )
            quarantine_rows = (
                pa.concat_tables([quarantine_rows, duplicates]).unify_dictionaries().sort_by("source_row")
                if quarantine_rows.num_rows
                else duplicates
            )
        kept = candidates.filter(bool_array(~lost)) if lost.any() else candidates
        return self._with_lineage(kept), with_origin(quarantine_rows, self._origin, batch.places)

    def _with_lineage(self, kept: pa.Table) -> pa.Table:
        rows = kept.append_column("_content_sha256", repeated(self._origin.content_sha256, kept.num_rows))
        if KEPT_COLUMN in self._fields and KEPT_COLUMN not in rows.column_names:
            rows = rows.append_column(KEPT_COLUMN, kept_as_text(kept, self._new_columns))
        return rows.select(self._fields)


def check_file(
    path: Path,
    contract: Contract,
    key: MaskingKey,
    *,
    object_key: str,
    received_at: datetime,
    folder: Path,
    content_sha256: str = "",
    limit_bytes: int = MAX_EXPANDED_BYTES,
) -> Counts:
    """Check every row of a local file, and write ACCEPTED and QUARANTINE to `folder`.

    A file without rows is not written. Plain CSV, JSON Lines and Parquet, compressed or not, need not fit
    into memory; see `open_file`.

    Args:
        limit_bytes: the largest size of the file without compression.

    Raises:
        BadInputError: the whole file is rejected.
        OutgrownError: the file exceeds `limit_bytes`.
    """
    use_lean_allocator()
    origin = RowOrigin(contract.dataset, content_sha256 or sha256_of(path), object_key, received_at)
    file = decompressed(path, folder, limit_bytes)
    source = open_batches(file, contract, folder)
    spool_folder = folder if is_large(file, source) else None
    if source:
        with suppress(NotPlainError):
            return write_outputs(CheckRun(source, contract, key, origin, spool_folder), folder)
    return write_outputs(
        CheckRun(source_in_memory(read_whole(file, contract)), contract, key, origin, spool_folder), folder
    )


def write_outputs(run: CheckRun, folder: Path) -> Counts:
    """Write the run's rows to ACCEPTED and QUARANTINE in `folder`; skip a file without rows."""
    accepted = RowsFile(folder / ACCEPTED, run.distinct)
    quarantine = RowsFile(folder / QUARANTINE, DISTINCT_QUARANTINE, QUARANTINE_GROUP_ROWS)
    with (
        work_in_order(accepted.add, BACKLOG, is_small=_has_few_rows) as write_accepted,
        work_in_order(quarantine.add, BACKLOG, is_small=_has_few_rows) as write_quarantine,
    ):
        for accepted_rows, quarantine_rows in run.rows():
            write_accepted(accepted_rows)
            write_quarantine(quarantine_rows)
    side_by_side(RowsFile.close, (accepted, quarantine), max(accepted.rows, quarantine.rows))
    return run.counts()


def _has_few_rows(rows: pa.Table) -> bool:
    return bool(rows.num_rows < MANY_ROWS)


def _candidates(received: Received, checked: Sequence[CheckedColumn], passing: pa.Array) -> pa.Table:
    """Return the masked columns of the rows that were not refused.

    Of a card they contain only the token, the brand and the last four digits.
    """
    curated = {name: column.filter(passing) for each in checked for name, column in each.curated.items()}
    return pa.table(
        {
            **curated,
            **kept_texts(checked, passing),
            _SOURCE_ROW: int_array(received.source_rows).filter(passing),
        }
    )


def _counts(column: pa.ChunkedArray) -> Counter[str]:
    """Count each text of a dictionary column."""
    reasons: Counter[str] = Counter()
    for chunk in column.chunks:
        counts = np.bincount(numbers(chunk.indices), minlength=len(chunk.dictionary)).tolist()
        reasons.update(
            {text: count for text, count in zip(chunk.dictionary.to_pylist(), counts, strict=True) if count}
        )
    return reasons
