"""The rows of a table that a contract declares as a block, from the rows of its dataset or model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.analytics.anomalies import anomaly_rows
from headgate.analytics.forecast_block import forecast_rows
from headgate.analytics.groups import segment_rows
from headgate.analytics.periods import GRAINS
from headgate.analytics.series import series_of
from headgate.analytics.trends import trend_rows
from headgate.contracts.analytics_blocks import NAMES_OF_MOMENTS, Block
from headgate.engines import engine_of

if TYPE_CHECKING:
    from datetime import date

    import ibis
    import pandas as pd


def block_rows(block: Block, rows: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return the rows of a block, in the order of its key.

    Args:
        rows: the block's columns as `headgate.analytics.series.series_of` reads them.
    """
    if block.kind == "segments":
        return segment_rows(rows, block.by, block.measures)
    grain = GRAINS[block.grain]
    panel = series_of(rows, block.by, grain, as_of)
    if block.kind == "anomalies":
        made = anomaly_rows(panel)
    elif block.kind == "trend":
        made = trend_rows(panel)
    else:
        made = forecast_rows(panel, block.horizon or grain.horizon, engine_of([rows]))
    return made.rename(columns=NAMES_OF_MOMENTS) if grain.is_of_hours else made
