"""The gate on more than one worker: the same checks, with the rows checked on Spark's workers.

| step | where | what |
|---|---|---|
| scan | workers | count the rows that begin in each range of bytes, with and without an open quote before it |
| fold | driver | decide which count is true for each range, and so where each part begins and its row numbers |
| check | workers | check the rows of each part, as in the gate's first pass; results stay on their worker |
| shuffle | workers | bring equal keys together; only rows whose key comes twice go on |
| choose | driver | choose the row to keep for each of these keys, by the gate's rule |
| finish | workers | finish each part's rows, as in the gate's second pass |
| write | driver | write both Parquet files in the file's order, byte-equal to those of one worker |

No row's text leaves the worker that read it, except rows that order columns leave tied: the driver reads these itself.
docs/adr/0017-large-files.md gives the reasons. `large_spark_from_mb` in Terraform switches it on (docs/how-it-works/engines.md).
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.engines.spark_session import is_started_by_cluster
from headgate.formats.batches import Source, take_rows
from headgate.formats.csv.footer import footer_rows_of_path, mark_footer_in_batches
from headgate.formats.csv.stream_csv import NotPlainError, PlainCsv, find_plain_csv, plain_csv_batches, quotes_are_regular
from headgate.formats.received_rows import written_as
from headgate.formats.row_offsets import ListedOffsets, row_starts, row_starts_in_block
from headgate.intake.rows.check_rows import CheckedBatch, CheckRun, SpooledBatch, write_outputs
from headgate.intake.rows.deduplicate_rows import KEPT, Survivors, survivors
from headgate.intake.rows.parquet_writer import each_value_once
from headgate.values.cells import NO_ROWS, Rows, bool_array, int_array, joined, literal, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from headgate.contracts.model import Contract
    from headgate.formats.csv.dialect import Dialect
    from headgate.formats.received_rows import Received
    from headgate.intake.rows.check_rows import Counts
    from headgate.intake.rows.quarantine_rows import RowOrigin
    from headgate.lake.ports import MaskingKey

RANGE_BYTES = 64 << 20
_PACKED = "packed binary"


@dataclass(frozen=True)
class SparkChecker:
    """Checks large files on Spark.

    Args:
        session: starts Spark; called only when a file needs it.
        from_bytes: one worker is faster for smaller files.
    """

    session: Callable[[], SparkSession]
    from_bytes: int

    def check_file(self, path: Path, contract: Contract, key: MaskingKey, origin: RowOrigin) -> Counts | None:
        """As `check_file_on_spark`, into the file's folder; None for a file that one worker has to check."""
        if (
            path.stat().st_size < self.from_bytes
            or find_plain_csv(path, contract) is None
            or any(column.unique for column in contract.columns)
        ):
            return None
        return check_file_on_spark(self.session(), path, contract, key, origin=origin, folder=path.parent)


@dataclass(frozen=True)
class Reading:
    """The rows of a byte range, for one assumption about an open quote before it."""

    starts: int
    first: int
    is_regular: bool


@dataclass(frozen=True)
class Range:
    """A byte range of a file, and its rows for both assumptions about an open quote."""

    start: int
    stop: int
    quotes: int
    unquoted: Reading
    quoted: Reading


def check_file_on_spark(
    spark: SparkSession,
    path: Path,
    contract: Contract,
    key: MaskingKey,
    *,
    origin: RowOrigin,
    folder: Path,
    range_bytes: int = RANGE_BYTES,
) -> Counts | None:
    """As `gate.check_file`, with the file's rows checked on Spark's workers; None for a file that is no plain CSV.

    Workers that do not see `path` get a copy of it by way of Spark.

    Raises:
        BadInputError: the whole file is rejected.
    """
    plain = find_plain_csv(path, contract)
    if plain is None:
        return None
    if is_started_by_cluster():
        spark.sparkContext.addFile(str(path))
    try:
        return write_outputs(SparkCheckRun(spark, plain, contract, key, origin=origin, range_bytes=range_bytes), folder)
    except NotPlainError:
        return None


@dataclass(frozen=True)
class _SparkBatch:
    """A batch after the first pass, on the worker that made it.

    Attributes:
        batch: with the keys of the rows that were not refused.
    """

    part: PlainCsv
    first_row: int
    batch: CheckedBatch
    candidates: pa.Table
    refused: pa.Table

    @property
    def source_rows(self) -> Rows:
        """Of the rows that may pass."""
        return numbers(self.candidates.column("_source_row").combine_chunks())


@dataclass(frozen=True)
class _Shared(Survivors):
    """The outcome of the rows whose key comes twice, by their source rows; every other row is kept."""

    rows: Rows = field(default_factory=lambda: NO_ROWS)

    def of(self, rows: Rows) -> Survivors:
        """Return the outcome of these source rows."""
        outcomes = np.full(len(rows), KEPT, np.uint8)
        own = np.isin(rows, self.rows)
        outcomes[own] = self.outcomes[np.searchsorted(self.rows, rows[own])]
        return Survivors(outcomes)


class SparkCheckRun(CheckRun):
    """One plain CSV file's run through the gate on Spark; yields rows as `CheckRun` does."""

    def __init__(
        self, spark: SparkSession, plain: PlainCsv, contract: Contract, key: MaskingKey, *, origin: RowOrigin, range_bytes: int
    ) -> None:
        self._footer = footer_rows_of_path(plain.path, plain.data_at, plain.dialect, [contract.column(name) for name in plain.header.names])
        form = written_as("csv", replace(plain.dialect, footer_lines=self._footer))
        super().__init__(Source(lambda: iter(()), plain.dialect.width, plain.header.absent, form), contract, key, origin)
        self._spark, self._plain, self._range_bytes = spark, plain, range_bytes
        self._work = _Work(contract, key, origin)
        self._parts: list[PlainCsv] = []
        self._rows = self._over([])

    def _check_batches(self) -> None:
        edges = [*range(self._plain.data_at, self._plain.path.stat().st_size, self._range_bytes), self._plain.path.stat().st_size]
        scanned = self._over([(self._plain, *both) for both in pairwise(edges)]).mapInArrow(_each(_scanned), _PACKED)
        self._parts = parts(self._plain, _found(scanned), self._footer)
        self._rows = self._over(self._parts).mapInArrow(_each(self._work.checked), _PACKED).persist()
        self._batches = _found(self._of_batches(_counted))
        if None in self._batches:
            raise NotPlainError

    def _over(self, things: Sequence[object]) -> DataFrame:
        """A row for each thing, in order, each in a partition of its own."""
        packed = [(bytearray(pickle.dumps(thing)),) for thing in things]
        return self._spark.createDataFrame(self._spark.sparkContext.parallelize(packed, max(len(packed), 1)), _PACKED)

    def _of_batches(self, work: Callable[[Any], Iterable[object]]) -> DataFrame:
        """Yield the result of the work for each checked batch, in the file's order."""
        return self._rows.mapInArrow(_each(work), _PACKED)

    def _survivors(self) -> Survivors:
        rows = self._shared_rows()
        picked = _found(self._of_batches(partial(_picked, rows))) if len(rows) else []
        values = {name: pa.concat_arrays([batch[name] for batch in picked]) for name in (picked[0] if picked else {})}
        return _Shared(
            survivors(self._contract, len(rows), values, lambda wanted: self._tie_breakers(self._cells(rows[wanted]))).outcomes, rows
        )

    def _shared_rows(self) -> Rows:
        """The source rows, ascending, whose key comes more than once: Spark brings equal keys together."""
        if not self._contract.key:
            return NO_ROWS
        keyed = self._rows.mapInArrow(partial(_keyed, self._contract.key), "key string, row long")
        return np.sort(np.concatenate([NO_ROWS, *_found(keyed.repartition("key").mapInArrow(_sharing, _PACKED))]))

    def _cells(self, rows: Rows) -> dict[str, pa.Array]:
        """Return the cells of these source rows, which are ascending."""
        texts = []
        for part in self._parts:
            for received in _rows_of(part, self._contract):
                own = np.flatnonzero(np.isin(received.source_rows, rows))
                texts += [take_rows(received, own)] if len(own) else []
        return {name: pa.concat_arrays([text.cells[name] for text in texts]) for name in self._contract.names}

    def _finish_batches(self, chosen: Survivors) -> Iterator[tuple[pa.Table, pa.Table]]:
        for row in self._of_batches(_SecondPass(self._work, chosen)).toLocalIterator():  # a part is on the driver at a time
            yield pickle.loads(row.packed)  # noqa: S301 packed by this very job
        self._rows.unpersist()


def parts(plain: PlainCsv, ranges: Sequence[Range], footer: int = 0) -> list[PlainCsv]:
    """Split the file into parts of complete rows; the dialect of each part says how many of the last `footer` rows it holds.

    Raises:
        NotPlainError: a quote stands where Arrow would misread it.
    """
    is_quoted, row, begun = False, 1, []
    for each in ranges:
        reading = each.quoted if is_quoted else each.unquoted
        if not reading.is_regular:
            raise NotPlainError
        if reading.starts:
            begun.append((reading.first, row))
        row, is_quoted = row + reading.starts, is_quoted ^ (each.quotes % 2 == 1)
    if is_quoted:
        raise NotPlainError
    ends, behind = [*(start for start, _ in begun[1:]), None], [*(first for _, first in begun[1:]), row]
    return [
        replace(plain, data_at=start, first_row=first, data_to=end, dialect=_with_footer(plain.dialect, last - max(first, row - footer)))
        for (start, first), end, last in zip(begun, ends, behind, strict=False)
    ]


def _with_footer(dialect: Dialect, rows: int) -> Dialect:
    return replace(dialect, footer_lines=max(0, rows))


def _rows_of(part: PlainCsv, contract: Contract) -> Iterator[Received]:
    """As `plain_csv_batches`, with the file's footer."""
    return mark_footer_in_batches(plain_csv_batches(part, contract), part.dialect.footer_lines)


def _scanned(asked: tuple[PlainCsv, int, int]) -> Iterator[Range]:
    """Return the rows of a range of the file."""
    plain, start, stop = _here(asked[0]), *asked[1:]
    with plain.path.open("rb") as file:
        file.seek(max(start - 1, plain.data_at))
        before = b"\n" if start == plain.data_at else file.read(1)
        body, following = file.read(stop - start), file.read(1) or b"\n"
    octets, form = np.frombuffer(before + body + following, np.uint8), plain.dialect.form
    quotes = np.flatnonzero(octets[1:-1] == ord(form.quote))

    def reading(*, is_quoted: bool) -> Reading:
        starts = row_starts_in_block(octets[1:-1], quotes, is_quoted=is_quoted, is_behind_end=before in {b"\n", b"\r"})
        first = int(starts[0]) + start if len(starts) else stop
        return Reading(len(starts), first, quotes_are_regular(octets, quotes + 1, form, is_quoted=is_quoted))

    yield Range(start, stop, len(quotes), reading(is_quoted=False), reading(is_quoted=True))


@dataclass(frozen=True)
class _Work:
    """The parts of the gate that a worker needs."""

    contract: Contract
    key: MaskingKey
    origin: RowOrigin

    def checked(self, part: PlainCsv) -> Iterator[_SparkBatch | None]:
        """Yield the part's batches after the first pass; None when the file is not plain CSV."""
        try:
            yield from _Part(_here(part), self).checked()
        except NotPlainError:
            yield None


class _Part(CheckRun):
    """A part's run through the gate; its two passes may be on different workers."""

    def __init__(self, part: PlainCsv, work: _Work) -> None:
        source = Source(lambda: _rows_of(part, work.contract), part.dialect.width, part.header.absent)
        super().__init__(source, work.contract, work.key, work.origin)
        self._part = part

    def checked(self) -> Iterator[_SparkBatch]:
        """Each batch, checked and masked."""
        row = self._part.first_row
        for received in self._source.batches():
            batch, candidates, refused = self._check_batch(received)
            checked = _SparkBatch(self._part, row, batch, each_value_once(candidates), refused)  # else all cards go with each batch
            yield checked
            row += checked.batch.rows + checked.batch.ragged

    def finish(self, checked: _SparkBatch, chosen: Survivors, starts: Rows) -> tuple[pa.Table, pa.Table]:
        """Return the accepted and the quarantined rows of a batch."""
        return self._finish_batch(chosen, SpooledBatch(0, checked.batch, checked.candidates, checked.refused, checked.first_row, starts))


@dataclass
class _SecondPass:
    """The second pass over a part's batches, one after the other."""

    work: _Work
    chosen: Survivors
    _part: _Part | None = None
    _of: PlainCsv | None = None
    _places: ListedOffsets = field(default_factory=lambda: ListedOffsets(NO_ROWS))

    def __call__(self, checked: _SparkBatch) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield the rows of one batch."""
        if self._part is None or self._of != checked.part:
            self._part, self._of = _Part(_here(checked.part), self.work), checked.part
            self._places = ListedOffsets(_starts(_here(checked.part)))
        starts = self._places.take(checked.batch.rows + checked.batch.ragged)
        chosen = self.chosen.of(checked.source_rows) if isinstance(self.chosen, _Shared) else self.chosen
        yield self._part.finish(checked, chosen, starts)


def _here(part: PlainCsv) -> PlainCsv:
    """The part, of the file as this worker sees it."""
    if part.path.is_file():
        return part
    from pyspark import SparkFiles  # noqa: PLC0415 the function, which has no Spark, imports this module, too

    return replace(part, path=Path(SparkFiles.get(part.path.name)))


def _starts(part: PlainCsv) -> Rows:
    """Where the part's rows begin in the file."""
    with part.path.open("rb") as file:
        file.seek(part.data_at)
        text = file.read() if part.data_to is None else file.read(part.data_to - part.data_at)
    return row_starts(memoryview(text), part.dialect.form.quote) + part.data_at


def _counted(checked: _SparkBatch | None) -> Iterator[CheckedBatch | None]:
    """The batch without its keys: what the driver counts."""
    yield replace(checked.batch, keys={}) if checked else None


def _picked(rows: Rows, checked: _SparkBatch) -> Iterator[dict[str, pa.Array]]:
    """Keys and orders of those of the rows that are in the batch."""
    own = bool_array(np.isin(checked.source_rows, rows))
    yield {name: values.filter(own) for name, values in checked.batch.keys.items()}


def _keyed(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each row's key as one text, which no other key has, and its source row."""
    for checked in _unpacked(batches):
        texts = [pc.cast(checked.batch.keys[name], pa.string()) for name in names]
        spelled = [pc.coalesce(joined(pc.cast(pc.binary_length(text), pa.string()), ":", text), literal("-")) for text in texts]
        yield pa.RecordBatch.from_arrays([joined(*spelled, ""), int_array(checked.source_rows)], names=["key", "row"])


def _sharing(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The source rows whose key stands in another row, too; equal keys are all here."""
    shared = pa.Table.from_batches(list(batches), pa.schema([("key", pa.string()), ("row", pa.int64())]))
    codes = numbers(shared["key"].combine_chunks().dictionary_encode().indices) if shared.num_rows else NO_ROWS
    yield _batch(numbers(shared["row"].combine_chunks())[np.bincount(codes)[codes] > 1] if shared.num_rows else NO_ROWS)


def _each(work: Callable[[Any], Iterable[object]]) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Work on packed things, for Spark."""

    def mapped(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for thing in _unpacked(batches):
            yield from map(_batch, work(thing))

    return mapped


def _unpacked(batches: Iterable[pa.RecordBatch]) -> Iterator[Any]:
    for batch in batches:
        yield from (pickle.loads(packed.as_buffer()) for packed in batch.column(0))  # noqa: S301 packed by this very job


def _batch(thing: object) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([pickle.dumps(thing)], pa.binary())], names=["packed"])


def _found(frame: DataFrame) -> list[Any]:
    """Yield the results of the workers, in order."""
    return [pickle.loads(row.packed) for row in frame.collect()]  # noqa: S301 as above
