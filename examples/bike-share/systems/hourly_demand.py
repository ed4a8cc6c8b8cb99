"""hourly-demand: rentals of the next 48 hours, and the errors of past forecasts and of a naive rule."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.project_systems._profile import QUANTILES, Profile, scale, week_ahead
from headgate.scoring.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis

    from headgate.learning.store import Shelf

READS = ("rentals",)
EXPORTS = ("demand",)
METHOD, NAIVE = "weekly_profile", "same_hour_last_week"
# Days: of the forecast, shown before it, at least to learn from, of the intervals, tested.
AHEAD, SHOWN, LEARNT, CALIBRATED, TESTED = 2, 14, 28, 84, 182
BOUNDS = ["lower_95", "lower_80", "upper_80", "upper_95"]
TABLE = ["hour_at", "rentals", "mean", *BOUNDS, "naive"]
QUALITY = ["model", "metric", "period", "value", "baseline", "baseline_model", "rows_used", "note"]


def build(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    """Return the hours before and after the end of the data, and the errors of past forecasts.

    Nothing of a history under nine weeks.
    """
    rows = tables["rentals"].select("dteday", "hr", "cnt").to_pandas()
    rows["dteday"] = pd.to_datetime(rows.dteday)
    # Other datasets may reach further.
    days = pd.date_range(rows.dteday.min(), min(rows.dteday.max(), pd.Timestamp(as_of)))
    counts = rows.pivot_table(index="dteday", columns="hr", values="cnt", aggfunc="sum")
    # An hour without rentals has no row.
    actual = counts.reindex(index=days, columns=range(24)).fillna(0).to_numpy(dtype=float)
    if len(days) < 2 * LEARNT + AHEAD + 5:
        shelf.export("demand", None)
        return {"hourly_demand": pd.DataFrame(columns=TABLE), "demand_quality": pd.DataFrame(columns=QUALITY)}
    weekdays = days.dayofweek.to_numpy()
    origins = np.arange(LEARNT, len(days) - AHEAD + 1)
    weeks = [week_ahead(actual[:origin], weekdays[:origin]) for origin in origins]
    forecasts = np.array([week[weekdays[at : at + AHEAD]] for at, week in zip(origins, weeks, strict=True)])
    outcomes = np.array([actual[origin : origin + AHEAD] for origin in origins])
    errors = ((outcomes - forecasts) / scale(forecasts))[-CALIBRATED:]
    profile = Profile(week_ahead(actual, weekdays), np.quantile(errors, QUANTILES))
    facts = {"model": METHOD, "last_day": f"{days[-1]:%Y-%m-%d}"}
    shelf.export("demand", Scorer(facts, {"week": profile.week, "errors": profile.errors}))
    naive = np.array([actual[origin - 7 : origin - 7 + AHEAD] for origin in origins])
    quality = _quality(days, origins, forecasts, outcomes, naive)
    return {"hourly_demand": _hours(days, actual, profile), "demand_quality": quality}


def _hours(days: pd.DatetimeIndex, actual: np.ndarray, profile: Profile) -> pd.DataFrame:
    past = [
        (day + timedelta(hours=hour), int(actual[-SHOWN + place, hour]))
        for place, day in enumerate(days[-SHOWN:])
        for hour in range(24)
    ]
    made: list[tuple[object, ...]] = [(at, rentals, *(None,) * 6) for at, rentals in past]
    for hour in range(24 * AHEAD):
        at = days[-1] + timedelta(days=1, hours=hour)
        mean, bounds = profile.at(at.dayofweek, at.hour)
        naive = int(actual[-7 + hour // 24, hour % 24])
        made.append((at, None, *(round(value, 2) for value in (mean, *bounds)), naive))
    return pd.DataFrame(made, columns=TABLE).astype({"rentals": "Int64", "naive": "Int64"})


def _quality(
    days: pd.DatetimeIndex,
    origins: np.ndarray,
    forecasts: np.ndarray,
    outcomes: np.ndarray,
    naive: np.ndarray,
) -> pd.DataFrame:
    """Return figures of the newest origins.

    The bounds of each come from errors that were known on its day.
    """
    errors = (outcomes - forecasts) / scale(forecasts)
    tested = range(max(LEARNT + AHEAD, len(origins) - TESTED), len(origins))
    earlier_errors = [errors[max(0, place - AHEAD + 1 - CALIBRATED) : place - AHEAD + 1] for place in tested]
    bounds = np.array([np.quantile(past, QUANTILES) for past in earlier_errors])[..., None, None]
    outcome, error = outcomes[tested], errors[tested]
    wrong, naively_wrong = np.abs(outcome - forecasts[tested]), np.abs(outcome - naive[tested])
    within_95 = (bounds[:, 0] <= error) & (error <= bounds[:, 3])
    within_80 = (bounds[:, 1] <= error) & (error <= bounds[:, 2])
    sold, shares = outcome.sum(), "absolute errors as a share of all rentals"
    figures = [
        ("coverage_80", within_80.mean(), 0.8, "nominal", "share of hours within the 80 % interval"),
        ("coverage_95", within_95.mean(), 0.95, "nominal", "share of hours within the 95 % interval"),
        ("mae", wrong.mean(), naively_wrong.mean(), NAIVE, "rentals an hour"),
        ("wape", wrong.sum() / sold, naively_wrong.sum() / sold, NAIVE, shares),
    ]
    period = f"{days[origins[tested[0]]]:%Y-%m-%d}/{days[-1]:%Y-%m-%d}"
    rows = [
        (METHOD, metric, period, round(float(value), 6), round(float(base), 6), by, error.size, note)
        for metric, value, base, by, note in figures
    ]
    return pd.DataFrame(rows, columns=QUALITY)
