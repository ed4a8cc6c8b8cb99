"""Risks of entities are those of all their transactions, also where the rows of earlier days are kept."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.domains.retail.compliance_guardian import risk_scores
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.domains.retail.compliance_guardian.risk_scores import PRIOR_TRANSACTIONS, RiskInputs
from headgate.facts.kept_files import MAX_GAP_DAYS, kept_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

pytestmark = pytest.mark.system

DAY = pd.Timestamp("2024-03-01")
COLUMNS = {"card": "card_token", "customer": "customer_id", "terminal": "terminal_id"}


def drawn(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return scored transactions of forty days, the newest one included, and failed payments."""
    rng = np.random.default_rng(seed)
    count = 400
    at = np.sort(rng.integers(-39 * 86_400, 86_400 - 1, count - 1))
    customer = rng.integers(1, 12, count)
    label = rng.choice(np.array([True, False, None], dtype=object), count, p=[0.1, 0.6, 0.3])
    scored = pd.DataFrame(
        {
            "transaction_id": np.arange(1, count + 1),
            "transacted_at": DAY + pd.to_timedelta([*at, 86_399], unit="s"),
            "customer_id": customer,
            "terminal_id": rng.integers(1, 5, count),
            "card_token": [f"k1:{number:02}" for number in customer],
            "pence": rng.integers(1, 9_999, count),
            "is_fraud": pd.array(label, "boolean"),
            "score": rng.random(count),
            "model": Boosting.name,
        }
    ).astype({"transacted_at": "datetime64[us]"})
    failed = pd.DataFrame(
        {
            "card_token": [f"k1:{number:02}" for number in rng.integers(1, 14, 30)],
            "paid_at": (DAY + pd.to_timedelta(rng.integers(-9, 2, 30), unit="D")).astype("datetime64[us]"),
            "status": "failed",
        }
    )
    return scored, failed


def written(
    scored: pd.DataFrame,
    failed: pd.DataFrame,
    folder: Path,
    kept_before: pd.Timestamp,
    *,
    day: pd.Timestamp = DAY,
    earlier: Mapping[pd.Timestamp, str] | None = None,
) -> RiskInputs:
    folder.mkdir(exist_ok=True)
    paths = folder / "scored.parquet", folder / "failed.parquet"
    pq.write_table(pa.Table.from_pandas(scored, preserve_index=False), paths[0])
    payments = ibis.memtable(pa.Table.from_pandas(failed, preserve_index=False))
    risk_scores.write_failed_payments({"payments": payments}, paths[1])
    return RiskInputs([paths[0]], paths[1], day, kept_before, f"scores before {kept_before}", earlier or {})


def expected(scored: pd.DataFrame, failed: pd.DataFrame, kept_before: pd.Timestamp) -> list[dict[str, Any]]:
    """Return the table's rows, computed one entity after the other."""
    units = scored.is_fraud.astype("Float64").fillna(scored.score)
    rows = scored.assign(
        units=units.astype("float64"), known=scored.is_fraud.fillna(value=False).astype(bool)
    )
    recent = rows[rows.transacted_at >= DAY - pd.Timedelta(days=risk_scores.RECENT_DAYS)]
    earlier = recent[recent.transacted_at < kept_before]
    share = (earlier if len(earlier) else recent).units.mean()
    risks = []
    for kind, column in COLUMNS.items():
        for entity, own in sorted(rows.groupby(column), key=lambda group: str(group[0])):
            lately = recent[recent[column] == entity]
            frauds = own[own.known].sort_values(["transacted_at", "transaction_id"], ascending=False)
            risks.append(
                {
                    "entity_type": kind,
                    "entity_id": str(entity),
                    "transactions": len(own),
                    "pence": int(own.pence.sum()),
                    "stolen": int(own.pence[own.known].sum()),
                    "recent_frauds": int(lately.known.sum()),
                    "recent_judged": int(lately.is_fraud.notna().sum()),
                    "newest_frauds": ", ".join(map(str, frauds.transaction_id[:3])) or None,
                    "highest_score": lately.score.max() if len(lately) else None,
                    "failed_payments": int((failed.card_token == entity).sum()) if kind == "card" else 0,
                    "last_seen_at": own.transacted_at.max(),
                    "score": pytest.approx(
                        (lately.units.sum() + PRIOR_TRANSACTIONS * share) / (len(lately) + PRIOR_TRANSACTIONS)
                    ),
                }
            )
    return risks


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(row, name) for name in ("entity_type", "entity_id", "transactions")},
            "pence": int(row.amount * 100),
            "stolen": int(row.fraud_amount * 100),
            "recent_frauds": row.recent_frauds,
            "recent_judged": row.recent_judged,
            "newest_frauds": row.newest_frauds,
            "highest_score": None if pd.isna(row.highest_score) else row.highest_score,
            **{name: getattr(row, name) for name in ("failed_payments", "last_seen_at", "score")},
        }
        for row in table.itertuples()
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kept_before", [DAY, DAY - pd.Timedelta(days=39)], ids=["yesterday", "nothing"])
def test_every_entity_has_the_sums_of_all_its_transactions(
    seed: int, kept_before: pd.Timestamp, tmp_path: Path
) -> None:
    scored, failed = drawn(seed)
    inputs = written(scored, failed, tmp_path, kept_before)
    table = risk_scores.table(inputs, partial(kept_files, {}, folder=tmp_path)).frame()
    assert rows_of(table) == expected(scored, failed, kept_before)


def test_later_transactions_of_the_day_change_only_the_rows_of_their_entities(tmp_path: Path) -> None:
    scored, failed = drawn(7)
    keep = partial(kept_files, {}, folder=tmp_path)
    morning = scored[scored.transacted_at < DAY + pd.Timedelta(hours=1)]
    first = risk_scores.table(written(morning, failed, tmp_path / "morning", DAY), keep)
    second = risk_scores.table(written(scored, failed, tmp_path / "evening", DAY), keep)
    assert second.address == first.address
    later = scored[scored.transacted_at >= DAY]
    touched = {(kind, str(entity)) for kind, column in COLUMNS.items() for entity in later[column]}
    touched |= {("card", token) for token in failed.card_token[failed.paid_at >= DAY]}
    before, after = (
        {(row["entity_type"], row["entity_id"]): row for row in rows_of(made.frame())}
        for made in (first, second)
    )
    changed = {key for key, row in after.items() if row != before.get(key)}
    assert changed
    assert changed <= touched


@pytest.mark.parametrize("days", [1, 40])
def test_a_late_failed_payment_gives_another_base_and_one_of_the_day_does_not(
    days: int, tmp_path: Path
) -> None:
    scored, failed = drawn(3)
    keep = partial(kept_files, {}, folder=tmp_path)
    at = DAY + pd.Timedelta(days=1) - pd.Timedelta(days=days)
    further = pd.concat([failed, failed[:1].assign(paid_at=at)]).astype({"paid_at": "datetime64[us]"})
    addresses = {
        risk_scores.table(written(scored, rows, tmp_path / str(len(rows)), DAY), keep).address
        for rows in (failed, further)
    }
    assert len(addresses) == (1 if days == 1 else 2)


class StoredIn:
    """Finds the files of earlier days in a folder, and counts them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, 0

    def __call__(
        self, name: str, day: date, addresses_of: Callable[[date], Sequence[str]]
    ) -> tuple[date, list[Path]] | None:
        for gap in range(1, MAX_GAP_DAYS + 1):
            earlier = day - timedelta(days=gap)
            paths = [self.folder / f"{name}-{address}.parquet" for address in addresses_of(earlier)]
            if all(path.exists() for path in paths):
                self.files += len(paths)
                return earlier, paths
        return None


@pytest.mark.parametrize("gap", [1, 3])
@pytest.mark.parametrize("days", [39, 20], ids=["more than recent", "recent"])
@pytest.mark.parametrize("seed", range(3))
def test_a_new_day_continues_the_rows_of_an_earlier_day_with_the_bytes_of_a_full_run(
    seed: int, days: int, gap: int, tmp_path: Path
) -> None:
    scored, failed = drawn(seed)
    scored = scored[scored.transacted_at >= DAY - pd.Timedelta(days=days)]
    earlier = DAY - pd.Timedelta(days=gap)
    past = scored[scored.transacted_at < earlier + pd.Timedelta(days=1)]
    keep = partial(kept_files, {}, folder=tmp_path)
    first = risk_scores.table(written(past, failed, tmp_path / "earlier", earlier, day=earlier), keep)
    addresses = {earlier: f"scores before {earlier}"}
    inputs = written(scored, failed, tmp_path / "day", DAY, earlier=addresses)
    stored = StoredIn(tmp_path)
    continued = risk_scores.table(inputs, keep, stored)
    (tmp_path / "full").mkdir()
    full = risk_scores.table(inputs, partial(kept_files, {}, folder=tmp_path / "full"))
    assert stored.files == 1
    assert continued.address == full.address != first.address
    assert continued.base.read_bytes() == full.base.read_bytes()


def test_rows_of_other_scores_or_other_failed_payments_are_not_continued(tmp_path: Path) -> None:
    scored, failed = drawn(5)
    earlier = DAY - pd.Timedelta(days=1)
    past = scored[scored.transacted_at < DAY]
    late = pd.concat([failed, failed[:1].assign(paid_at=DAY - pd.Timedelta(days=9))])
    late = late.astype({"paid_at": "datetime64[us]"})
    keep = partial(kept_files, {}, folder=tmp_path)
    risk_scores.table(written(past, failed, tmp_path / "earlier", earlier, day=earlier), keep)
    same = f"scores before {earlier}"
    for number, (payments, scores) in enumerate([(failed, "other scores"), (late, same)]):
        folder, stored = tmp_path / str(number), StoredIn(tmp_path)
        inputs = written(scored, payments, folder, DAY, earlier={earlier: scores})
        risk_scores.table(inputs, partial(kept_files, {}, folder=folder), stored)
        assert stored.files == 0
