"""The figures of the model card of forecasts, which `forecast_accuracy` has in a row per series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headgate.learning.calibration import Bin
from headgate.systems.card_tests import Figure

_TOTAL = "total"
_OWA = "below 1 is better"
_SUMMED = {"day": 28, "week": 4, "month": 1}  # periods of a sum that is planned by, as on the dashboard

Rows = Sequence[Mapping[str, Any]]


def forecast_figures(rows: Rows, forecasts: Rows = ()) -> tuple[list[Figure], tuple[Bin, ...]]:
    """Return the total's figures, the share of series at least as good as Naive2, and interval coverage.

    Args:
        rows: `forecast_accuracy`.
        forecasts: `sales_forecast` in the columns of the tests of sums.
    """
    total = _total(rows)
    tested = f"{total['windows']} tested days, {total['horizon']} {total['grain']}s ahead"
    errors, coverage = _notes_of_forecasts(total)
    of_owa = "; ".join(filter(None, [_OWA, errors])) if total["windows"] else errors
    by_year = (
        "last year was not known on each of these days"
        if total["windows"] and total["smape_last_year"] is None
        else errors
    )
    figures = [
        ("smape", total["smape"], total["smape_naive2"], "Naive2", errors),
        ("smape", total["smape"], total["smape_last_year"], "same period of last year", by_year),
        ("smape", total["smape"], total["smape_last_value"], "last value", errors),
        ("smape", total["smape"], total["smape_mean_of_8"], "mean of the last eight", errors),
        ("owa", total["owa"], 1.0, "Naive2", of_owa),
        ("coverage_80", total["coverage_80"], 0.8, "nominal", coverage),
        ("coverage_95", total["coverage_95"], 0.95, "nominal", coverage),
    ]
    of_total = [
        Figure(total["model"], metric, value, base, who, tested, total["windows"], note)
        for metric, value, base, who, note in figures
    ]
    sums = [_error_of_sums(row) for row in forecasts if _is_planned_sum(row)]
    return [*of_total, *sums, _share_as_good_as_naive2(rows)], _coverage(rows)


def _is_planned_sum(row: Mapping[str, Any]) -> bool:
    return bool(row["series_id"] == _TOTAL and row["horizon"] == _SUMMED.get(row["grain"]))


def _error_of_sums(row: Mapping[str, Any]) -> Figure:
    windows, off_by = row["sum_windows"], row["sum_off_by"]
    return Figure(
        row["model"],
        "sum_mape",
        off_by,
        row["sum_off_by_mean_of_8"] if off_by is not None else None,
        "mean of the last eight",
        f"{windows} tested days, the sum of {row['horizon']} {row['grain']}s",
        windows,
        "" if windows else "not tested",
    )


def _share_as_good_as_naive2(rows: Rows) -> Figure:
    scored = [row["owa"] for row in rows if row["owa"] is not None]
    behind = sum(owa > 1 for owa in scored)
    share = (len(scored) - behind) / len(scored) if scored else None
    untested = sum(row["windows"] == 0 for row in rows)
    of_scored = (
        f"{behind} of {len(scored)} tested series are further off than the last value with the usual season"
        if scored
        else ""
    )
    lacking = f"the published method of {untested} of {len(rows)} series is not tested" if untested else ""
    note = "; ".join(filter(None, [of_scored, lacking]))
    return Figure(
        "all series",
        "share_with_owa_up_to_1",
        share,
        None,
        "",
        "the tested days of each series",
        len(scored),
        note,
    )


def _notes_of_forecasts(total: Mapping[str, Any]) -> tuple[str, str]:
    """Return the notes on the errors and on the coverage of a forecast."""
    if not total["windows"]:
        untested = f"not tested: {total['model']} forecast on no tested day"
        return untested, untested
    short = "the season is not tested: no tested day knew a year" if total["history_too_short"] else ""
    return short, "of intervals on tested days, from the errors of the other days"


def _coverage(rows: Sequence[Mapping[str, Any]]) -> tuple[Bin, ...]:
    total = _total(rows)
    nominal = {0.8: total["coverage_80"], 0.95: total["coverage_95"]}
    return tuple(
        Bin(share, observed, total["windows"] * total["horizon"])
        for share, observed in nominal.items()
        if observed is not None
    )


def _total(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return next((row for row in rows if row["series_id"] == _TOTAL), rows[0])


FIGURES = {"forecast_accuracy": forecast_figures}
