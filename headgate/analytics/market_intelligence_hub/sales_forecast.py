"""Table `sales_forecast`: what each series will sell, week by week, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.market_intelligence_hub.features import SERIES
from headgate.analytics.market_intelligence_hub.plan import UNIT
from headgate.analytics.money import amounts

if TYPE_CHECKING:
    from headgate.analytics.market_intelligence_hub.outlook import Outlook

COLUMNS = [*SERIES, "week_on", "horizon_weeks", "mean", "lower_80", "upper_80", "lower_95", "upper_95", "model", "unit"]


def sales_forecast(outlook: Outlook) -> pd.DataFrame:
    """Grain series by week ahead, in that order."""
    count, horizon = outlook.now.means.shape
    if not count:
        return pd.DataFrame(columns=COLUMNS)
    rows = outlook.series.loc[outlook.series.index.repeat(horizon), SERIES].reset_index(drop=True)
    steps = np.tile(np.arange(1, horizon + 1), count)
    rows["week_on"] = (pd.Timestamp(outlook.last_week) + pd.to_timedelta(7 * steps, unit="D")).date
    rows["horizon_weeks"] = steps
    rows["mean"] = amounts(outlook.now.means.ravel())
    for level, (lower, upper) in outlook.bounds.items():
        rows[f"lower_{level}"] = amounts(lower.ravel())
        rows[f"upper_{level}"] = amounts(upper.ravel())
    rows["model"] = np.repeat(np.array(outlook.now.models, dtype=object), horizon)
    rows["unit"] = UNIT
    return rows[COLUMNS]
