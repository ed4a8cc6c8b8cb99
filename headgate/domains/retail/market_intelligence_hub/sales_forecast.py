"""Table `sales_forecast`: what each series will sell, period by period, with intervals."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.running_sums import sum_errors
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import HierarchyForecast
from headgate.domains.retail.market_intelligence_hub.planned_sums import COLUMNS as PLAN_COLUMNS
from headgate.domains.retail.money import amounts

Array = npt.NDArray[np.float64]

BOUNDS = ["lower_80", "upper_80", "lower_95", "upper_95"]
SUM_BOUNDS = [f"sum_{bound}" for bound in BOUNDS]
TESTS = ["sum_windows", "sum_inside_80", "sum_coverage_80", "sum_coverage_95"]
TESTS += ["sum_off_by", "sum_off_by_mean_of_8"]
COLUMNS = [*SERIES, "period_on", "grain", "horizon", "mean", *BOUNDS, "sold_so_far", "sold_until"]
COLUMNS += ["fees_so_far", "fees_on", "sum_mean", *SUM_BOUNDS, *TESTS, *PLAN_COLUMNS]
COLUMNS += ["model", "history_too_short", "unit"]


def sales_forecast(forecast: HierarchyForecast) -> pd.DataFrame:
    """Return grain series by period ahead, in that order, as the complete periods forecast them."""
    count, horizon = forecast.now.means.shape
    if not count:
        return pd.DataFrame(columns=COLUMNS)
    rows = forecast.series.loc[forecast.series.index.repeat(horizon), SERIES].reset_index(drop=True)
    rows["period_on"] = np.tile(forecast.span.ahead(horizon).date, count)
    rows["grain"] = forecast.span.grain.name
    rows["horizon"] = np.tile(np.arange(1, horizon + 1), count)
    rows["mean"] = amounts(forecast.now.means.ravel())
    for level, (lower, upper) in forecast.bounds.items():
        rows[f"lower_{level}"] = amounts(lower.ravel())
        rows[f"upper_{level}"] = amounts(upper.ravel())
    rows[["sold_so_far", "sold_until", "fees_so_far", "fees_on"]] = None
    sums = forecast.sums
    rows["sum_mean"] = amounts(sums.means.ravel())
    for level, (lower, upper) in sums.bounds.items():
        rows[f"sum_lower_{level}"] = amounts(lower.ravel())
        rows[f"sum_upper_{level}"] = amounts(upper.ravel())
        rows[f"sum_coverage_{level}"] = np.tile(sums.coverage(level), count)
    rows["sum_windows"] = np.repeat(sums.windows, horizon)
    rows["sum_inside_80"] = sums.inside[80].ravel()
    rows["sum_off_by"], rows["sum_off_by_mean_of_8"] = _sum_errors(forecast)
    rows[PLAN_COLUMNS] = None
    rows["model"] = np.repeat(np.array(forecast.now.models, dtype=object), horizon)
    rows["history_too_short"] = np.repeat(forecast.too_short, horizon)
    rows["unit"] = UNIT
    return rows[COLUMNS]


def _sum_errors(forecast: HierarchyForecast) -> tuple[Array, Array]:
    """Return the errors of past sums, of the forecast and of the mean of the last 8, in the rows' order."""
    past = forecast.past
    if not past.origins:
        empty = np.full(forecast.now.means.size, np.nan)
        return empty, empty
    own = sum_errors(past, [origin.means for origin in past.origins])
    return own.ravel(), sum_errors(past, list(forecast.rules["mean_of_8"])).ravel()
