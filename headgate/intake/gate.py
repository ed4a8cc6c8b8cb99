"""The gate: a file in; the rows that may pass, and those that may not with their reasons, out.

It goes over a file twice, some rows at a time, so that memory does not grow with the file:

1. Every row is judged. What may pass is masked and put down; what is refused is told of. Keys and order columns are kept.
2. Once it is known which row stands for each key, the others are told of, too, and everything is given out in the file's order.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Level, Mask
from headgate.errors import AuditError, BadInputError
from headgate.formats.batches import Source, source_of, take_rows
from headgate.formats.csv.stream_csv import NotPlainError
from headgate.formats.open_file import decompressed, is_large, open_batches, read_whole
from headgate.formats.read_file import read_file
from headgate.formats.row_offsets import ListedOffsets
from headgate.formats.unpack import MAX_EXPANDED_BYTES
from headgate.intake.accepted_texts import kept_texts, retold
from headgate.intake.deduplicate import KEPT, SAME_ROW, TiedCells, survivors
from headgate.intake.judge import Judged, judge
from headgate.intake.parquet_writer import RowsFile, each_value_once
from headgate.intake.quarantine import Origin, duplicate_rows, refused_rows, with_origin
from headgate.intake.spool import Spool
from headgate.lake.content import sha256_of
from headgate.lake.states import Disposition
from headgate.masking.card_numbers import KnownCards
from headgate.values.cells import NO_ROWS, Rows, bool_array, decoded, int_array, marked, numbers, repeated
from headgate.values.rules import Breach, among, comparison_breach
from headgate.values.threads import in_order, in_turn, side_by_side, use_lean_allocator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.received import Received
    from headgate.intake.deduplicate import Survivors
    from headgate.lake.ports import MaskingKey

ACCEPTED, SET_ASIDE = "accepted.parquet", "set_aside.parquet"
# So many batches may wait for each writer beside the one being written: who settles rows goes on while a row group is written.
BACKLOG = 2
# A row set aside is told of in some 400 bytes, and a group is in memory twice while it is written.
ASIDE_GROUP_ROWS = 1 << 15
DISTINCT_ASIDE = ("source_row", "record", "byte_offset")
_SOURCE_ROW = "_source_row"


@dataclass(frozen=True)
class Counts:
    """What became of a file's rows; `received = accepted + quarantined + duplicates` holds in every instance.

    Attributes:
        warnings: broken rules that only warn, one for each row and rule, and one for each absent column.
        reasons: rule → rows, for refused rows and duplicates.
        written_as: the file's form: format, encoding, delimiter and so on, and how sure that is.

    Raises:
        AuditError: the counts do not add up: rows were lost or doubled, and nothing of this file may be written.
    """

    contract: str
    content_sha256: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    warnings: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    written_as: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.accepted + self.quarantined + self.duplicates
        if told != self.received:
            raise AuditError(f"{self.contract}: {self.received} rows received, {told} accounted for")


@dataclass(frozen=True)
class Gated:
    """What the gate made of one file in memory.

    Attributes:
        accepted: by the curated contract, in the file's order. Texts that repeat are held as Arrow dictionaries, here and below;
            Parquet does not show it, and `headgate.lake.publishing.conform` makes them plain.
        set_aside: refused rows and duplicates, by the quarantine contract, in the file's order.
    """

    contract: str
    content_sha256: str
    received: int
    accepted: pa.Table
    set_aside: pa.Table
    quarantined: int
    duplicates: int
    warnings: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    written_as: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.accepted.num_rows + self.quarantined + self.duplicates
        if told != self.received or self.quarantined + self.duplicates != self.set_aside.num_rows:
            raise AuditError(f"{self.contract}: {self.received} rows received, {told} accounted for, {self.set_aside.num_rows} set aside")


@dataclass(frozen=True)
class Sifted:
    """What is kept of a batch between the two goes: which rows are refused, what the others only warn of, and their keys and orders."""

    rows: int
    ragged: int
    refused: Rows
    warnings: Sequence[Breach]
    halts: Sequence[Breach]
    keys: dict[str, pa.Array]

    @property
    def passing(self) -> Rows:
        """The rows that were not refused."""
        return np.flatnonzero(~marked(self.refused, self.rows))


@dataclass(frozen=True)
class PutDown:
    """A batch between the two goes.

    Attributes:
        before: how many candidates came before its own.
        first_row: the number of its first source row.
        starts: where its rows begin in the file.
    """

    before: int
    sifted: Sifted
    candidates: pa.Table
    aside: pa.Table
    first_row: int
    starts: Rows


def pass_gate(
    body: bytes, contract: Contract, key: MaskingKey, *, object_key: str, received_at: datetime, content_sha256: str = ""
) -> Gated:
    """Every row of the file, either accepted and masked or set aside with its reasons.

    Args:
        body: the object's bytes, as they lie in raw.
        contract: the source contract of the dataset.
        received_at: when the object landed in raw, naive UTC.
        content_sha256: of `body`, where the caller has it already.

    Raises:
        BadInputError: the file as a whole cannot be let in; `rule` says why.
    """
    origin = Origin(contract.dataset, content_sha256 or hashlib.sha256(body).hexdigest(), object_key, received_at)
    return gate_in_memory(source_of(read_file(body, contract)), contract, key, origin)


def gate_in_memory(source: Source, contract: Contract, key: MaskingKey, origin: Origin) -> Gated:
    """As `pass_gate`, for rows however they come."""
    passage = Passage(source, contract, key, origin)
    both = [(each_value_once(accepted), aside) for accepted, aside in passage.rows()]
    counts = passage.counts()
    return Gated(
        contract=counts.contract,
        content_sha256=counts.content_sha256,
        received=counts.received,
        accepted=pa.concat_tables([accepted for accepted, _ in both]).unify_dictionaries(),
        set_aside=pa.concat_tables([aside for _, aside in both]).unify_dictionaries(),
        quarantined=counts.quarantined,
        duplicates=counts.duplicates,
        warnings=counts.warnings,
        reasons=counts.reasons,
        written_as=counts.written_as,
    )


class Passage:
    """One file's way through the gate. `rows` is gone through once, and then `counts` tells what became of them.

    Args:
        folder: a local folder for what does not stay in memory; everything stays when there is none.
    """

    def __init__(self, source: Source, contract: Contract, key: MaskingKey, origin: Origin, folder: Path | None = None) -> None:
        self._source, self._contract, self._cards, self._origin = source, contract, KnownCards(key), origin
        self.distinct = (*contract.key, *contract.order_by, _SOURCE_ROW)
        self._fields = arrow_schema(curated_contract(contract)).names
        self._candidates = Spool(folder / "candidates.arrow" if folder else None)
        self._refused = Spool(folder / "refused.arrow" if folder else None)
        self._sifted: list[Sifted] = []
        self._accepted = 0
        self._reasons: Counter[str] = Counter()
        self._dispositions: Counter[str] = Counter()

    def rows(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The accepted rows and those set aside, some at a time, in the file's order.

        Raises:
            BadInputError: a rule that halts the file is broken; nothing was given out by then.
        """
        self._sift()
        _check_halts(self._contract, [breach for sifted in self._sifted for breach in sifted.halts])
        chosen = self._survivors()
        pa.default_memory_pool().release_unused()  # the allocator keeps the blocks that the first go worked with
        for accepted, aside in self._all_settled(chosen):
            self._accepted += accepted.num_rows
            self._reasons.update(_counts(aside.column("rule")))
            self._dispositions.update(_counts(aside.column("disposition")))
            yield accepted, aside

    def counts(self) -> Counts:
        """What became of the rows. AuditError when one was lost or doubled."""
        return Counts(
            contract=f"{self._contract.id}@{self._contract.version}",
            content_sha256=self._origin.content_sha256,
            received=sum(sifted.rows + sifted.ragged for sifted in self._sifted),
            accepted=self._accepted,
            quarantined=self._dispositions[Disposition.REFUSED],
            duplicates=self._dispositions[Disposition.DUPLICATE],
            warnings=sum(len(breach.rows) for sifted in self._sifted for breach in sifted.warnings) + len(self._source.absent),
            reasons=dict(sorted(self._reasons.items())),
            written_as=self._source.written_as,
        )

    def _sift(self) -> None:
        for sifted, candidates, refused in in_turn(self._judged, self._source.batches()):
            self._sifted.append(sifted)
            self._candidates.put(candidates)
            self._refused.put(refused)

    def _judged(self, received: Received) -> tuple[Sifted, pa.Table, pa.Table]:
        judged = [judge(column, received.cells[column.name], self._cards) for column in self._contract.columns]
        values = {each.column.name: each.values for each in judged}
        of_rows = [breach for comparison in self._contract.comparisons if (breach := comparison_breach(comparison, values))]
        breaches = [*(breach for each in judged for breach in each.breaches), *of_rows]
        broken = [breach.rows for breach in breaches if breach.level is Level.QUARANTINE]
        refused = np.flatnonzero(marked(np.concatenate((NO_ROWS, *broken)), len(received.source_rows)))
        told = refused_rows(received, judged, breaches, refused, self._source.width)
        passing = bool_array(~marked(refused, len(received.source_rows)))
        sifted = Sifted(
            rows=len(received.source_rows),
            ragged=len(received.ragged.source_rows),
            refused=refused,
            warnings=[breach for breach in breaches if breach.level is Level.WARN],
            halts=[breach for breach in breaches if breach.level is Level.HALT],
            keys={name: values[name].filter(passing) for name in {*self._contract.key, *self._contract.order_by}},
        )
        return sifted, _candidates(received, judged, passing), told

    def _survivors(self) -> Survivors:
        names = {*self._contract.key, *self._contract.order_by} if self._sifted else ()
        values = {name: pa.concat_arrays([sifted.keys.pop(name) for sifted in self._sifted]) for name in names}
        count = sum(sifted.rows - len(sifted.refused) for sifted in self._sifted)
        return survivors(self._contract, count, values, lambda rows: self._told_apart(self._cells_of(rows)))

    def _told_apart(self, cells: Mapping[str, pa.Array]) -> TiedCells:
        """What is masked ranks nothing: the same row wins under every masking key, and where rows were masked at their source."""
        ranked: list[pa.Array] = []
        compared: list[pa.Array] = []
        for column in self._contract.columns:
            if column.mask is None:
                ranked.append(cells[column.name])
            else:
                behind = judge(column, cells[column.name], self._cards).behind.values()
                (ranked if column.mask is Mask.FREE_TEXT else compared).extend(map(decoded, behind))
        return TiedCells(ranked, compared)

    def _cells_of(self, candidates: Rows) -> dict[str, pa.Array]:
        """What the file says in these rows of those that were not refused."""
        parts: list[Received] = []
        before = 0
        for sifted, received in zip(self._sifted, self._source.batches(), strict=True):
            passing = sifted.passing
            wanted = candidates[np.searchsorted(candidates, before) : np.searchsorted(candidates, before + len(passing))] - before
            if len(wanted):
                parts.append(take_rows(received, passing[wanted]))
            before += len(passing)
        return {name: pa.concat_arrays([part.cells[name] for part in parts]) for name in self._contract.names}

    def _all_settled(self, chosen: Survivors) -> Iterator[tuple[pa.Table, pa.Table]]:
        return in_turn(partial(self._settled, chosen), self._put_down())

    def _put_down(self) -> Iterator[PutDown]:
        places = self._source.row_offsets() if self._source.row_offsets else ListedOffsets(NO_ROWS)
        before, first_row = 0, 1
        for sifted, candidates, refused in zip(self._sifted, self._candidates.tables(), self._refused.tables(), strict=True):
            starts = places.take(sifted.rows + sifted.ragged)
            yield PutDown(before, sifted, candidates, refused, first_row, starts)
            before, first_row = before + candidates.num_rows, first_row + sifted.rows + sifted.ragged

    def _settled(self, chosen: Survivors, batch: PutDown) -> tuple[pa.Table, pa.Table]:
        """The batch's accepted rows, and those set aside."""
        before, sifted, candidates, aside = batch.before, batch.sifted, batch.candidates, batch.aside
        fates = chosen.fates[before : before + candidates.num_rows]
        lost = fates != KEPT
        if lost.any():
            rows = candidates.filter(bool_array(lost))
            warnings = [among(breach, sifted.passing[lost], sifted.rows) for breach in sifted.warnings]
            judged, source_rows = retold(self._contract, rows, warnings), numbers(rows.column(_SOURCE_ROW).combine_chunks())
            told = duplicate_rows(source_rows, judged, warnings, fates[lost] == SAME_ROW)
            aside = pa.concat_tables([aside, told]).unify_dictionaries().sort_by("source_row") if aside.num_rows else told
        kept = candidates.filter(bool_array(~lost)) if lost.any() else candidates
        return self._with_lineage(kept), with_origin(aside, self._origin, batch.first_row, batch.starts)

    def _with_lineage(self, kept: pa.Table) -> pa.Table:
        rows = kept.append_column("_content_sha256", repeated(self._origin.content_sha256, kept.num_rows))
        return rows.select(self._fields)


def let_in(
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
    """ACCEPTED and SET_ASIDE in `folder` hold what `pass_gate` would give; absent when they would have no rows.

    A file on disk need not fit into memory when it is plain CSV, JSON Lines or Parquet, compressed or not; see `open_file`.

    Args:
        limit_bytes: what the file may hold without compression.

    Raises:
        BadInputError: the file as a whole cannot be let in; OutgrownError when it holds more than it may here.
    """
    use_lean_allocator()
    origin = Origin(contract.dataset, content_sha256 or sha256_of(path), object_key, received_at)
    file = decompressed(path, folder, limit_bytes)
    put_down_in = folder if is_large(file) else None
    source = open_batches(file, contract, folder)
    if source:
        with suppress(NotPlainError):
            return written(Passage(source, contract, key, origin, folder), folder)
    return written(Passage(source_of(read_whole(file, contract)), contract, key, origin, put_down_in), folder)


def written(passage: Passage, folder: Path) -> Counts:
    """The passage's rows lie in `folder`, as ACCEPTED and SET_ASIDE, one of which without rows does not exist."""
    accepted, aside = RowsFile(folder / ACCEPTED, passage.distinct), RowsFile(folder / SET_ASIDE, DISTINCT_ASIDE, ASIDE_GROUP_ROWS)
    with in_order(accepted.add, BACKLOG) as let_through, in_order(aside.add, BACKLOG) as kept_out:
        for passed, told in passage.rows():
            let_through(passed)
            kept_out(told)
    side_by_side(RowsFile.close, (accepted, aside))
    return passage.counts()


def _candidates(received: Received, judged: Sequence[Judged], passing: pa.Array) -> pa.Table:
    """What stands behind the gate for the rows that were not refused. Nothing of a card but token, brand and last four."""
    behind = {name: column.filter(passing) for each in judged for name, column in each.behind.items()}
    return pa.table({**behind, **kept_texts(judged, passing), _SOURCE_ROW: int_array(received.source_rows).filter(passing)})


def _check_halts(contract: Contract, breaches: Sequence[Breach]) -> None:
    """No rule that halts the file is broken, in any batch; if one is, the first by the contract is told of."""
    order = [(column.name, rule.name) for column in contract.columns for rule in column.rules] + [
        ("", each.name) for each in contract.comparisons
    ]
    for column, rule in order:
        broken = [breach for breach in breaches if (breach.column, breach.rule) == (column, rule)]
        if broken:
            raise BadInputError(
                rule=rule,
                message=f"{sum(len(breach.rows) for breach in broken)} rows break a rule that halts the file: {broken[0].reason}",
                remedy="correct these rows at their source and send the file again",
                column=column,
            )


def _counts(column: pa.ChunkedArray) -> Counter[str]:
    """How often each of a column's few texts comes."""
    found: Counter[str] = Counter()
    for chunk in column.chunks:
        counts = np.bincount(numbers(chunk.indices), minlength=len(chunk.dictionary)).tolist()
        found.update({text: count for text, count in zip(chunk.dictionary.to_pylist(), counts, strict=True) if count})
    return found
