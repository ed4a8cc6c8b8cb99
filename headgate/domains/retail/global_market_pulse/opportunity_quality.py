"""Table `market_opportunity_quality`: whether the opportunities of an earlier day were taken, and the rows
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.domains.retail import measures
from headgate.domains.retail.global_market_pulse.market_opportunities import is_listed
from headgate.domains.retail.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_MODEL = "market_opportunities"
_CELL = ["region_id", "category"]
_NOTE_LENGTH = 250
NOT_TAKEN = (
    "gaps of the earlier day did not close: read the table as differences between regions, not as demand"
)


@dataclass(frozen=True)
class OpportunityTest:
    """The measured cells of an earlier and a later span of equal length; `period` is the later one."""

    period: str
    earlier: pd.DataFrame
    later: pd.DataFrame


def market_opportunity_quality(
    grid: pd.DataFrame, backtest: OpportunityTest | None, services: Sequence[str]
) -> pd.DataFrame:
    """Return the table's rows, in the order of model, metric and period.

    Args:
        grid: as `market_opportunities.measured` returns it, from which the table was made.
        backtest: of the same kind; None without enough history.
        services: articles that are no merchandise.
    """
    cells = int(is_listed(grid).sum())
    named = f"excluded: {', '.join(services)}"
    counted = [
        Measure(
            _MODEL,
            "listed",
            "fit",
            float(cells),
            rows_used=len(grid),
            note="cells with enough evidence, of all",
        ),
        Measure(
            _MODEL,
            "service_articles",
            "fit",
            float(len(services)),
            note=named[:_NOTE_LENGTH] if services else None,
        ),
    ]
    return measures.measures_table([*counted, *_taken(backtest)])


def _taken(backtest: OpportunityTest | None) -> list[Measure]:
    """Compare the gaps of the earlier span with the same cells' gaps in the later one."""
    if backtest is None:
        too_short = "the data does not reach back far enough"
        return [Measure(_MODEL, "gap_closed_share", "fit", None, note=too_short)]
    cells = backtest.earlier.merge(backtest.later, on=_CELL, suffixes=("", "_later"))
    expected = cells["peer_share"] - cells["expected_share"]
    gap = cells["peer_share_later"] - cells["order_share_later"]
    listed = is_listed(cells)
    rose, size = gap < expected, cells["worth"] * cells["region_orders_later"]
    before, after = ((part * size)[listed].sum() for part in (expected, gap))
    closed = float(1 - after / before) if listed.any() else None
    note = "nothing was listed on the earlier day" if closed is None else NOT_TAKEN if closed <= 0 else None
    figures = [
        ("gap_closed_share", closed, 0.0, "no change"),
        ("rose_share", _mean(rose[listed]), _mean(rose[~listed]), "cells that were not listed"),
    ]
    return [
        Measure(_MODEL, name, backtest.period, value, base, rule, int(listed.sum()), note)
        for name, value, base, rule in figures
    ]


def _mean(values: pd.Series[bool]) -> float | None:
    return float(values.mean()) if len(values) else None
