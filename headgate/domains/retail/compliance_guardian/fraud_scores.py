"""fraud_scores: each card transaction's score, why, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian.boosting_models import Isolation
from headgate.domains.retail.compliance_guardian.decisions import BLOCK_CALL_GBP
from headgate.domains.retail.compliance_guardian.features import pounds
from headgate.domains.retail.margin import MARGIN_SHARE
from headgate.engines import local
from headgate.engines.write_rows import row_batches, write_rows
from headgate.facts.kept_files import address_of
from headgate.systems.rows_by_range import RowsByRange
from headgate.systems.rows_in_file import OwnFolder, RowsInFile, unstamped_schema
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import ibis

TABLE = "fraud_scores"
_ID = "transaction_id"
_JUDGED = ("decision", "reason_1", "reason_2", "reason_3", "reason_words", "model")
_TEXTS = (*_JUDGED, "reviewed_as")
_COLUMNS = (
    _ID,
    "transacted_at",
    "customer_id",
    "terminal_id",
    "amount",
    "score",
    *_JUDGED,
    "expected_loss",
    "cost_of_blocking",
    "is_fraud",
    "reviewed_as",
    "to_decide",
)
PART_ROWS = 65_536  # of a range at least
# times the rows of all files: where numbers do not ascend with time, each range has rows of many files
_MAX_READ = 2


def table(scored: ibis.Table, reviewed: ibis.Table, margin: float = MARGIN_SHARE) -> RowsInFile:
    """Return the table's rows, one per transaction, by number.

    Args:
        scored: all transactions with the columns of `scored_periods.Period`.
        reviewed: the newest decision of reviewers, by transaction, as `reviews.Reviews.write` wrote it.
        margin: share of the revenue that the shop keeps.
    """
    made = RowsInFile.new(TABLE, keeps_parts=True)
    write_rows(_rows(scored, reviewed, margin), made.path, _TEXTS)
    return made


def _rows(scored: ibis.Table, reviewed: ibis.Table, margin: float) -> ibis.Table:
    amount = pounds(scored.pence).cast("decimal(12, 2)")
    rows = scored.mutate(amount=amount).left_join(reviewed, _ID)
    is_open = rows.is_fraud.isnull() & rows.reviewed_as.isnull()
    cost = (1 - rows.score) * (BLOCK_CALL_GBP + margin * rows.amount.cast("double"))
    rows = rows.mutate(
        to_decide=is_open & (rows.decision != "approve"),
        expected_loss=(rows.score * rows.amount.cast("double")).round(2).cast("decimal(12, 2)"),
        cost_of_blocking=(rows.model != Isolation.name).ifelse(cost.round(2), None).cast("decimal(12, 2)"),
    )
    return rows.select(*_COLUMNS).order_by(_ID)


@dataclass(frozen=True)
class _ScoredFile:
    """Scored transactions of some days, whose file is named after the address that its rows follow from."""

    path: Path
    rows: int
    low: int
    high: int

    @classmethod
    def of(cls, path: Path) -> _ScoredFile:
        """Return what the end of the file states."""
        with pq.ParquetFile(path) as file:
            place = file.schema_arrow.get_field_index(_ID)
            groups = [file.metadata.row_group(group).column(place) for group in range(file.num_row_groups)]
            ends = [group.statistics for group in groups]
            rows = file.metadata.num_rows
        return cls(path, rows, min(end.min for end in ends), max(end.max for end in ends))


@dataclass(frozen=True)
class _Range:
    """Transactions with a number from `low` on and below `after`, and the files that have some of them."""

    low: int
    after: int | None
    files: tuple[_ScoredFile, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no other range has rows of these files."""
        return all(
            file.low >= self.low and (self.after is None or file.high < self.after) for file in self.files
        )

    def of(self, rows: ibis.Table) -> ibis.Table:
        """Return the rows with these numbers."""
        from_low = rows.filter(rows[_ID] >= self.low)
        return from_low if self.after is None else from_low.filter(from_low[_ID] < self.after)

    def address(self, reviewed: pa.Table, margin: float) -> str:
        """Return the address of the range's rows. The numbers matter where a file has rows beside them."""
        ids = reviewed[_ID]
        is_own = pc.greater_equal(ids, self.low)
        if self.after is not None:
            is_own = pc.and_(is_own, pc.less(ids, self.after))
        ends = () if self.is_whole else (str(self.low), str(self.after))
        names = (file.path.name for file in self.files)
        return address_of(*names, *ends, str(margin), str(reviewed.filter(is_own).to_pylist()))


def table_by_range(paths: Sequence[Path], reviewed: Path, margin: float = MARGIN_SHARE) -> RowsByRange | None:
    """Return the table in ranges of numbers; None where one sort of all rows is cheaper.

    This is so for few rows, and for numbers in another order than time.

    Args:
        paths: of kept files with scored transactions, in the order of time; the name of each has its address.
        reviewed: as `reviews.Reviews.write` wrote it.
        margin: share of the revenue that the shop keeps.
    """
    folder = OwnFolder()  # the rows are asked for when the files of the build are gone
    files = [_ScoredFile.of(folder.link(path)) for path in paths]
    row_count = sum(file.rows for file in files)
    ranges = _ranges(files)
    if row_count < PART_ROWS or sum(file.rows for each in ranges for file in each.files) > (
        _MAX_READ * row_count
    ):
        return None
    folder.link(reviewed)
    decided = table_of(reviewed)

    def read(place: int) -> Iterator[pa.RecordBatch]:
        own, decided_at = ranges[place], str(folder.path / reviewed.name)
        paths = [str(file.path) for file in own.files]
        with local.opened({"scored": paths, "reviewed": decided_at}) as opened:
            for rows in row_batches(_rows(own.of(opened["scored"]), opened["reviewed"], margin)):
                yield from rows.cast(schema).to_batches()

    schema = unstamped_schema(Registry.load().prod[TABLE])
    return RowsByRange(schema, [each.address(decided, margin) for each in ranges], row_count, read)


def _ranges(files: Sequence[_ScoredFile]) -> list[_Range]:
    """Return ranges that begin where files begin, each with `PART_ROWS` rows or more, but for the last."""
    begins, rows = [], PART_ROWS
    for low, of_low in groupby(sorted(files, key=lambda file: file.low), lambda file: file.low):
        if rows >= PART_ROWS:
            begins.append(low)
            rows = 0
        rows += sum(file.rows for file in of_low)
    return [
        _Range(
            low,
            after,
            tuple(file for file in files if file.high >= low and (after is None or file.low < after)),
        )
        for low, after in pairwise([*begins, None])
        if low is not None
    ]
