"""query_gaps: searches that end where others go on, by the revenue that is lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import binom

from headgate.domains.retail.money import amounts

MIN_SEARCHES = 5
"""Fewer searches that ended somewhere are no gap."""
_MAX_CHANCE = 0.05  # that as many searches end there although the template is as all others
PRIOR_SEARCHES = 10.0
"""Average searches that every template starts with: one search that found nothing is not a gap of 100 %."""
_FRAGMENT = r"[a-z]{1,2}"  # nobody can answer a search for two letters
_STEPS = (
    ("not_found", "searches", "found"),
    ("not_clicked", "found", "clicked"),
    ("not_bought", "clicked", "bought"),
)
_COLUMNS = (
    "search",
    "template",
    "gap",
    "gap_rank",
    "intent",
    "searches",
    "share",
    "expected_share",
    "excess_searches",
    "purchase_chance",
    "purchase_value_gbp",
    "valued_by",
    "lost_revenue_gbp",
    "nearest_articles",
    "is_sold",
    "typed_as",
)


def purchase_values(clicks: pd.DataFrame, products: pd.DataFrame) -> tuple[pd.Series[float], float]:
    """Return the value of a purchase per template, by the products opened from it, and over the whole shop.

    Args:
        clicks: columns `template`, `product_id`, `clicks`.
        products: columns `product_id`, `money`, `lines`: sales per product, null without any.
    """
    lines = float(products.lines.sum())
    shop = float(products.money.sum()) / lines if lines else 0.0
    sold = products[products.lines > 0]
    worth = clicks.assign(
        worth=clicks.product_id.map((sold.money / sold.lines).set_axis(sold.product_id)).fillna(shop)
    )
    totals = worth.assign(worth=worth.worth * worth.clicks).groupby("template")[["worth", "clicks"]].sum()
    return totals.worth / totals.clicks, shop


def table(
    counted: pd.DataFrame,
    intents: pd.Series[str],
    values: pd.Series[float],
    shop_value: float,
    *,
    examples: pd.Series[str],
    typed_as: Callable[[pd.Series[str]], pd.Series[str]],
    nearest: Callable[[pd.Series[str]], pd.DataFrame],
) -> pd.DataFrame:
    """Return the table's rows, one per template and significant kind of gap, the costliest first.

    A step's lost revenue is `excess_searches`, the searches that end there above the share of all templates,
    times `purchase_chance`, the chance to buy once past it, times the value of a purchase: of the articles
    opened after the search, else of those that it comes nearest to, else of any article. A search that finds
    nothing is worth a purchase of any article, unless an article has all of its words and is the thing by its
    last word. `valued_by` says which articles counted.

    Args:
        values: of the articles opened after each template's searches, by template.
        examples: the search as typed, by template, where it may be shown.
        typed_as: gives the spellings of templates with their numbers of searches.
        nearest: gives `nearest_articles`, `is_sold` and `nearest_value` of templates.
    """
    counted = counted[~counted.template.str.fullmatch(_FRAGMENT)]
    bought = float(counted.bought.sum())
    steps = [
        _step(counted, gap, reached, passed, _rate(bought, float(counted[passed].sum())))
        for gap, reached, passed in _STEPS
    ]
    rows = pd.concat(steps, ignore_index=True)
    rows = rows.join(nearest(rows.template))
    opened = rows.template.map(values).astype(np.float64)
    # An article that shares a word with a search for something else says nothing about its worth.
    is_like = rows.is_sold | (rows.gap != "not_found")
    near = rows.nearest_value.where(is_like)
    worth = opened.fillna(near).fillna(shop_value)
    by = np.select([opened.notna(), near.notna()], ["opened_articles", "nearest_articles"], "any_article")
    rows = rows.assign(
        worth=worth, valued_by=by, lost=rows.excess_searches * rows.purchase_chance * worth
    ).sort_values(
        ["lost", "searches", "template", "gap"], ascending=[False, False, True, True], ignore_index=True
    )
    named = rows.assign(
        gap_rank=np.arange(1, len(rows) + 1),
        search=rows.template.map(examples).astype(object).fillna(rows.template),
        intent=rows.template.map(intents),
        typed_as=typed_as(rows.template),
        purchase_value_gbp=amounts(rows.worth),
        lost_revenue_gbp=amounts(rows.lost),
    )
    return named[list(_COLUMNS)]


def _step(counted: pd.DataFrame, gap: str, reached: str, passed: str, chance: float) -> pd.DataFrame:
    ended = counted[reached] - counted[passed]
    expected = _rate(float(ended.sum()), float(counted[reached].sum()))
    drawn = (ended + PRIOR_SEARCHES * expected) / (counted[reached] + PRIOR_SEARCHES)
    excess = (drawn - expected).clip(lower=0) * counted[reached]
    frame = pd.DataFrame(
        {
            "template": counted.template,
            "gap": gap,
            "searches": ended,
            "share": ended / counted[reached].where(counted[reached] > 0),
            "expected_share": expected,
            "excess_searches": excess,
            "purchase_chance": chance,
        }
    )
    chance_of_more = np.asarray(binom.sf(ended - 1, counted[reached], expected), dtype=np.float64)
    gaps: pd.DataFrame = frame[(ended >= MIN_SEARCHES) & (chance_of_more <= _MAX_CHANCE)]
    return gaps


def _rate(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
