"""Sales forecasts of the library's shops against what followed and against naive rules.

Writes docs/forecast-shops.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.models.shop_library import library
from headgate.analytics.accuracy import smape
from headgate.domains.retail.market_intelligence_hub.calendar import COLUMNS
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from benchmarks.models.shop_library import Shop

    Array = npt.NDArray[np.float64]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "forecast-shops.md"
RULES = ["last_value", "last_year", "mean_of_8"]
OF_TABLE = RULES[:2]  # the rules that the table itself names
TOLERANCE = 1.005
INTRODUCTION = """# Forecasts of many shops

`make bench-next-year` writes this page: `sales_forecast` of {shops} shops at {origins} past days, against what followed.
`smape` is that of the total, a mean over the origins of a shop. The naive rules repeat the last period, the same periods of
last year, or the mean of the last eight. `best` is the better of the first two, chosen by hindsight for each shop.
Periods outside an 80 % interval are missed, however near they were. The sizes of level and season were fitted without the held-out shops.

"""  # noqa: E501 a file's text


def measured() -> dict[str, float | int]:
    """Measure all shops, print a row for each, write the page, and return the figures of the summary."""
    rows = pd.DataFrame([row for shop in library() for row in _rows(shop)])
    table = rows.groupby("shop", sort=False).apply(_of_shop, include_groups=False)
    total = {
        "shops": len(table),
        "origins": len(rows),
        "shops_beaten_by_naive": int((table["smape"] > TOLERANCE * table["best"]).sum()),
        "forecast_vs_naive": round(float(rows["smape"].mean() / _best(rows, table).mean()), 4),
        "coverage80_shops": round(float(rows["coverage80"].mean()), 4),
        "coverage80_worst": round(float(table["coverage80"].min()), 4),
        "zero_rows": int(rows["zero_rows"].sum()),
    }
    lines = [
        f"| {name} | {' | '.join(_cell(value) for value in row)} |"
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    head = f"| shop | {' | '.join(table.columns)} |\n|{'---|' * (len(table.columns) + 1)}\n"
    PAGE.write_text(INTRODUCTION.format(**total) + head + "\n".join(lines) + f"\n\n`{total}`\n")
    print(table.round(2).to_string())
    return total


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _rows(shop: Shop) -> Iterator[dict[str, object]]:
    """One row for each origin."""
    for periods in shop.origins:
        sales, span = shop.sales(periods)
        plan = Plan(shop.grain, horizon=shop.grain.horizon)
        made = forecast_hierarchy(sales, pd.DataFrame(columns=COLUMNS), span, plan)
        truth = shop.ahead(periods, plan.horizon)
        (place,) = made.series.index[made.series["level"] == "total"]
        actual, steps = truth["total"].to_numpy(), len(truth)
        low, high = (bound[place, :steps] for bound in made.bounds[80])
        total = shop.cells.sum(axis=1).to_numpy()[:periods]
        living = [truth[name].sum() > 0 for name in made.series["series_id"]]
        no_width = (made.bounds[80][1] <= made.bounds[80][0])[living].sum() + (
            made.now.means[place] <= 0
        ).sum()
        yield {
            "shop": shop.name,
            "held_out": shop.is_held_out,
            "smape": smape(actual, made.now.means[place, :steps]),
            "coverage80": float(((low <= actual) & (actual <= high)).mean()),
            "zero_rows": int(no_width),
            **{name: smape(actual, means[:steps]) for name, means in _naive(total, plan).items()},
        }


def _naive(total: Array, plan: Plan) -> dict[str, Array]:
    """The naive forecasts of a total, each with its own level."""
    year = plan.grain.year
    by_year = np.resize(total[-year:], plan.horizon) if total.size >= year else np.full(plan.horizon, np.nan)
    return {
        "last_value": np.full(plan.horizon, total[-1]),
        "last_year": by_year,
        "mean_of_8": np.full(plan.horizon, total[-8:].mean()),
    }


def _of_shop(rows: pd.DataFrame) -> pd.Series[float]:
    """A shop's means over its origins."""
    means = rows[["smape", *RULES]].mean()
    best = means[OF_TABLE].idxmin()
    of_best = rows[best].where(rows[best].notna(), rows["last_value"]).mean()
    shares = {
        "best": of_best,
        "rule": best,
        "coverage80": rows["coverage80"].mean(),
        "held out": str(bool(rows["held_out"].iloc[0])),
    }
    return pd.Series({"origins": len(rows), **means, **shares})


def _best(rows: pd.DataFrame, table: pd.DataFrame) -> pd.Series[float]:
    """The error of each origin by the rule that was best for its shop.

    The last value where that could not forecast yet.
    """
    rule = rows["shop"].map(table["rule"])
    errors = pd.Series([row[name] for name, (_, row) in zip(rule, rows.iterrows(), strict=True)])
    return errors.astype(float).fillna(rows["last_value"])
