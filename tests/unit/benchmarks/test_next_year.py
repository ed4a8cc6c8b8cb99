"""The messages of the benchmark on one's own invoices when it cannot measure them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from benchmarks.models import forecast_shops, next_year, shop_bounds, shop_library
from headgate.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

FIRST = datetime(2009, 12, 1, 7, 45)


def orders_of(days: int) -> dict[str, ibis.Table]:
    """A first and a last order, whose days and those between are so many.

    The last one is earlier in the day.
    """
    last = (FIRST + timedelta(days=days - 1)).replace(hour=0)
    return {"orders": ibis.memtable(pa.table({"ordered_at": [FIRST, last] if days > 1 else [FIRST]}))}


@pytest.mark.parametrize("days", [1, 120, 243, 324])
def test_a_history_that_is_too_short_is_refused_with_the_days_that_are_needed(days: int) -> None:
    with pytest.raises(SettingsError, match=rf"history too short: {days} days, at least 325 are needed"):
        next_year.origins_of(orders_of(days))


def test_the_days_that_are_needed_are_enough() -> None:
    assert next_year.origins_of(orders_of(325)) == [date(2010, 9, 9)]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"DATA": "absent.csv"}, "absent.csv does not exist"),
        ({"SHOPS": "online-retial"}, "No shop is measured"),
    ],
)
def test_an_expected_failure_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    variables: dict[str, str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "SHOPS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert next_year.main() == 1
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert message in shown.err


@pytest.mark.parametrize(
    ("measure", "value", "is_missed"),
    [
        ("coverage80", 0.71, True),
        ("coverage80", 0.95, False),
        ("ece", 0.051, True),
        ("ratio", 1.21, True),
        ("ratio", 0.84, False),
        ("auc", 0.5, False),
    ],
)
def test_a_mark_is_missed_whatever_a_naive_rule_has(measure: str, value: float, *, is_missed: bool) -> None:
    row = next_year.Row("value 90 d", measure, value, float("nan"), "none", next_year.HIGHER)
    assert row.is_missed == is_missed


def test_the_page_has_the_figures_of_one_who_knows_the_generator_beside_the_table() -> None:
    origin = date(2022, 10, 10)
    rows = [
        next_year.Row("churn_risk", measure, value, 0.0, "none", next_year.HIGHER)
        for measure, value in (("auc", 0.711), ("ece", 0.144))
    ]
    results = [(name, origin, row) for name in ("generated-6000", "online-retail") for row in rows]
    bounds = next_year._bounds_of(results)
    generated, real = next_year._customers_section(results, bounds).splitlines()[-2:]
    assert (
        generated
        == "| generated-6000 | 2022-10-10 | 0.711 | 0.723 | 0.742 | 0.144 | 0.060 |  |  |  | 0.883 |"
    )
    assert real == "| online-retail | 2022-10-10 | 0.711 |  |  | 0.144 |  |  |  |  |  |"
    own, true = next_year._against_bounds(results, bounds)
    assert (own["churn_auc"], own["churn_ece"]) == (0.711, 0.144)
    assert true["churn_auc_of_seen"] < true["churn_auc"]


def test_one_who_knows_a_generated_shop_shares_its_past_and_draws_what_comes() -> None:
    """The weeks up to the origin are the shop's own, and four of five later ones lie in the interval."""
    shops = {shop.name: shop for shop in shop_library.generated()}
    for name in ("young 0", "gift_shop 1", "few_orders 0"):
        shop, rng, origin = shops[name], np.random.default_rng(1), 52
        own = shop.total(shop.generator())
        futures = [shop_bounds._future(shop, rng, origin) for _ in range(2)]
        assert all(np.array_equal(future[:origin], own[:origin]) for future in futures)
        assert not np.allclose(futures[0][origin:], futures[1][origin:])
    (steady,) = (shop for shop in shops.values() if shop.name == "constant 0")
    rows = list(shop_bounds._rows(steady))
    assert len(rows) == len(steady.origins)
    assert 0.65 < np.mean([row["coverage80"] for row in rows]) < 0.95


def test_the_worst_shop_by_chance_is_that_of_origins_dealt_to_the_shops() -> None:
    """Where all origins cover as much, all deals are alike; else a shop gets several poor ones."""
    shops = [name for name in "abcdefghij" for _ in range(6)]
    even = pd.DataFrame({"shop": shops, "coverage80": 0.8})
    assert set(forecast_shops._worst_by_chance(even).values()) == {0.8}
    uneven = even.assign(coverage80=[0.0, 1.0, 1.0, 1.0, 1.0, 1.0] * 10)
    by_chance = forecast_shops._worst_by_chance(uneven)
    assert by_chance["coverage80_worst_by_chance"] < 5 / 6 - 0.1


def test_a_shop_is_beaten_fairly_by_the_rule_that_was_best_at_its_other_origins() -> None:
    """By hindsight the last value beats this shop; at each origin another rule was best at the others."""
    rows = pd.DataFrame(
        {
            "shop": ["a"] * 3 + ["b"] * 3,
            "smape": [10.0] * 3 + [20.0] * 3,
            "last_value": [1.0, 14.0, 14.0] + [5.0] * 3,
            "last_year": [14.0, 1.0, 14.0] + [np.nan] * 3,
            "mean_of_8": [14.0, 14.0, 1.0] + [40.0] * 3,
        }
    )
    figures = forecast_shops._beaten_by_chance(rows)
    assert figures["shops_beaten_by_chosen_rule"] == 1
    assert 0 <= figures["shops_beaten_if_equal_low"] <= figures["shops_beaten_if_equal_high"] <= 2
