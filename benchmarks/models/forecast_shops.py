"""Sales forecasts of the library's shops against what followed and against naive rules.

Writes docs/forecast-shops.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.models import shop_bounds, shop_library, shop_origins
from benchmarks.models.kept_rows import FORECASTS, code_digest, kept_json
from benchmarks.models.shop_library import library
from benchmarks.models.shop_origins import rows_of_shop
from benchmarks.systems.merged_shop import KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Places = npt.NDArray[np.int64]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "forecast-shops.md"
RULES = ["last_value", "last_year", "mean_of_8"]
TOLERANCE = 1.005
LEAST_COVERAGE = 0.72  # of an 80 % interval; a shop with less counts as a miss
_SEED, _DEALS = 7, 2_000
_BEATEN = """Beaten by a naive rule: {shops_beaten_by_naive} of {shops} shops, if the best of the three rules is chosen by hindsight for each shop; {shops_beaten_by_chosen_rule}, if the rule of each origin is the one that was best at the shop's other origins. If the forecast and the three rules were equally good, so that their errors of each origin were dealt to the four by chance, {shops_beaten_if_equal} shops would be beaten (nine deals in ten: {shops_beaten_if_equal_low} to {shops_beaten_if_equal_high}).

"""  # noqa: E501 a file's text
_BY_CHANCE = """Coverage of the worst shop: {coverage80_worst}. If the same origins were dealt to the shops by chance, the worst shop would have {coverage80_worst_by_chance} (nine deals in ten: {coverage80_worst_by_chance_low} to {coverage80_worst_by_chance_high}). A worst shop inside this range says nothing of its intervals: weeks of one origin miss together, and few origins make a shop.

"""  # noqa: E501 a file's text
_TRUE = """The limit of the {shops} generated shops: their *true* figures are those of one who knows how each is generated, its season, growth and level up to the origin, and draws the weeks to come from the generator (`benchmarks/models/shop_bounds.py`). A method cannot do better but by luck.

| | sales_forecast | true |
|---|---|---|
| coverage of the worst shop | {own[coverage80_worst]} | {true[coverage80_worst]} |
| shops below 0.72 | {own[coverage_misses]} | {true[coverage_misses]} |
| coverage of all | {own[coverage80_shops]} | {true[coverage80_shops]} |
| shops beaten by a naive rule of hindsight | {own[shops_beaten_by_naive]} | {true[shops_beaten_by_naive]} |
| error over that of the best naive rules | {own[forecast_vs_naive]} | {true[forecast_vs_naive]} |
"""  # noqa: E501 a file's text
INTRODUCTION = """# Forecasts of many shops

`make bench-next-year` writes this page: `sales_forecast` of {shops} shops at {origins} past days, against what followed.
`smape` is that of the total, a mean over the origins of a shop. The naive rules repeat the last period, the same periods of
last year, or the mean of the last eight. `best` is the best of the three, chosen by hindsight for each shop.
Periods outside an 80 % interval are missed, however near they were; `width` is the interval's over the mean.
Periods without any sales are measured apart: `closed` counts them.
*True* figures are those of one who knows how a shop is generated; see below.
`leaves` and `leaves_by_year` are the absolute errors of each region's categories over their sales, of the forecast and of last year.
The sizes of level and season were fitted without the held-out shops, but for drift, noise, the scores of intervals and the hidden season, which were chosen over all of them.

"""  # noqa: E501 a file's text


@dataclass(frozen=True)
class Measured:
    """The figures of the library.

    Attributes:
        total: of all shops.
        generated: some of them, of the generated shops.
        true: these of one who knows how the shops are generated.
    """

    total: dict[str, float | int]
    generated: dict[str, float | int]
    true: dict[str, float | int]


def measured(more: str = "") -> Measured:
    """Measure all shops, print a row for each, write the page, and return the figures of the summary.

    Args:
        more: sections of the page below the table.
    """
    rows, true_rows = rows_of([]), _true_rows()
    table = rows.groupby("shop", sort=False).apply(_of_shop, include_groups=False)
    is_generated = rows["shop"].isin(true_rows["shop"])
    generated = _against_rules(rows[is_generated], rows[is_generated])
    true = _against_rules(true_rows, rows[is_generated])
    total = {
        "shops": len(table),
        "origins": len(rows),
        **_against_rules(rows, rows),
        **_beaten_by_chance(rows),
        **_worst_by_chance(rows),
        "leaves_vs_year": round(float(_of_leaves(rows, "leaves") / _of_leaves(rows, "leaves_by_year")), 4),
        "zero_rows": int(rows["zero_rows"].sum()),
    }
    means = true_rows.groupby("shop")[["smape", "coverage80"]].mean()
    table = table.join(means.add_prefix("true "))
    lines = [
        f"| {name} | {' | '.join(_cell(value) for value in row)} |"
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    head = f"| shop | {' | '.join(table.columns)} |\n|{'---|' * (len(table.columns) + 1)}\n"
    PAGE.write_text(
        INTRODUCTION.format(**total)
        + head
        + "\n".join(lines)
        + f"\n\n`{total}`\n\n"
        + _BEATEN.format(**total)
        + _BY_CHANCE.format(**total)
        + _TRUE.format(shops=len(means), own=generated, true=true)
        + more
    )
    print(table.round(2).to_string())
    return Measured(total, generated, true)


def _true_rows() -> pd.DataFrame:
    """Return the rows of one who knows how the generated shops are generated."""
    code = code_digest(Path(shop_bounds.__file__), Path(shop_library.__file__), of=())
    return pd.DataFrame(
        kept_json(KEPT / "forecast-shops-rows" / f"true-{code}.json", shop_bounds.bounds_of_library)
    )


def _against_rules(made: pd.DataFrame, rows: pd.DataFrame) -> dict[str, float | int]:
    """Return how forecasts compare with naive rules, and how their intervals cover.

    Args:
        made: errors and coverage of the forecasts, by origin.
        rows: of the same origins, with the errors of the rules.
    """
    means = made.groupby("shop", sort=False)[["smape", "coverage80"]].mean()
    table = rows.groupby("shop", sort=False).apply(_of_shop, include_groups=False)
    return {
        "shops_beaten_by_naive": int((means["smape"] > TOLERANCE * table["best"]).sum()),
        "forecast_vs_naive": round(float(made["smape"].mean() / _best(rows, table).mean()), 4),
        "coverage80_shops": round(float(made["coverage80"].mean()), 4),
        "coverage80_worst": round(float(means["coverage80"].min()), 4),
        "coverage_misses": int((means["coverage80"] < LEAST_COVERAGE).sum()),
    }


def rows_of(names: list[str]) -> pd.DataFrame:
    """Return a row for each origin of the shops with these prefixes; of all shops by default.

    Rows are kept until the code of the forecasts changes.
    """
    code = code_digest(Path(shop_origins.__file__), Path(shop_library.__file__), of=FORECASTS)
    rows = [
        row
        for shop in library()
        if not names or shop.name.startswith(tuple(names))
        for row in kept_json(
            KEPT / "forecast-shops-rows" / f"{shop.name.replace(' ', '-')}-{code}.json",
            lambda shop=shop: list(rows_of_shop(shop)),
        )
    ]
    return pd.DataFrame(rows)


def _worst_by_chance(rows: pd.DataFrame) -> dict[str, float]:
    """Return the worst shop's coverage by chance: the median, and the ends of 90 % of random deals."""
    rng, shops = np.random.default_rng(_SEED), pd.factorize(rows["shop"])[0]
    sizes, inside = np.bincount(shops), rows["coverage80"].to_numpy()
    worst = [(np.bincount(shops, rng.permutation(inside)) / sizes).min() for _ in range(_DEALS)]
    ends = np.quantile(worst, (0.05, 0.5, 0.95))
    return {
        f"coverage80_worst_by_chance{end}": round(float(value), 4)
        for end, value in zip(("_low", "", "_high"), ends, strict=True)
    }


def _beaten_by_chance(rows: pd.DataFrame) -> dict[str, int]:
    """Return the shops beaten by the rule of their other origins, and how many are by chance."""
    own = rows["smape"].to_numpy(dtype=float)
    rules = np.stack([rows[rule].fillna(rows["last_value"]).to_numpy(dtype=float) for rule in RULES], axis=1)
    shops = pd.factorize(rows["shop"])[0]
    origins = [np.flatnonzero(shops == shop) for shop in range(shops.max() + 1)]
    chosen = np.empty(len(own))
    for places in origins:
        others = rules[places].sum(axis=0) - rules[places]
        chosen[places] = rules[places, others.argmin(axis=1)]
    rng, every = np.random.default_rng(_SEED), np.column_stack([own, rules])
    dealt = [_beaten(rng.permuted(every, axis=1), origins) for _ in range(_DEALS)]
    low, median, high = np.quantile(dealt, (0.05, 0.5, 0.95))
    return {
        "shops_beaten_by_chosen_rule": _beaten(np.column_stack([own, chosen]), origins),
        "shops_beaten_if_equal_low": int(low),
        "shops_beaten_if_equal": int(median),
        "shops_beaten_if_equal_high": int(high),
    }


def _beaten(errors: Array, origins: Sequence[Places]) -> int:
    """Return how many shops have a lower mean error in another column than in the first one.

    Args:
        origins: the rows of each shop.
    """
    means = np.stack([errors[places].mean(axis=0) for places in origins])
    return int((means[:, 0] > TOLERANCE * means[:, 1:].min(axis=1)).sum())


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _of_leaves(rows: pd.DataFrame, name: str) -> float:
    """The mean error of leaves at the origins that knew a year."""
    return float(rows.loc[rows["leaves_by_year"].notna(), name].mean())


def _of_shop(rows: pd.DataFrame) -> pd.Series[float]:
    """A shop's means over its origins."""
    means = rows[["smape", *RULES]].mean()
    best = means[RULES].idxmin()
    of_best = rows[best].where(rows[best].notna(), rows["last_value"]).mean()
    shares = {
        "best": of_best,
        "rule": best,
        **rows[["coverage80", "width", "leaves"]].mean(),
        "leaves_by_year": _of_leaves(rows, "leaves_by_year"),
        "closed": int(rows["closed"].sum()),
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
