"""The forecast of a frame of series, without a calendar or a hierarchy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.conformal import offsets
from headgate.analytics.forecasting import LEVELS, SeriesHistories, backtest, bounded
from headgate.engines import LOCAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.analytics.conformal import Bounds
    from headgate.analytics.forecasting import Origin, Task
    from headgate.engines import Engine


def forecast(
    series: pd.DataFrame,
    task: Task,
    levels: Sequence[int] = LEVELS,
    *,
    windows: int = 3,
    engine: Engine = LOCAL,
) -> pd.DataFrame:
    """Means and intervals for the next steps of every series.

    Args:
        series: columns unique_id, ds, y; any order, no gaps.
        levels: interval levels in percent.
        windows: earlier origins, one horizon apart, whose errors the intervals come from.

    Returns:
        Grain unique_id by step (1-based), in that order: mean, lower_<level> and upper_<level>, model.
    """
    grouped = series.sort_values(["unique_id", "ds"]).groupby("unique_id", sort=True)["y"]
    histories = tuple(group.to_numpy(dtype=float) for _, group in grouped)
    now, past = backtest(
        SeriesHistories(histories),
        task,
        cuts=[task.horizon * number for number in range(1, windows + 1)],
        engine=engine,
    )
    return _long([str(name) for name, _ in grouped], now, offsets(past.past, now.spread, levels))


def _long(names: list[str], origin: Origin, bounds: Bounds) -> pd.DataFrame:
    series, horizon = origin.means.shape
    columns: dict[str, object] = {
        "unique_id": np.repeat(np.array(names, dtype=object), horizon),
        "step": np.tile(np.arange(1, horizon + 1), series),
        "mean": origin.means.ravel(),
    }
    for level, (lower, upper) in bounded(origin, bounds).items():
        columns |= {f"lower_{level}": lower.ravel(), f"upper_{level}": upper.ravel()}
    return pd.DataFrame(columns | {"model": np.repeat(np.array(origin.models, dtype=object), horizon)})
