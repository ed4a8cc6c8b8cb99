"""Table `forecast_accuracy`: errors of forecasts from earlier periods, beside Naive2 and their intervals."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.forecast_errors import mase, smape
from headgate.analytics.forecasting import Origin
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.domains.retail.market_intelligence_hub.accuracy import naive2, owa
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import HierarchyForecast

Array = npt.NDArray[np.float64]

MEASURES = ["mase", "smape", "mase_naive2", "smape_naive2"]
RULES = ["smape_last_year", "smape_last_value", "smape_mean_of_8"]
COVERAGES = ["coverage_80", "coverage_95"]
COLUMNS = [
    *(*SERIES, "model", "grain", "horizon", "windows", "mase", "smape", "owa", "mase_naive2", "smape_naive2"),
    *(*RULES, "smape_nearest", *COVERAGES, "history_too_short"),
]


def forecast_accuracy(forecast: HierarchyForecast) -> pd.DataFrame:
    """Return grain series, in the hierarchy's order.

    Measures are null where the published method forecast at no earlier origin.
    """
    if forecast.series.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = forecast.series[SERIES].assign(
        model=forecast.now.models, grain=forecast.span.grain.name, horizon=forecast.now.means.shape[1]
    )
    tested = backtest_scores(forecast)
    own = tested[tested["model"].to_numpy() == rows["model"].reindex(tested["number"]).to_numpy()].groupby(
        "number"
    )
    windows = own.size()
    # A rule that could not forecast at each of the origins has no figure: it would be one of other origins
    # than the row's own.
    by_rules = own[RULES].mean().where(own[RULES].count().eq(windows, axis=0))
    scored = (
        rows.assign(windows=windows.reindex(rows.index, fill_value=0))
        .join(own[[*MEASURES, *COVERAGES]].mean())
        .join(by_rules)
    )
    scored["owa"] = [
        owa(*measures) for measures in scored[["smape", "mase", "smape_naive2", "mase_naive2"]].to_numpy()
    ]
    scored["smape_nearest"] = scored[["smape", "smape_naive2", *RULES]].min(axis=1)
    scored["history_too_short"] = forecast.too_short
    return scored[COLUMNS]


def backtest_scores(forecast: HierarchyForecast) -> pd.DataFrame:
    """Return grain origin by series with enough history: the method there, and its forecast's measures."""
    origins = enumerate(zip(forecast.past.origins, forecast.past.actuals, forecast.past_bounds, strict=True))
    frames = [
        _scores(origin, actuals).join(_by_rules(forecast, number)).join(_covered(actuals, bounds))
        for number, (origin, actuals, bounds) in origins
    ]
    columns = ["number", "model", "length", *MEASURES, *RULES, *COVERAGES]
    scores = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns, dtype=float)
    return scores[scores["length"] >= MIN_MODELLED]


def _scores(origin: Origin, actuals: Array) -> pd.DataFrame:
    scored = [_score(*series) for series in zip(origin.histories, origin.means, actuals, strict=True)]
    return (
        pd.DataFrame(scored, columns=["length", *MEASURES])
        .assign(model=list(origin.models))
        .rename_axis("number")
        .reset_index()
    )


def _score(history: Array, mean: Array, actual: Array) -> tuple[float, float, float, float, float]:
    plain = naive2(history, actual.size)
    return (
        history.size,
        mase(actual, mean, history),
        smape(actual, mean),
        mase(actual, plain, history),
        smape(actual, plain),
    )


def _by_rules(forecast: HierarchyForecast, number: int) -> pd.DataFrame:
    """Return the SMAPE of each naive rule at one origin, by series; NaN where the rule could not forecast."""
    actuals = forecast.past.actuals[number]
    scores = {
        f"smape_{name}": [smape(*pair) for pair in zip(actuals, means[number], strict=True)]
        for name, means in forecast.rules.items()
    }
    return pd.DataFrame(scores)


def _covered(actuals: Array, bounds: dict[int, tuple[Array, Array]]) -> pd.DataFrame:
    inside = {
        f"coverage_{level}": ((lower <= actuals) & (actuals <= upper)).mean(axis=1)
        for level, (lower, upper) in bounds.items()
    }
    return pd.DataFrame(inside)
