"""fraud_scores in ranges of numbers: the rows of one sort, and equal addresses have equal rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.domains.retail.compliance_guardian import fraud_scores
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.engines import local
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headgate.systems.rows_by_range import RowsByRange

pytestmark = pytest.mark.unit

DAY_ROWS = 40


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fraud_scores, "PART_ROWS", 30)


def scored(ids: Sequence[int], score: float = 0.5) -> pa.Table:
    """Return scored transactions with these numbers, each a second after the one before."""
    count = len(ids)
    return pa.table(
        {
            "transaction_id": pa.array(ids, pa.int64()),
            "transacted_at": pa.array(np.arange(count) * 1_000_000, pa.timestamp("us")),
            "customer_id": pa.array(range(count), pa.int64()),
            "terminal_id": pa.array([7] * count, pa.int64()),
            "pence": pa.array([100 + number for number in ids], pa.int64()),
            "score": pa.array([score] * count, pa.float64()),
            "decision": ["accept"] * count,
            **{f"reason_{end}": pa.array([None] * count, pa.string()) for end in (1, 2, 3, "words")},
            "model": [Boosting.name] * count,
            "is_fraud": pa.array([None] * count, pa.bool_()),
        }
    )


def days_of(count: int) -> list[Sequence[int]]:
    return [range(first, first + DAY_ROWS) for first in range(0, count * DAY_ROWS, DAY_ROWS)]


def files_in(folder: Path, days: Iterable[pa.Table]) -> list[Path]:
    """Write each day to a file that is named after its rows, as a kept file is."""
    folder.mkdir(exist_ok=True)
    paths = []
    for rows in days:
        body = rows.to_pydict()
        paths.append(folder / f"fraud_days-{hash(str(body)):x}.parquet")
        pq.write_table(rows, paths[-1])
    return paths


def reviewed_in(folder: Path, *ids: int) -> Path:
    path = folder / "reviewed.parquet"
    actions = pa.array(["fraud"] * len(ids), pa.string())
    pq.write_table(pa.table({"transaction_id": pa.array(ids, pa.int64()), "reviewed_as": actions}), path)
    return path


def by_range(days: Iterable[pa.Table], folder: Path, *reviewed: int) -> RowsByRange:
    folder.mkdir()
    paths = files_in(folder, days)
    made = fraud_scores.table_by_range(paths, reviewed_in(folder, *reviewed))
    assert made
    sorted_rows = _sorted(paths, folder / "reviewed.parquet")
    for path in folder.iterdir():  # a build's files are gone when the rows are asked for
        path.unlink()
    assert rows_of(made).equals(sorted_rows.cast(made.schema))
    assert made.row_count == sorted_rows.num_rows
    return made


def _sorted(paths: Sequence[Path], reviewed: Path) -> pa.Table:
    with local.opened({"scored": [*map(str, paths)], "reviewed": str(reviewed)}) as opened:
        made = fraud_scores.table(opened["scored"], opened["reviewed"])
        return table_of(made.path).combine_chunks()


def rows_of(made: RowsByRange) -> pa.Table:
    batches = (batch for place in range(len(made.addresses)) for batch in made.read(place))
    return pa.Table.from_batches(batches, made.schema).combine_chunks()


def rows_by_address(made: RowsByRange) -> dict[str, list[dict[str, object]]]:
    return {
        address: pa.Table.from_batches(made.read(place), made.schema).to_pylist()
        for place, address in enumerate(made.addresses)
    }


def test_the_ranges_together_are_the_rows_of_one_sort(tmp_path: Path) -> None:
    made = by_range(map(scored, days_of(5)), tmp_path / "a", 3, 170)
    assert len(made.addresses) == 5
    reviews = [row["transaction_id"] for row in rows_of(made).to_pylist() if row["reviewed_as"]]
    assert reviews == [3, 170]


def test_a_new_day_gives_a_new_range_and_no_other_address(tmp_path: Path) -> None:
    before = by_range(map(scored, days_of(4)), tmp_path / "a")
    after = by_range(map(scored, days_of(5)), tmp_path / "b")
    assert list(after.addresses[:4]) == list(before.addresses)


def test_numbers_that_cross_midnight_are_in_the_range_of_their_number(tmp_path: Path) -> None:
    """Two clocks number the transactions of a shop: some of a day come with the numbers of the next one."""
    days = [[*day] for day in days_of(4)]
    days[1][-1], days[2][0] = days[2][0], days[1][-1]
    before = by_range(map(scored, days), tmp_path / "a")
    changed = [*map(scored, days)]
    changed[2] = scored(days[2], score=0.25)
    after = by_range(changed, tmp_path / "b")
    kept = set(before.addresses) & set(after.addresses)
    assert 0 < len(kept) < len(before.addresses)
    first, second = rows_by_address(before), rows_by_address(after)
    assert all(first[address] == second[address] for address in kept)


def test_a_review_changes_the_range_of_its_transaction_alone(tmp_path: Path) -> None:
    before = by_range(map(scored, days_of(4)), tmp_path / "a")
    after = by_range(map(scored, days_of(4)), tmp_path / "b", 2 * DAY_ROWS + 5)
    differ = [pair[0] != pair[1] for pair in zip(before.addresses, after.addresses, strict=True)]
    assert differ == [False, False, True, False]


def test_other_scores_of_a_day_change_its_range(tmp_path: Path) -> None:
    before = by_range(map(scored, days_of(3)), tmp_path / "a")
    days = [*map(scored, days_of(3))]
    after = by_range([days[0], scored(days_of(3)[1], score=0.1), days[2]], tmp_path / "b")
    differ = [pair[0] != pair[1] for pair in zip(before.addresses, after.addresses, strict=True)]
    assert differ == [False, True, False]


def test_small_days_share_a_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fraud_scores, "PART_ROWS", 2 * DAY_ROWS)
    before, after = (by_range(map(scored, days_of(days)), tmp_path / str(days)) for days in (5, 6))
    assert (len(before.addresses), len(after.addresses)) == (3, 3)
    assert list(before.addresses[:2]) == list(after.addresses[:2])
    assert before.addresses[2] != after.addresses[2]


def test_few_rows_and_numbers_in_another_order_than_time_are_sorted_as_a_whole(tmp_path: Path) -> None:
    reviewed = reviewed_in(tmp_path)
    few = files_in(tmp_path / "few", [scored(range(10))])
    assert fraud_scores.table_by_range(few, reviewed) is None
    mixed = [scored(range(first, 400, 8)) for first in range(8)]
    assert fraud_scores.table_by_range(files_in(tmp_path / "mixed", mixed), reviewed) is None
