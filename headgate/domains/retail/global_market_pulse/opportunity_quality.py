"""`market_opportunity_quality`: whether earlier opportunities were taken, and the rows left out."""

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
BETTER, WORSE, NOT_TESTED = "better", "worse", "not_tested"
NOT_TAKEN = (
    "gaps of the earlier day did not close: read the table as differences between regions, not as demand"
)


@dataclass(frozen=True)
class OpportunityTest:
    """The measured cells of an earlier and a later span of equal length; `period` is the later one."""

    period: str
    earlier: pd.DataFrame
    later: pd.DataFrame

    @property
    def cells(self) -> pd.DataFrame:
        """The cells of both spans, with the gap that the earlier one expected and that of the later one."""
        cells = self.earlier.merge(self.later, on=_CELL, suffixes=("", "_later"))
        return cells.assign(
            expected_gap=cells["peer_share"] - cells["expected_share"],
            gap=cells["peer_share_later"] - cells["order_share_later"],
        )

    @property
    def result(self) -> str:
        """Whether more of the listed gaps became smaller than of the others."""
        cells = self.cells
        rose, others = _shares_that_rose(is_listed(cells), cells["gap"] < cells["expected_gap"])
        if rose is None or others is None:
            return NOT_TESTED
        return WORSE if rose < others else BETTER


def market_opportunity_quality(
    grid: pd.DataFrame, backtest: OpportunityTest | None, services: Sequence[str]
) -> pd.DataFrame:
    """Return the table's rows, sorted by model, metric and period.

    Args:
        grid: the result of `market_opportunities.measured` for the table.
        backtest: the same for earlier months; None without enough history.
        services: articles that are not merchandise.
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
    cells = backtest.cells
    listed, rose = is_listed(cells), cells["gap"] < cells["expected_gap"]
    size = cells["worth"] * cells["region_orders_later"]
    before, after = ((cells[name] * size)[listed].sum() for name in ("expected_gap", "gap"))
    closed = float(1 - after / before) if listed.any() else None
    note = "nothing was listed on the earlier day" if closed is None else NOT_TAKEN if closed <= 0 else None
    figures = [
        ("gap_closed_share", closed, 0.0, "no change"),
        ("rose_share", *_shares_that_rose(listed, rose), "cells that were not listed"),
    ]
    return [
        Measure(_MODEL, name, backtest.period, value, base, rule, int(listed.sum()), note)
        for name, value, base, rule in figures
    ]


def _shares_that_rose(listed: pd.Series[bool], rose: pd.Series[bool]) -> tuple[float | None, float | None]:
    """Return the share of the listed cells whose gap became smaller, and of the others."""
    return _mean(rose[listed]), _mean(rose[~listed])


def _mean(values: pd.Series[bool]) -> float | None:
    return float(values.mean()) if len(values) else None
