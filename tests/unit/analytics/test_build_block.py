"""Every block makes rows of its derived contract, whatever its table has.

Anomalies and trends of any measure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from headgate.analytics.build_block import block_rows
from headgate.contracts.analytics_blocks import BLOCK_MEASURE, BLOCK_TIME, block_of, with_derived_columns
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.project import BLOCKS as KINDS
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    import pyarrow as pa

pytestmark = pytest.mark.system

BLOCKS = [kind for kind in KINDS if kind != "segments"]
FIRST = date(2024, 1, 1)  # a Monday
COUNTS = Contract(
    id="bikes.curated.counts",
    dataset="counts",
    zone="curated",
    version="1.0.0",
    key=("counter", "day"),
    columns=(
        Column("counter", ColumnType(Kind.STRING), required=True),
        Column("day", ColumnType(Kind.TIMESTAMP), required=True),
        Column("bikes", ColumnType(Kind.DOUBLE)),
    ),
)


def counts(**series: np.ndarray) -> pd.DataFrame:
    """One row per counter and day from FIRST on."""
    frames = [
        pd.DataFrame(
            {
                "counter": name,
                BLOCK_TIME: pd.date_range(FIRST, periods=len(values)),
                BLOCK_MEASURE: np.asarray(values, float),
            }
        )
        for name, values in series.items()
    ]
    return pd.concat(frames, ignore_index=True)


def published(
    kind: str, rows: pd.DataFrame, *, by: bool = True, grain: str = "day", as_of: date | None = None
) -> pa.Table:
    """The audited rows of a block over the counts."""
    options = {
        "of": "counts",
        "measure": "bikes",
        "time": "day",
        "grain": grain,
        "by": ["counter"] if by else [],
    }
    stated = Contract(
        "bikes.prod.made", "made", "prod", "1.0.0", (), properties={f"headgate.{kind}": options}
    )
    contract = own_model(with_derived_columns({"made": stated}, {"counts": COUNTS})["made"])
    block = block_of(contract)
    assert block
    as_of = as_of or (rows[BLOCK_TIME].max().date() if len(rows) else FIRST)
    made = rows_by_contract(
        contract,
        block_rows(block, ibis.memtable(rows), as_of).assign(as_of=as_of, snapshot_id="0123456789abcdef"),
    )
    audit(contract, made)
    keys = [tuple(row[name] for name in contract.key) for row in made.to_pylist()]
    assert keys == sorted(set(keys))
    return made


NONE = counts(a=np.ones(1)).iloc[:0]


def dated(*days: str) -> pd.DataFrame:
    return pd.DataFrame({"counter": "a", BLOCK_TIME: pd.to_datetime(list(days)), BLOCK_MEASURE: 1.0})


@pytest.mark.parametrize(
    ("grain", "days", "periods"),
    [
        ("week", pd.date_range("2024-01-05", periods=60, freq="W-FRI"), 60),
        ("month", pd.date_range("2022-01-01", periods=30, freq="MS"), 30),
        ("month", pd.date_range("2022-01-31", periods=30, freq="ME"), 30),
        # Rows on several days of a week: the last week ends with the data on a Friday and is not whole.
        ("week", pd.date_range("2024-01-05", periods=60 * 7 - 6, freq="D"), 58),
    ],
    ids=["each Friday", "each first", "each last day", "every day"],
)
def test_one_date_in_each_period_is_the_whole_period(
    grain: str, days: pd.DatetimeIndex, periods: int
) -> None:
    made = published("trend", dated(*map(str, days)), grain=grain)
    assert made["periods"].to_pylist() == [periods]


@pytest.mark.parametrize("kind", BLOCKS)
@pytest.mark.parametrize("by", [True, False], ids=["by", "all"])
@pytest.mark.parametrize(
    "rows",
    [
        counts(a=np.arange(200.0), b=np.ones(3), c=np.zeros(200)),
        counts(a=np.where(np.arange(400) % 50, 0.0, 9.0)),
        counts(a=-100 + np.sin(np.arange(250.0))),
        counts(a=np.array([np.nan] * 30), b=np.ones(1)),
        NONE.astype({"counter": "str", BLOCK_TIME: "datetime64[us]"}),
    ],
    ids=["short and zero", "seldom", "negative", "null", "none"],
)
def test_rows_of_any_table_fit_the_derived_contract(kind: str, rows: pd.DataFrame, *, by: bool) -> None:
    made = published(kind, rows, by=by)
    assert set(made["counter"].to_pylist()) == set(rows.counter) if by else made.num_rows


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_series_that_is_not_among_the_largest_says_so(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.analytics.series.MAX_SERIES", 1)
    rows = published(kind, counts(a=np.full(30, 9.0), b=np.ones(30))).to_pylist()
    assert [row["status"] for row in rows if row["counter"] == "b"] == ["too_many_series"]


def test_a_period_far_from_those_like_it_is_unusual() -> None:
    """A Sunday is compared with Sundays: quiet ones are usual, one without anybody is not."""
    week = np.array([100, 104, 98, 101, 99, 50, 20.0])
    values = np.tile(week, 40) + np.random.default_rng(2).normal(size=280)
    values[100], values[150] = 200, 0
    rows = published("anomalies", counts(a=values)).to_pylist()
    unusual = {row["period_on"]: row["direction"] for row in rows if row["direction"]}
    assert unusual == {FIRST + timedelta(days=100): "above", FIRST + timedelta(days=150): "below"}
    assert all(row["lower"] <= row["expected"] <= row["upper"] for row in rows)
    assert {row["status"] for row in rows} == {"judged"}


@pytest.mark.parametrize(
    ("values", "status"), [(np.ones(60), "too_little_history"), (np.arange(300.0) % 5 // 4, "mostly_zero")]
)
def test_a_series_that_cannot_be_judged_says_why(values: np.ndarray, status: str) -> None:
    rows = published("anomalies", counts(a=values)).to_pylist()
    assert {(row["status"], row["direction"], row["expected"]) for row in rows} == {(status, None, None)}


def test_a_rise_is_measured_and_dated() -> None:
    rows = published(
        "trend", counts(a=np.r_[np.full(280, 10.0), np.full(280, 30.0)], b=5 + np.arange(560.0)), grain="week"
    ).to_pylist()
    step, line = rows
    assert (step["changes"], step["change_on"], step["change_share"]) == (
        1,
        FIRST + timedelta(days=280),
        pytest.approx(2.0),
    )
    assert (line["direction"], line["slope_per_period"], line["changes"]) == (
        "rising",
        pytest.approx(49.0),
        0,
    )
    assert {row["status"] for row in rows} == {"measured"}


# Days of a year that rises to its end, and begins low again.
YEAR = np.repeat([100.0] * 30 + [100.0 + 20 * week for week in range(22)], 7)


@pytest.mark.parametrize("grain", ["day", "week"])
@pytest.mark.parametrize(
    ("values", "direction"),
    [
        (YEAR, "unknown"),
        (np.r_[YEAR, YEAR[: 7 * 7]], "unknown"),
        (np.r_[YEAR, YEAR[: 7 * 20]], "flat"),
        (np.r_[YEAR, 0.8 * YEAR[: 7 * 20]], "falling"),
        (np.r_[YEAR, 1.2 * YEAR[: 7 * 20]], "rising"),
        (np.r_[YEAR, YEAR[: 7 * 20] + 5] - 1_000, "rising"),
    ],
    ids=["one season", "seven weeks more", "a season again", "less", "more", "below zero"],
)
def test_a_season_that_was_seen_once_is_no_trend(values: np.ndarray, direction: str, grain: str) -> None:
    """Until two years are known, weeks are compared with those of last year; eight are needed."""
    (trend,) = published("trend", counts(a=values), grain=grain).to_pylist()
    assert (trend["direction"], trend["status"]) == (direction, "measured")
    assert trend["slope_per_period"] is not None
    assert 0 <= trend["p_value"] <= 1


def test_two_years_have_the_trend_of_their_slope() -> None:
    values = np.r_[YEAR, YEAR + 1] + np.random.default_rng(8).normal(0, 1, 2 * YEAR.size)
    (short,) = published("trend", counts(a=values[7:]), grain="week").to_pylist()
    (long,) = published("trend", counts(a=values), grain="week").to_pylist()
    assert short["direction"] == "rising"  # each week is one above the same of last year
    assert long["p_value"] == pytest.approx(stats.kendalltau(range(104), weeks_of(values)).pvalue)


def weeks_of(values: np.ndarray) -> np.ndarray:
    return np.asarray(values.reshape(-1, 7).sum(axis=1))


def test_incomplete_periods_are_no_fall() -> None:
    """Two days of a week are not compared with whole weeks."""
    values = np.full(7 * 70 + 2, 10.0)
    (trend,) = published("trend", counts(a=values), grain="week").to_pylist()
    assert (trend["periods"], trend["direction"], trend["recent_mean"]) == (70, "flat", 70.0)
    assert not [
        row for row in published("anomalies", counts(a=values), grain="week").to_pylist() if row["direction"]
    ]


def test_a_short_series_has_no_trend_and_says_so() -> None:
    (trend,) = published("trend", counts(a=np.ones(5))).to_pylist()
    assert (trend["status"], trend["periods"], trend["direction"], trend["slope_per_period"]) == (
        "too_little_history",
        5,
        None,
        None,
    )


@pytest.mark.parametrize("later", [1, 10, 400])
def test_a_table_that_ends_before_others_of_the_lake_has_no_zeros_after_its_end(later: int) -> None:
    """The day of the data is that of the lake, whose other tables may reach further."""
    as_of = FIRST + timedelta(days=199 + later)
    ahead = published("forecast", counts(a=np.full(200, 10.0)), as_of=as_of).to_pylist()
    assert ahead[0]["period_on"] == FIRST + timedelta(days=200)
    assert {round(row["mean"], 6) for row in ahead} == {10.0}
    days = published("anomalies", counts(a=np.full(200, 10.0)), as_of=as_of).to_pylist()
    assert [row["actual"] for row in days] == [10.0] * 200


@pytest.mark.parametrize("as_of", [date(2025, 12, 31), date(2027, 6, 1)])
def test_rows_that_are_dated_by_the_first_day_of_their_month_are_whole_months(as_of: date) -> None:
    """The month of the last row is complete once the lake knows its end."""
    months = pd.DataFrame(
        {"counter": "a", BLOCK_TIME: pd.date_range(FIRST, periods=24, freq="MS"), BLOCK_MEASURE: 5.0}
    )
    (trend,) = published("trend", months, grain="month", as_of=as_of).to_pylist()
    assert (trend["periods"], trend["recent_mean"]) == (24, 5.0)


def segments(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The audited rows of segments of meters by two sums."""
    sums = [Column(name, ColumnType(Kind.DOUBLE)) for name in ("day", "night")]
    table = replace(COUNTS, columns=(*sums, Column("meter", ColumnType(Kind.BIGINT), required=True)), key=())
    options = {"of": "counts", "measures": ["day", "night"], "by": ["meter"]}
    stated = Contract(
        "meters.prod.made", "made", "prod", "1.0.0", (), properties={"headgate.segments": options}
    )
    contract = own_model(with_derived_columns({"made": stated}, {"counts": table})["made"])
    block = block_of(contract)
    assert block
    made = rows_by_contract(
        contract,
        block_rows(block, ibis.memtable(rows), FIRST).assign(as_of=FIRST, snapshot_id="0123456789abcdef"),
    )
    audit(contract, made)
    return list(made.to_pylist())


def test_members_that_are_alike_are_one_segment() -> None:
    """Households use power in the day or at night; names say which measures are far from the mean.

    Rows of one member are summed.
    """
    random = np.random.default_rng(3)
    kinds = random.permutation(np.repeat([0, 1, 2], 60))
    day, night = (
        np.array(sums)[kinds] * random.uniform(0.9, 1.1, 180) for sums in ([1000, 20, 20], [20, 20, 1000])
    )
    rows = pd.DataFrame({"meter": np.arange(180), "day": day / 2, "night": night / 2})
    made = segments(pd.concat([rows, rows], ignore_index=True))
    assert [row["meter"] for row in made] == [*range(180)]
    by_kind = [
        {row["segment_name"] for row, kind in zip(made, kinds, strict=True) if kind == number}
        for number in range(3)
    ]
    assert by_kind == [{"high day, low night"}, {"low day, low night"}, {"low day, high night"}]
    assert {row["segment"] for row, kind in zip(made, kinds, strict=True) if kind == 2} == {0}
    assert made[0]["stability"] == pytest.approx(1.0)
    assert made[0]["day"] == pytest.approx(day[0])


def test_a_member_without_a_value_has_no_segment_and_says_so() -> None:
    random = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "meter": np.arange(80),
            "day": random.uniform(1, 9, 80),
            "night": [np.nan, *random.uniform(1, 9, 79)],
        }
    )
    first, *others = segments(rows)
    assert (first["status"], first["segment"], first["segment_name"]) == ("missing_value", None, None)
    assert {row["status"] for row in others} == {"grouped"}


@pytest.mark.parametrize("count", [0, 1, 40])
def test_too_few_members_have_no_segments_and_say_so(count: int) -> None:
    rows = pd.DataFrame({"meter": np.arange(count), "day": np.arange(count) * 1.0, "night": np.ones(count)})
    assert [(row["status"], row["segment"]) for row in segments(rows)] == [("too_few_members", None)] * count
