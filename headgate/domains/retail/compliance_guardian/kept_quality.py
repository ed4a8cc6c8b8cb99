"""The figures of a period's scores in a file, stored for periods that have ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.measures import Measure
from headgate.engines.frames import frame_of
from headgate.learning.calibration import Reliability
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from headgate.domains.retail.compliance_guardian.scored_periods import Period
    from headgate.facts.kept_files import KeepFiles

KEPT = "fraud_quality"
RANKINGS = ("score", "amount_to_usual")
_WHOLE, _DAILY, _BINS, _FRAUDS = "whole", "daily", "bins", "frauds"
_SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("model", pa.string()),
        ("metric", pa.string()),
        ("period", pa.string()),
        ("value", pa.float64()),
        ("baseline", pa.float64()),
        ("baseline_model", pa.string()),
        ("rows_used", pa.int64()),
        ("note", pa.string()),
        ("customer_id", pa.int64()),
        ("at", pa.timestamp("us")),
    ]
)


def _nobody() -> dict[str, dict[int, pd.Timestamp]]:
    return {ranking: {} for ranking in RANKINGS}


@dataclass
class FraudMemory:
    """The frauds of the days before, as days remember them.

    Attributes:
        frauds: the newest transactions that turned out to be fraud; None where there are none.
        seen: customers who were found, with the day, by ranking, in the order of the days.
    """

    frauds: pd.DataFrame | None = None
    seen: dict[str, dict[int, pd.Timestamp]] = field(default_factory=_nobody)


@dataclass(frozen=True)
class PeriodQuality:
    """The figures of one period.

    Attributes:
        memory: of the days up to its end.
    """

    whole: Sequence[Measure]
    daily: Sequence[Measure]
    reliability: Reliability
    memory: FraudMemory


@dataclass(frozen=True)
class KeptQuality:
    """Keeps the figures of periods.

    Args:
        addresses: of the periods that are over, by their first day: hashes of all that their figures follow
            from.
    """

    keep: KeepFiles
    addresses: Mapping[pd.Timestamp, str]

    def of(self, period: Period, measure: Callable[[], PeriodQuality]) -> PeriodQuality:
        """Return the figures of a period: kept, or measured now and kept if it is over."""
        if period.start not in self.addresses:
            return measure()

        def write(_: Sequence[int], paths: Sequence[Path]) -> None:
            pq.write_table(_table(measure()), paths[0])

        (path,) = self.keep(KEPT, [self.addresses[period.start]], write)
        return _quality(table_of(path))


def _table(quality: PeriodQuality) -> pa.Table:
    frauds = [] if quality.memory.frauds is None else quality.memory.frauds.itertuples(index=False)
    rows = [
        *({"part": _WHOLE, **asdict(measure)} for measure in quality.whole),
        *({"part": _DAILY, **asdict(measure)} for measure in quality.daily),
        *({"part": _BINS, "value": value} for value in quality.reliability.sums.ravel().tolist()),
        *({"part": _FRAUDS, "customer_id": row.customer_id, "at": row.transacted_at} for row in frauds),
        *(
            {"part": ranking, "customer_id": customer, "at": day}
            for ranking, seen in quality.memory.seen.items()
            for customer, day in seen.items()
        ),
    ]
    return pa.Table.from_pylist(rows, _SCHEMA)


def _quality(rows: pa.Table) -> PeriodQuality:
    frame = frame_of(rows)
    parts = {part: frame[frame.part == part] for part in (_WHOLE, _DAILY, _BINS, _FRAUDS, *RANKINGS)}
    frauds = parts[_FRAUDS][["customer_id", "at"]].rename(columns={"at": "transacted_at"})
    seen = {
        ranking: dict(zip(parts[ranking].customer_id.tolist(), parts[ranking]["at"], strict=True))
        for ranking in RANKINGS
    }
    memory = FraudMemory(frauds.astype({"customer_id": "int64"}) if len(frauds) else None, seen)
    sums = np.array(parts[_BINS]["value"], dtype=np.float64).reshape(len(Reliability().sums), -1)
    whole, daily = (
        _measures(rows.filter(pa.array((frame.part == part).to_numpy()))) for part in (_WHOLE, _DAILY)
    )
    return PeriodQuality(whole, daily, Reliability(sums), memory)


def _measures(rows: pa.Table) -> list[Measure]:
    return [Measure(**row) for row in rows.select([field.name for field in fields(Measure)]).to_pylist()]
