"""The customer models against the figures published for CDNOW."""

import os
from datetime import date, timedelta
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.demand_insights_engine import (
    bg_nbd,
    features,
    gamma_gamma,
    origins,
    population,
    retention,
)
from headgate.domains.retail.demand_insights_engine.bg_nbd import Histories
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock

DATA = Path(os.environ.get("HEADGATE_DATA", Path(__file__).parents[5] / "shared/data")) / "cdnow"
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not DATA.is_dir(), reason="the CDNOW data set is not here; set HEADGATE_DATA"),
]

CALIBRATION_END = "1997-09-30"
FIRST_ON = date(1997, 1, 1)


def test_bg_nbd_has_the_published_parameters() -> None:
    """Fader, Hardie & Lee (2005), table 2: r 0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9582.4."""
    summary = pd.read_csv(DATA / "cdnow_customers_summary.csv")
    fitted = bg_nbd.fit(Histories(*summary[["frequency", "recency", "T"]].to_numpy(dtype=np.float64).T))
    assert [fitted.r, fitted.alpha, fitted.a, fitted.b] == pytest.approx(
        [0.243, 4.414, 0.793, 2.426], rel=0.005
    )
    assert fitted.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_gamma_gamma_has_the_published_parameters() -> None:
    """Fader & Hardie (2013), p. 4: p 6.25, q 3.74, gamma 15.44, of 946 repeat buyers."""
    names = ["master", "customer", "day", "discs", "spent"]
    lines = pd.read_csv(DATA / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names, dtype={"day": str})
    days = (
        lines[pd.to_datetime(lines.day) <= CALIBRATION_END]
        .groupby(["customer", "day"], as_index=False)
        .spent.sum()
    )
    again = days[days.day > days.groupby("customer").day.transform("min")]
    repeat = again.groupby("customer").spent.agg(["size", "mean"])
    assert len(repeat) == 946
    fitted = gamma_gamma.fit(repeat["size"].to_numpy(np.float64), repeat["mean"].to_numpy())
    assert [fitted.p, fitted.q, fitted.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.005)


def test_mbg_nbd_ranks_who_is_still_active_and_bg_nbd_does_not() -> None:
    """CDNOW's next 39 weeks: BG/NBD calls every one-time buyer active, and ranks worse than chance."""
    names = ["master", "customer", "day", "discs", "spent"]
    lines = pd.read_csv(DATA / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names, dtype={"day": str})
    lines["day"] = pd.to_datetime(lines.day, format="%Y%m%d")
    until = pd.Timestamp(CALIBRATION_END)
    days = lines[lines.day <= until].groupby(["master", "day"], as_index=False).size()
    known = days.groupby("master").day.agg(["min", "max", "size"])
    histories = Histories(
        (known["size"] - 1).to_numpy(np.float64),
        ((known["max"] - known["min"]).dt.days / 7).to_numpy(),
        ((until - known["min"]).dt.days / 7).to_numpy(),
    )
    bought = known.index.isin(lines[lines.day > until].master)
    plain, modified = (
        bg_nbd.alive_probability(bg_nbd.fit(histories, modified=kind), histories) for kind in (False, True)
    )
    assert roc_auc_score(bought, modified) > 0.68
    assert roc_auc_score(bought, plain) < 0.4


def known_purchases() -> pd.DataFrame:
    """Purchase days as the customer models read them."""
    names = ["master", "customer_id", "day", "products", "revenue"]
    lines = pd.read_csv(DATA / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names, dtype={"day": str})
    # The sample numbers its customers again; `master` is their number in the whole data.
    lines["customer_id"] = lines.master
    lines["purchased_on"] = pd.to_datetime(lines.day, format="%Y%m%d").dt.date
    return (
        lines[lines.revenue > 0]
        .groupby(["customer_id", "purchased_on"], as_index=False)[["revenue", "products"]]
        .sum()
    )


def clock_of(days: ibis.Table, as_of: date) -> TradingClock:
    daily = features.daily_purchases(days).set_index("purchased_on").purchases
    return TradingClock.of(daily, FIRST_ON, as_of, population.change(days, FIRST_ON, as_of))


@pytest.mark.parametrize("as_of", [date(1997, 10, 28), date(1998, 1, 9)])
def test_the_launch_of_a_shop_is_not_expected_again(as_of: date, tmp_path: Path) -> None:
    """All customers came in the first quarter.

    After 10 months and after 53 weeks the known ones buy as in the last quarter.
    """
    known = known_purchases()
    later = known[(known.purchased_on > as_of) & (known.purchased_on <= as_of + timedelta(days=90))]
    days = ibis.memtable(known[known.purchased_on <= as_of])
    clock = clock_of(days, as_of)
    ahead = origins.coming(days, clock, as_of)
    found = origins.expected(ahead, origins.origins(days, clock, as_of, ahead, tmp_path).newest)
    assert found.buyers == pytest.approx(later.customer_id.nunique(), rel=0.2)
    assert found.revenue == pytest.approx(later.revenue.sum(), rel=0.2)


def test_the_decline_of_customers_is_found_after_a_launch() -> None:
    """On the clock of the shop's own purchases, which fall with its customers, nothing declines."""
    known, as_of = known_purchases(), date(1998, 1, 9)
    days, later = ibis.memtable(known[known.purchased_on <= as_of]), known[known.purchased_on > as_of]
    decline = retention.decline(features.cohort_purchases(days), clock_of(days, as_of).for_decline(), as_of)
    quarter = later[later.purchased_on <= as_of + timedelta(days=90)]
    expected = retention.longer(decline, 90.0, float((known.purchased_on.max() - as_of).days))
    assert expected == pytest.approx(len(later) / len(quarter), rel=0.1)
