"""The tables of all systems, built at past days, against what the shop did next and against naive rules.

The last line is JSON.

    make bench-next-year [DATA=invoices.csv] [ORIGINS=2] [SHOPS=online-retail,generated-6000]

DATA is a CSV, a workbook or a folder in the layout of UCI Online Retail II, of one year or two: the columns
Invoice, StockCode, Description, Quantity, InvoiceDate (2009-12-01 07:45:00), Price (6.95), Customer ID and
Country, separated by commas. Its origins are the ends of 9, 12, 18 and 24 months of history as far as data
follow them, so before and after Christmas. Without DATA: the first year of Online Retail II, split, and
generated shops of three sizes over three years with a season, growth, promotions and a closed fortnight.
ORIGINS is the number of origins of each shop, spread over its history. Two of them are judged at once, each
in a process of its own. Without both, the library of shops (`shop_library.py`) is forecast as well, and
docs/forecast-shops.md is written. SHOPS names some of the shops that are judged without DATA: online-retail,
generated-6000, generated-12000, generated-24000. The rows of an origin are kept in
`.headgate/bench/next-year-rows` until the code of the models changes. LIBRARY=launch,olist forecasts these
shapes or shops of the library alone, keeps their rows for a later run, and writes no page.

The tables of retail-copilot and global-market-pulse describe the past and forecast nothing, so they have no
row. One row per table, measure and origin: the table's figure, the same of the naive rule, and whether the
table is at least as good, and the method that the table names. A rank or an AUC is better when higher, an
error when lower, a ratio when nearer to 1. An 80 % interval that covers less than 72 %, a calibration error
above 0.05 and a total that is more than 20 % off are misses, whatever a naive rule has.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.metrics import brier_score_loss, roc_auc_score

from benchmarks.models import forecast_shops
from benchmarks.models.customer_bounds import customer_bounds
from benchmarks.models.kept_rows import code_digest, kept_json
from benchmarks.systems.merged_shop import KEPT, kept_shop, online_retail
from headgate.analytics.forecast_errors import smape
from headgate.analytics.periods import whole_periods
from headgate.domains.retail import (
    compliance_guardian,
    demand_insights_engine,
    market_intelligence_hub,
)
from headgate.domains.retail.demand_insights_engine import churn, features
from headgate.domains.retail.demand_insights_engine.customer_value import Method, method_of_year
from headgate.domains.retail.market_intelligence_hub.calendar import events_of
from headgate.domains.retail.market_intelligence_hub.features import DailySales, sales_by_period
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy
from headgate.domains.retail.market_intelligence_hub.sales_forecast import sales_forecast
from headgate.engines.one_thread import one_thread
from headgate.errors import HeadgateError, SettingsError
from headgate.learning.store import Shelf
from scripts.generated_shop.shop import ShopSpec
from scripts.online_retail.uci import find_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.models.customer_bounds import CustomerBounds

    Bounds = Mapping[tuple[str, date], tuple[CustomerBounds, CustomerBounds]]

YEAR = 364
MONTHS_OF_HISTORY = (9, 12, 18, 24)
LEAST_HISTORY_DAYS, LEAST_AHEAD_DAYS = 180, 42
YEARS = 20  # at most, of a history
ALL_CATEGORIES = 1_000  # none is summed
CLOSED = (date(2023, 8, 7), date(2023, 8, 20))
ORIGINS = 2  # of each shop
AT_ONCE = 2  # as many as there are cores
SIZES = (6_000, 12_000, 24_000)  # orders of the generated shops
DATASETS = (
    "customers",
    "orders",
    "order_items",
    "products",
    "regions",
    "card_transactions",
    "payments",
    "search_queries",
)
HIGHER, LOWER, NEAR_ONE = "higher", "lower", "near one"
TOLERANCE = 0.005  # a table this near to the naive rule is as good
LEAST_COVERAGE, MOST_ECE, MOST_RATIO = 0.72, 0.05, 1.2


@dataclass(frozen=True)
class Row:
    """One measure of one table at one origin, beside the naive rule's.

    `better` is "higher", "lower" or "near one".
    """

    table: str
    measure: str
    value: float
    naive: float
    rule: str
    better: str
    published: str = ""

    @property
    def is_beaten(self) -> bool:
        """The naive rule was better."""
        if not (np.isfinite(self.value) and np.isfinite(self.naive)):
            return False
        if self.better == NEAR_ONE:
            return bool(abs(np.log(max(self.value, 1e-9))) > abs(np.log(max(self.naive, 1e-9))) + TOLERANCE)
        worse = self.naive - self.value if self.better == HIGHER else self.value - self.naive
        return bool(worse > TOLERANCE * max(abs(self.naive), 1e-9))

    @property
    def is_missed(self) -> bool:
        """The mark of the measure, whatever the naive rule has, is missed."""
        if self.measure == "coverage80":
            return self.value < LEAST_COVERAGE
        if self.measure == "ece":
            return self.value > MOST_ECE
        return self.measure == "ratio" and not 1 / MOST_RATIO <= self.value <= MOST_RATIO


Results = list[tuple[str, date, Row]]
Figures = dict[str, float | int | None]


def main() -> int:
    """Measure every shop and print the summary.

    Print an expected failure as one line, and return the exit code.
    """
    try:
        with one_thread():
            measure()
    except HeadgateError as error:
        print(f"bench-next-year: {error}", file=sys.stderr)
        return 1
    return 0


def measure() -> None:
    """Measure every shop and print the summary."""
    if some := os.environ.get("LIBRARY"):
        print(forecast_shops.rows_of(some.split(",")).round(3).to_string())
        return
    most = int(os.environ.get("ORIGINS") or ORIGINS)
    code = code_digest(Path(__file__))
    tasks = [
        (name, folder, origin, code)
        for name, folder in shops()
        for origin in _spread(origins_of(tables_of(folder)), most)
    ]
    if not tasks:
        raise SettingsError(
            "No shop is measured. Set DATA to a file, or SHOPS to names that "
            "`benchmarks/models/next_year.py` lists."
        )
    results: Results = []
    # Each origin has one core. joblib's idle workers would also keep a finished process, and the JSON line,
    # for 300 s.
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"
    # DuckDB's threads do not survive a fork.
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        for (name, _, origin, _), (rows, seconds) in zip(tasks, pool.map(_judged_alone, tasks), strict=True):
            results += [(name, origin, row) for row in rows]
            for row in rows:
                verdict = "beaten" if row.is_beaten else "missed" if row.is_missed else "ok"
                figures = f"{row.value:10.3f} {row.rule:>24} {row.naive:10.3f}"
                print(
                    f"{name:22} {origin} {row.table:24} {row.measure:14} {figures} {verdict:6} "
                    f"{row.published}",
                    flush=True,
                )
            print(f"{name:22} {origin} {seconds:.0f} s", flush=True)
    is_whole = not (os.environ.get("DATA") or os.environ.get("SHOPS"))
    bounds = _bounds_of(results)
    own, true = _against_bounds(results, bounds)
    if not is_whole:
        print(json.dumps(summary(results) | {"generated": own, "true": true}))
        return
    library = forecast_shops.measured(_customers_section(results, bounds))
    figures = summary(results, int(library.total["shops_beaten_by_naive"])) | library.total
    print(json.dumps(figures | {"generated": own | library.generated, "true": true | library.true}))


def _judged_alone(task: tuple[str, Path, date, str]) -> tuple[list[Row], float]:
    """The rows of one shop at one origin, and the seconds that they took.

    Kept, so that a run that was stopped continues.
    """
    _, folder, origin, code = task

    def make() -> dict[str, object]:
        began = time.monotonic()
        rows = [asdict(row) for row in judged(tables_of(folder), origin) if np.isfinite(row.value)]
        return {"rows": rows, "seconds": time.monotonic() - began}

    kept = kept_json(KEPT / "next-year-rows" / f"{folder.name}-{origin}-{code}.json", make)
    return [Row(**row) for row in kept["rows"]], kept["seconds"]


def tables_of(folder: Path) -> dict[str, ibis.Table]:
    """The datasets of a kept shop."""
    return {
        dataset: ibis.read_parquet(folder / f"{dataset}.parquet")
        for dataset in DATASETS
        if (folder / f"{dataset}.parquet").is_file()
    }


def _spread(days: list[date], most: int) -> list[date]:
    """At most so many of the days, evenly spread, with the first and the last."""
    if len(days) <= most:
        return days
    return [days[round(place)] for place in np.linspace(0, len(days) - 1, most)]


def shops() -> Iterator[tuple[str, Path]]:
    """Name and folder of each shop: what DATA names, else the known year and the generated ones."""
    given = os.environ.get("DATA")
    if given:
        yield Path(given).stem, online_retail(Path(given))
        return
    wanted = (
        os.environ.get("SHOPS") or ",".join(["online-retail", *(f"generated-{orders}" for orders in SIZES)])
    ).split(",")
    source = find_source()
    if source and "online-retail" in wanted:
        yield "online-retail", online_retail(source)
    for orders in SIZES:
        if f"generated-{orders}" not in wanted:
            continue
        yield f"generated-{orders}", kept_shop(generated_spec(orders), f"next-year-{orders}")


def generated_spec(orders: int) -> ShopSpec:
    """The generated shop of about so many orders."""
    return ShopSpec(
        customers=orders // 5,
        orders=orders,
        days=1_096,
        transactions=20_000,
        searches=2_000,
        closed=CLOSED,
    )


def origins_of(tables: Mapping[str, ibis.Table]) -> list[date]:
    """Return days with enough data after them: ends of months, and the eve of the last Christmas trade.

    Raises:
        SettingsError: the history is too short for any.
    """
    at = tables["orders"].ordered_at
    first, last = (pd.Timestamp(day.to_pyarrow().as_py()).normalize() for day in (at.min(), at.max()))
    usable = [day for day in _days_to_judge(first) if (last - day).days >= LEAST_AHEAD_DAYS]
    if not usable:
        days, needed = (last - first).days + 1, (_days_to_judge(first)[0] - first).days + LEAST_AHEAD_DAYS + 1
        raise SettingsError(
            f"history too short: {days} days, at least {needed} are needed. Set DATA to a longer history "
            "of invoices."
        )
    return _apart([day.date() for day in usable])


def _days_to_judge(first: pd.Timestamp) -> list[pd.Timestamp]:
    """The origins of a history that begins on a day, however long it is, oldest first."""
    ends = [first + pd.DateOffset(months=months) + pd.Timedelta(days=8) for months in MONTHS_OF_HISTORY]
    ends += [
        pd.Timestamp(first.year + years, month, day)
        for years in range(1, YEARS + 1)
        for month, day in ((9, 10), (12, 9))
    ]
    return sorted({end for end in ends if (end - first).days >= LEAST_HISTORY_DAYS})


def _apart(days: list[date]) -> list[date]:
    """The days, without those that follow another by less than two months."""
    kept: list[date] = []
    for day in days:
        if not kept or (day - kept[-1]).days >= 60:  # noqa: PLR2004 two months
            kept.append(day)
    return kept


def judged(tables: Mapping[str, ibis.Table], origin: date) -> Iterator[Row]:
    """Every table that says something of the days ahead."""
    yield from _forecasts(tables, origin)
    yield from _customers(tables, origin)
    yield from _fraud(tables, origin)


def _forecasts(tables: Mapping[str, ibis.Table], origin: date) -> Iterator[Row]:
    built, actual = _forecast(tables, origin), _weekly(tables)
    series = set(actual.index.get_level_values("series_id"))
    for level in ("total", "region", "category"):
        of_level = built[built.level == level].groupby("series_id")
        scores = [_scores(actual.loc[name], ahead) for name, ahead in of_level if name in series]
        scores = [score for score in scores if score]
        if not scores:
            continue
        errors = np.sum([score[:3] for score in scores], axis=0) / sum(score[4] for score in scores)
        own, year, value = (float(error) for error in errors)
        inside = float(np.mean([score[3] for score in scores]))
        model = str(built[built.level == level].model.mode()[0])
        rule, naive = ("same week of last year", year) if np.isfinite(year) else ("last value", value)
        yield Row(
            f"sales_forecast {level}", "smape" if level == "total" else "wape", own, naive, rule, LOWER, model
        )
        yield Row(f"sales_forecast {level}", "coverage80", inside, np.nan, "nominal 0.8", HIGHER, model)


def _forecast(tables: Mapping[str, ibis.Table], origin: date) -> pd.DataFrame:
    """The table `sales_forecast` alone: the hub's other tables forecast nothing, and take longer."""
    plan = market_intelligence_hub.Plan()
    daily = DailySales(tables, origin)
    span = whole_periods(daily.days, "ordered_at", origin, plan.grain)
    sales = sales_by_period(daily, span, plan)
    return sales_forecast(forecast_hierarchy(sales, events_of(tables), span, plan))


def _scores(whole: pd.Series[float], ahead: pd.DataFrame) -> tuple[float, float, float, float, float] | None:
    """Return the errors of the table and two naive rules, the 80 % coverage, and the scale of errors.

    For the total it is sMAPE; below it series may sell nothing for weeks, and errors are pounds over all
    pounds sold. None where nothing followed.
    """
    is_total = ahead.level.iloc[0] == "total"
    ahead = ahead[pd.to_datetime(ahead.period_on) <= whole.index.max()]
    weeks = pd.DatetimeIndex(pd.to_datetime(ahead.period_on))
    past = whole[whole.index < weeks.min()] if len(weeks) else whole.iloc[:0]
    if past.empty:
        return None
    truth = whole.reindex(weeks, fill_value=0.0).to_numpy()
    year_ago = past.reindex(weeks - pd.Timedelta(days=YEAR)).to_numpy()
    low, mean, high = (ahead[name].astype(float).to_numpy() for name in ("lower_80", "mean", "upper_80"))
    inside = float(((low <= truth) & (truth <= high)).mean())
    offered = (mean, year_ago, np.full(len(truth), past.iloc[-1]))
    if is_total:
        errors = [smape(truth, forecast) if np.isfinite(forecast).all() else np.nan for forecast in offered]
        return errors[0], errors[1], errors[2], inside, 1.0
    errors = [float(np.abs(truth - forecast).sum()) for forecast in offered]
    return errors[0], errors[1], errors[2], inside, float(np.abs(truth).sum())


def _weekly(tables: Mapping[str, ibis.Table]) -> pd.Series[float]:
    """Net revenue by series of the first levels and week, over all data."""
    plan = market_intelligence_hub.Plan()
    daily = DailySales(tables, date(9_000, 1, 1))
    last = pd.Timestamp(tables["orders"].ordered_at.max().to_pyarrow().as_py()).date()
    span = whole_periods(daily.days, "ordered_at", last, plan.grain)
    every = daily.cells(span, ALL_CATEGORIES)
    cells = every.mutate(period_on=every.ordered_at.truncate(plan.grain.unit).date())
    sums = [
        cells.group_by("period_on").agg(revenue=cells.revenue.sum()).to_pandas().assign(series_id="total"),
        *(
            cells.group_by("period_on", column)
            .agg(revenue=cells.revenue.sum())
            .to_pandas()
            .assign(prefix=prefix, key=column)
            for prefix, column in (("region=", "region_id"), ("category=", "category"))
        ),
    ]
    for frame in sums[1:]:
        frame["series_id"] = frame.prefix + frame[frame.key.iloc[0]]
    rows = pd.concat(sums)[["series_id", "period_on", "revenue"]]
    rows["period_on"] = pd.to_datetime(rows.period_on)
    rows["revenue"] = rows.revenue.astype(float)
    every = pd.MultiIndex.from_product(
        [rows.series_id.unique(), span.starts()], names=["series_id", "period_on"]
    )
    return rows.set_index(["series_id", "period_on"]).revenue.reindex(every, fill_value=0.0)


def _customers(tables: Mapping[str, ibis.Table], origin: date) -> Iterator[Row]:
    made = demand_insights_engine.build(tables, origin, Shelf())
    built = {name: rows if isinstance(rows, pd.DataFrame) else rows.frame() for name, rows in made.items()}
    last = pd.Timestamp(tables["orders"].ordered_at.max().to_pyarrow().as_py()).date()
    days = ibis.memtable(features.purchase_days(tables, last).to_pyarrow())
    value, leaving = built["customer_lifetime_value"], built["churn_risk"]
    if value.empty:
        return
    for horizon in (90, 365):
        if (last - origin).days < horizon - 1:
            continue
        truth = (
            features.observed(days, origin, origin + timedelta(days=horizon))
            .to_pandas()
            .set_index("customer_id")
        )
        # A customer whose every purchase was undone later is known to the tables of the day, and bought
        # nothing.
        truth = truth.reindex(value.customer_id)
        bought, spent = truth.bought.fillna(0).to_numpy() > 0, truth.spent.fillna(0).to_numpy(dtype=float)
        if bought.all() or not bought.any():
            continue
        lately = features.returning(days, origin - timedelta(days=features.HORIZON_DAYS), origin).revenue
        total = lately * horizon / features.HORIZON_DAYS / spent.sum()
        yield from _value(value, built["customer_segments"], spent, horizon, total)
        silence = built["customer_segments"].recency_days.to_numpy()
        alive = value.alive_probability.to_numpy()
        if horizon == features.HORIZON_DAYS:
            probability, model = leaving.churn_probability.to_numpy(), leaving.model.iloc[0]
            share = float((~bought).mean())
            yield Row(
                "churn_risk",
                "auc",
                roc_auc_score(~bought, probability),
                roc_auc_score(~bought, silence),
                "days silent",
                HIGHER,
                model,
            )
            yield Row(
                "churn_risk", "ece", churn.calibration_error(~bought, probability), np.nan, "0", LOWER, model
            )
            brier = brier_score_loss(~bought, probability)
            yield Row("churn_risk", "brier", brier, share * (1 - share), "constant", LOWER, model)
        table, longer = f"alive {horizon} d", horizon != features.HORIZON_DAYS
        yield Row(
            table, "auc", roc_auc_score(bought, alive), roc_auc_score(bought, -silence), "days silent", HIGHER
        )
        if longer:
            yield Row(table, "ece", churn.calibration_error(bought, alive), np.nan, "0", LOWER)


def _value(
    value: pd.DataFrame, segments: pd.DataFrame, spent: np.ndarray, horizon: int, total_by_rule: float
) -> Iterator[Row]:
    """Rows of the value over a horizon.

    Args:
        total_by_rule: of customers known 90 days before, in those days, over the actual total.
    """
    table, published = f"value {horizon} d", Method(value.value_model.iloc[0])
    method = (published if horizon == features.HORIZON_DAYS else method_of_year(published)).value
    expected = value[f"expected_value_{horizon}d"].astype(float).to_numpy()
    past = segments.revenue_gbp.astype(float).to_numpy()
    rule = past * expected.sum() / past.sum()  # past revenue with the same total: season and growth included
    inside = (value[f"value_{horizon}d_low"].astype(float) <= spent) & (
        spent <= value[f"value_{horizon}d_high"].astype(float)
    )
    ratio = float(expected.sum() / spent.sum())
    yield Row(table, "ratio", ratio, total_by_rule, "known customers lately", NEAR_ONE, method)
    yield Row(
        table,
        "rank",
        float(spearmanr(expected, spent)[0]),
        float(spearmanr(past, spent)[0]),
        "past revenue",
        HIGHER,
        method,
    )
    yield Row(
        table,
        "mae",
        float(np.abs(expected - spent).mean()),
        float(np.abs(rule - spent).mean()),
        "past revenue",
        LOWER,
        method,
    )
    yield Row(table, "coverage80", float(inside.mean()), np.nan, "nominal 0.8", HIGHER, method)


def _fraud(tables: Mapping[str, ibis.Table], origin: date) -> Iterator[Row]:
    """Run the system's own test: daily scores by earlier models against labels reported later."""
    if "card_transactions" not in tables:
        return
    quality = compliance_guardian.build(tables, origin, Shelf())["fraud_model_quality"]
    wanted = quality[quality.metric.isin(["average_precision", "auc"]) & quality.baseline.notna()]
    for name, rows in wanted.groupby("metric"):
        yield Row(
            "fraud_scores",
            str(name),
            float(rows.value.mean()),
            float(rows.baseline.mean()),
            str(rows.baseline_model.iloc[0]),
            HIGHER,
        )


_CUSTOMERS = """
## Customers of the first year and of generated shops

The tables of demand-insights-engine at the origins of the same run. *True* is the figure of one who knows how the shop is generated (`benchmarks/models/customer_bounds.py`): the distributions of rates, the purchases before the data begin and the season ahead; no table knows them. *Seen* is the `auc` of one who knows the generator, but only the purchases in the data: no method that reads these tables can be expected to exceed it.
`auc` and `ece` are those of `churn_probability`, `alive` is the calibration error of `alive_probability` over a year, where it is over. With few customers true probabilities have a calibration error, too.
`value` is the expected total of known customers over 90 days, over the actual one. `true` beside it compares numbers of purchases, whose amounts no history shows.

| shop | origin | auc | seen | true | ece | true | alive | true | value | true |
|---|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501 a file's text


def _bounds_of(results: Results) -> Bounds:
    """Return the figures of true probabilities at each origin of a generated shop, of 90 days and a year."""
    return {
        (name, origin): (
            customer_bounds(spec, origin, features.HORIZON_DAYS),
            customer_bounds(spec, origin, 365),
        )
        for name, origin in dict.fromkeys((name, origin) for name, origin, _ in results)
        if name.startswith("generated-")
        for spec in [generated_spec(int(name.removeprefix("generated-")))]
    }


def _against_bounds(results: Results, bounds: Bounds) -> tuple[Figures, Figures]:
    """Return the figures of customers at origins of generated shops, and those of true probabilities."""
    if not bounds:
        return {}, {}
    own = summary([(name, origin, row) for name, origin, row in results if (name, origin) in bounds])
    with_year = {
        (name, origin) for name, origin, row in results if (row.table, row.measure) == ("alive 365 d", "ece")
    }
    of_window = [of_window for of_window, _ in bounds.values()]
    of_year = [of_year for place, (_, of_year) in bounds.items() if place in with_year]
    true = {
        "churn_auc": _mean([bound.auc for bound in of_window]),
        "churn_auc_of_seen": _mean([bound.auc_of_seen for bound in of_window]),
        "churn_ece": _mean([bound.ece for bound in of_window]),
        "alive_ece": _mean([bound.ece for bound in of_year]),
        "value_total_worst": _worst([bound.purchases for bound in of_window]),
    }
    return {name: own[name] for name in true if name in own}, true


def _customers_section(results: Results, bounds: Bounds) -> str:
    """The customers' figures by shop and origin, in Markdown."""
    measured = {(name, origin, row.table, row.measure): row.value for name, origin, row in results}
    lines = []
    for name, origin in dict.fromkeys((name, origin) for name, origin, _ in results):
        of_window, of_year = bounds.get((name, origin), (None, None))
        figures = [
            measured.get((name, origin, "churn_risk", "auc")),
            of_window and of_window.auc_of_seen,
            of_window and of_window.auc,
            measured.get((name, origin, "churn_risk", "ece")),
            of_window and of_window.ece,
            alive := measured.get((name, origin, "alive 365 d", "ece")),
            of_year.ece if of_year and alive is not None else None,
            measured.get((name, origin, "value 90 d", "ratio")),
            of_window and of_window.purchases,
        ]
        cells = ["" if figure is None else f"{figure:.3f}" for figure in figures]
        lines.append(f"| {name} | {origin} | {' | '.join(cells)} |")
    return _CUSTOMERS + "\n".join(lines) + "\n"


def _mean(values: list[float]) -> float | None:
    return round(float(np.nanmean(values)), 4) if values else None


def _worst(ratios: list[float]) -> float:
    """Return the ratio that is furthest from 1."""
    return round(max(ratios, key=lambda ratio: abs(np.log(ratio))), 4)


def summary(results: Results, shops_beaten: int = 0) -> Figures:
    """The figures of the last line: means over shops and origins; of DATA alone where it is given.

    Args:
        shops_beaten: shops of the library whose forecast of the total a naive rule beat.
    """

    def mean(table: str, measure: str, naive: bool = False) -> float | None:
        values = [
            row.naive if naive else row.value
            for _, _, row in results
            if (row.table, row.measure) == (table, measure)
        ]
        return _mean(values)

    rank, past = mean("value 90 d", "rank"), mean("value 90 d", "rank", naive=True)
    ratios = [row.value for _, _, row in results if (row.table, row.measure) == ("value 90 d", "ratio")]
    error, by_past = mean("value 365 d", "mae"), mean("value 365 d", "mae", naive=True)
    return {
        "tables": len(results),
        "misses": sum(row.is_missed for _, _, row in results),
        "beaten_by_naive": sum(row.is_beaten for _, _, row in results) + shops_beaten,
        "forecast_smape": mean("sales_forecast total", "smape"),
        "forecast_smape_naive": mean("sales_forecast total", "smape", naive=True),
        "coverage80": mean("sales_forecast total", "coverage80"),
        "churn_auc": mean("churn_risk", "auc"),
        "churn_ece": mean("churn_risk", "ece"),
        "value_ratio": mean("value 90 d", "ratio"),
        "value_rank_gain": round(rank - past, 4) if rank is not None and past is not None else None,
        "value_total_worst": _worst(ratios) if ratios else None,
        "value_error_of_year_vs_past": round(error / by_past - 1, 4) if error and by_past else None,
        "alive_auc": mean("alive 90 d", "auc"),
        "alive_ece": mean("alive 365 d", "ece"),
    }


if __name__ == "__main__":
    sys.exit(main())
