"""demand-insights-engine as a whole: its tables hold their contracts, whatever comes in."""

from collections.abc import Callable
from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail import demand_insights_engine as system
from headgate.domains.retail.demand_insights_engine import churn, churn_risk
from headgate.engines import write_rows
from headgate.learning.calibration import Bin
from headgate.learning.recalibration import recalibrated
from headgate.learning.store import Shelf
from headgate.systems.rows_in_file import rows_by_contract
from tests.made_tables import in_memory

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)
LEARNT_ON = date(2024, 12, 23)
"""The day before the newest period of 28 days."""
CONTRACTS = Registry.load().tables_of(system.SYSTEM)
Shop = Callable[..., dict[str, ibis.Table]]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Where the build of `built` leaves its models."""
    return Shelf()


@pytest.fixture(scope="module")
def built(drawn_shop: dict[str, ibis.Table], shelf: Shelf) -> dict[str, pd.DataFrame]:
    return build(drawn_shop, AS_OF, shelf)


def build(tables: dict[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    return in_memory(system.build(tables, as_of, shelf))


def quality(tables: dict[str, pd.DataFrame], model: str, metric: str) -> pd.Series:
    frame = tables["customer_model_quality"]
    return frame[(frame.model == model) & (frame.metric == metric)].iloc[0]


def assert_contracts_hold(tables: dict[str, pd.DataFrame]) -> None:
    assert set(tables) == set(CONTRACTS)
    for name, contract in CONTRACTS.items():
        rows = rows_by_contract(contract, tables[name].assign(as_of=AS_OF, snapshot_id="0" * 16))
        assert rows.num_rows == len(tables[name].drop_duplicates(list(contract.key)))
        assert all(rows[column.name].null_count == 0 for column in contract.columns if column.required)


def test_every_table_holds_its_contract(built: dict[str, pd.DataFrame]) -> None:
    assert_contracts_hold(built)


def test_every_customer_table_has_the_same_customers(built: dict[str, pd.DataFrame]) -> None:
    ids = [
        built[name].customer_id.tolist()
        for name in ("customer_segments", "customer_lifetime_value", "churn_risk")
    ]
    assert ids[0] == ids[1] == ids[2] == sorted(ids[0])


def test_a_shop_of_one_product_has_every_table(drawn_shop: dict[str, ibis.Table]) -> None:
    """One line in each order, so columns of the churn model are the same for all customers."""
    lines = drawn_shop["order_items"].mutate(product_id=ibis.literal("P0"))
    assert_contracts_hold(build({**drawn_shop, "order_items": lines}, AS_OF, Shelf()))


def test_the_same_day_twice_gives_identical_tables_however_many_customers_are_in_memory_at_a_time(
    built: dict[str, pd.DataFrame], drawn_shop: dict[str, ibis.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 64)
    again = build(drawn_shop, AS_OF, Shelf())
    for name, frame in built.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


def test_the_model_that_scored_is_left_with_its_contest_and_the_drift_since_it_learnt(
    built: dict[str, pd.DataFrame], shelf: Shelf
) -> None:
    (kept,) = shelf.trained
    assert kept.contest is not None
    assert (kept.name, kept.recipe, kept.contest.winner) == ("churn", churn.FIRST, churn.FIRST)
    assert built["churn_risk"].model.unique().tolist() == [kept.recipe]
    assert kept.metrics["auc"] == quality(built, "churn_risk", "auc").value
    assert set(kept.drift) == set(kept.columns)


def test_the_recipe_in_charge_scores_unless_another_is_better_beyond_doubt(
    drawn_shop: dict[str, ibis.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipes = ("calibrated_splines", "calibrated_boosting", churn.NAIVE)
    monkeypatch.setattr(churn, "RECIPES", {name: churn.RECIPES[name] for name in recipes})
    shelf = Shelf({"churn": "calibrated_boosting"})
    tables = build(drawn_shop, AS_OF, shelf)
    assert (
        tables["churn_risk"].model.unique().tolist() == [shelf.trained[0].recipe] == ["calibrated_boosting"]
    )
    reported = quality(tables, "churn_risk", "log_loss_calibrated_splines")
    assert (reported.baseline_model, reported.note) == ("calibrated_boosting", "challenger")


def test_models_are_measured_on_days_they_had_not_seen(built: dict[str, pd.DataFrame]) -> None:
    auc = quality(built, "churn_risk", "auc")
    assert date.fromisoformat(auc.period.partition("/")[2]) <= LEARNT_ON
    assert auc.value > 0.6
    brier = quality(built, "churn_risk", "brier")
    assert brier.value < brier.baseline
    error = quality(built, "customer_lifetime_value", "value_mae_gbp")
    assert (error.baseline_model, error.period) == ("past_revenue", auc.period)
    assert error.value <= error.baseline


def test_value_churn_and_alive_probability_agree(built: dict[str, pd.DataFrame]) -> None:
    value, leaving = built["customer_lifetime_value"], built["churn_risk"].churn_probability
    # A silent customer has a smaller hazard later on, so two customers of one churn probability may differ.
    assert -0.999 < value.alive_probability.corr(leaving, method="spearman") < -0.9
    assert (value.alive_probability >= 1 - leaving - 1e-12).all()
    assert (value.expected_purchases_90d >= 1 - leaving - 1e-12).all()
    assert value.expected_value_90d.astype(float).corr(leaving, method="spearman") < -0.3
    assert (value.expected_value_365d >= value.expected_value_90d).all()


def test_every_customer_has_a_cause_that_one_can_act_on(built: dict[str, pd.DataFrame]) -> None:
    leaving = built["churn_risk"]
    causes = {word for pair in churn_risk.WORDS.values() for word in pair if word}
    assert set(leaving.driver_1) <= causes | {churn_risk.USUAL}
    assert set(leaving.driver_2.dropna()) | set(leaving.driver_3.dropna()) <= causes
    at_risk = leaving[leaving.churn_probability >= 0.5]
    assert (at_risk.driver_1 != churn_risk.USUAL).mean() > 0.9


def test_few_customers_have_a_high_priority_and_each_is_late(built: dict[str, pd.DataFrame]) -> None:
    """Most customers buy nothing in 90 days: a band of the chance alone would be high for most of them."""
    leaving, value = built["churn_risk"], built["customer_lifetime_value"]
    silent = leaving.silent_days > leaving.late_after_days
    late = silent & (value.repeat_purchases > 0)
    high = late & (leaving.churn_probability >= 0.5)
    medium = silent & (leaving.churn_probability >= 1 / 3) & ~high
    assert set(leaving.risk_band) == {"high", "medium", "low"}
    assert (leaving.risk_band.eq("high") == high).all()
    assert (leaving.risk_band.eq("medium") == medium).all()
    assert 0 < high.sum() < (leaving.churn_probability >= 0.5).sum()


def test_customers_are_ranked_by_the_value_at_stake_without_consent(built: dict[str, pd.DataFrame]) -> None:
    leaving, value = built["churn_risk"], built["customer_lifetime_value"]
    # Of what a buyer spends; multiplied out, because both amounts are rounded to pence.
    buying = np.maximum(1 - leaving.churn_probability, 0.05)
    np.testing.assert_allclose(
        leaving.value_at_stake_gbp.astype(float) * buying,
        leaving.corrected_probability * value.expected_value_90d.astype(float),
        atol=0.02,
    )
    ranked = leaving.sort_values(["risk_rank", "value_at_stake_gbp"], ascending=[True, False])
    assert ranked.value_at_stake_gbp.is_monotonic_decreasing
    # The rank counts customers as they were at the beginning of the day, who did not buy on it.
    silent = leaving[leaving.silent_days > 0]
    higher = silent.value_at_stake_gbp.rank(method="min", ascending=False)
    assert (silent.risk_rank - higher).between(0, len(leaving) - len(silent)).all()
    assert (
        leaving.make_offer
        == (leaving.offer_pays & leaving.marketing_opt_in.eq(other=True).fillna(value=False))
    ).all()


def test_nothing_is_at_stake_with_a_customer_who_sent_back_as_much_as_was_ordered(
    built: dict[str, pd.DataFrame], drawn_shop: dict[str, ibis.Table]
) -> None:
    """The sum at stake had the amounts of customers who were to be called last."""
    orders, lines = drawn_shop["orders"], drawn_shop["order_items"]
    staked = built["churn_risk"].set_index("customer_id").value_at_stake_gbp.astype(float)
    customer = int(staked.idxmax())
    first = orders.filter(orders.customer_id == customer).order_by("ordered_at").limit(1)
    back = lines.semi_join(first, "order_id").limit(1)
    returned = back.mutate(
        order_id=ibis.literal("R1").cast(lines.order_id.type()),
        quantity=ibis.literal(-1000).cast(lines.quantity.type()),
        unit_price=ibis.literal(999).cast(lines.unit_price.type()),
    )
    status = ibis.literal("cancelled").cast(orders.status.type())
    cancelled = first.mutate(order_id=ibis.literal("R1").cast(orders.order_id.type()), status=status)
    shop = {**drawn_shop, "orders": orders.union(cancelled), "order_items": lines.union(returned)}
    again = build(shop, AS_OF, Shelf())
    risk = again["churn_risk"].set_index("customer_id")
    assert again["customer_segments"].set_index("customer_id").net_revenue_gbp[customer] < 0
    assert staked[customer] > 0
    assert risk.value_at_stake_gbp[customer] == 0
    assert risk.risk_rank[customer] == risk.risk_rank.max()


def test_the_probability_at_stake_is_corrected_by_what_the_test_found(
    built: dict[str, pd.DataFrame],
) -> None:
    """Who was given 82 of 100 and stayed away in 73 was counted with 82 in the sum and the order."""
    measured = built["customer_model_quality"]
    bins = measured[measured.model == "given_probability"]
    tested = tuple(Bin(row.baseline, row.value, row.rows_used) for row in bins.itertuples())
    leaving = built["churn_risk"]
    given = leaving.churn_probability.to_numpy()
    np.testing.assert_allclose(leaving.corrected_probability, recalibrated(given, tested), rtol=1e-12)
    assert (leaving.corrected_probability != given).any()


def test_customers_to_win_back_are_late_have_a_cause_and_did_not_refuse(
    built: dict[str, pd.DataFrame],
) -> None:
    leaving, value = built["churn_risk"], built["customer_lifetime_value"]
    own = value.recency_days / value.repeat_purchases.where(value.repeat_purchases > 1)
    assert (leaving.silent_days == value.age_days - value.recency_days).all()
    np.testing.assert_allclose(leaving.usual_days.astype(float), own, atol=0.5)
    late = (leaving.silent_days > leaving.late_after_days) & (value.repeat_purchases > 0)
    has_cause = (leaving.risk_band != "low") & (leaving.driver_1 != churn_risk.USUAL)
    refused = leaving.marketing_opt_in.eq(other=False).fillna(value=False)
    assert (leaving.win_back == (late & has_cause & ~refused)).all()
    assert 0 < leaving.win_back.sum() < len(leaving)
    brought_nothing = built["customer_segments"].net_revenue_gbp <= 0
    assert (leaving.call_last == (leaving.win_back & brought_nothing)).all()
    assert (leaving.ordered_days_ago <= leaving.silent_days).all()


def test_a_rhythm_takes_two_intervals_and_late_is_a_multiple_of_it(built: dict[str, pd.DataFrame]) -> None:
    leaving, value = built["churn_risk"], built["customer_lifetime_value"]
    without = value.repeat_purchases < 2
    assert leaving.usual_days[without].isna().all()
    assert len(set(leaving.late_after_days[without])) == 1
    times = leaving.late_after_days[~without] / (value.recency_days / value.repeat_purchases)[~without]
    assert times.max() - times[leaving.usual_days > 50].min() < 0.02 + 1 / 50
    assert times.max() > 1


def test_being_late_is_tested_in_the_windows_of_the_model_beside_its_probability(
    built: dict[str, pd.DataFrame],
) -> None:
    """Other windows would be of another season: a share before Christmas says nothing about a probability of
    the weeks after it.
    """
    share = quality(built, "late_customers", "left_share")
    expected = quality(built, "late_probability", "left_share")
    assert share.period == expected.period == quality(built, "churn_risk", "auc").period
    assert expected.baseline == share.value
    assert abs(expected.value - share.value) < 0.15
    assert share.baseline < share.value <= 1
    assert share.baseline_model == "not late"


def test_segments_do_not_contradict_the_risk(built: dict[str, pd.DataFrame]) -> None:
    chance = built["churn_risk"].churn_probability
    both = built["customer_segments"].assign(band=churn_risk.chance_bands(chance.to_numpy()))
    assert not both[both.band == "low"].segment.isin({"lost", "hibernating", "at risk", "cannot lose"}).any()
    risk = built["churn_risk"]
    after = risk.silent_days > risk.usual_days
    leaving = both[(both.band == "high") & after]
    assert not leaving.segment.isin({"champions", "loyal", "potential loyalists"}).any()
    within = both[risk.silent_days < risk.usual_days]
    assert not within.segment.isin({"about to sleep", "at risk", "cannot lose", "hibernating", "lost"}).any()
    due = risk.win_back
    assert not both[due].segment.isin({"champions", "loyal", "potential loyalists", "promising"}).any()


def test_the_alive_probability_is_tested_on_the_longest_window_that_is_over(
    built: dict[str, pd.DataFrame],
) -> None:
    error = quality(built, "alive_probability", "calibration_error")
    assert error.period.endswith(f"/{LEARNT_ON}")
    assert error.value < 0.1
    assert error.baseline_model == "one hazard"


def test_a_value_of_a_year_that_no_past_tests_says_so(built: dict[str, pd.DataFrame]) -> None:
    assert not built["customer_lifetime_value"].year_tested.any()
    assert quality(built, "customer_lifetime_value", "year_in_90_day_purchases").note.startswith("not tested")
    assert quality(built, "customer_lifetime_value", "year_ratio").note.startswith("not tested")


def test_every_recipe_and_the_naive_rule_are_compared(built: dict[str, pd.DataFrame]) -> None:
    frame = built["customer_model_quality"]
    reported = frame[(frame.model == "churn_risk") & frame.metric.str.startswith("log_loss_")]
    assert set(reported.metric) == {f"log_loss_{recipe}" for recipe in churn.RECIPES}
    assert (reported.note == "in charge").sum() == 1
    assert not any(
        metric.endswith(f"_{rule}")
        for metric, rule in zip(reported.metric, reported.baseline_model, strict=True)
    ), "none is compared with itself"
    assert reported.baseline.isna().sum() == 1


def test_the_error_of_the_probabilities_is_shown_by_the_probability_that_customers_were_given(
    built: dict[str, pd.DataFrame], shelf: Shelf
) -> None:
    (kept,) = shelf.trained
    frame, error = built["customer_model_quality"], quality(built, "churn_risk", "calibration_error")
    shares = frame[frame.model == "given_probability"]
    assert shares.baseline.is_monotonic_increasing
    assert shares.rows_used.sum() == error.rows_used
    assert kept.tested_on == error.period, "the model card names the same days"
    assert [share.observed for share in kept.calibration] == shares.value.tolist()
    gaps = (shares.value - shares.baseline).abs() * shares.rows_used
    assert gaps.sum() / error.rows_used == pytest.approx(error.value)


def test_value_intervals_hold_about_as_often_as_they_promise(built: dict[str, pd.DataFrame]) -> None:
    coverage = quality(built, "customer_lifetime_value", "interval_coverage")
    assert 0.7 <= coverage.value <= 0.97


def test_an_expected_value_outside_its_interval_is_above_it(built: dict[str, pd.DataFrame]) -> None:
    """A mean of mostly nothing can be above nine of ten outcomes, and never below nine of ten."""
    value = built["customer_lifetime_value"]
    for days in (90, 365):
        assert (value[f"expected_value_{days}d"] >= value[f"value_{days}d_low"]).all()
        assert (value[f"value_{days}d_high"][value[f"expected_purchases_{days}d"] < 0.05] == 0).all()
    assert (value.expected_value_90d[value.value_90d_high == 0] > 0).any()


def test_the_offer_to_everybody_is_published_and_named_where_it_won(
    drawn_shop: dict[str, ibis.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(churn, "OFFER_COST_GBP", 0.0)
    tables = build(drawn_shop, AS_OF, Shelf())
    offered = tables["churn_risk"].query("make_offer")
    assert tables["churn_risk"].offer_threshold.unique().tolist() == [churn.EVERYBODY]
    assert len(offered) == (tables["churn_risk"].customer_id % 3 != 0).sum()
    assert "published: an offer to everybody" in quality(tables, "churn_risk", "offers_earned_gbp").note


@pytest.mark.parametrize(
    ("as_of", "method", "value_model"),
    [(date(2024, 3, 31), "recency_share", "mbg_nbd"), (date(2024, 6, 30), churn.FIRST, "half_past_revenue")],
)
def test_a_history_too_short_for_a_test_names_what_is_published_without_one(
    drawn_shop: dict[str, ibis.Table], as_of: date, method: str, value_model: str
) -> None:
    shelf = Shelf()
    tables = build(drawn_shop, as_of, shelf)
    note = quality(tables, "churn_risk", "auc").note
    assert tables["churn_risk"].model.unique().tolist() == [method]
    assert method in note
    assert ("replaces a model" in note) == (not shelf.trained)
    assert "no offer is made" in note
    assert not tables["churn_risk"].make_offer.any()
    assert tables["customer_lifetime_value"].value_model.unique().tolist() == [value_model]


def test_nobody_is_written_to_without_consent(built: dict[str, pd.DataFrame]) -> None:
    offered = built["churn_risk"].query("make_offer")
    assert len(offered)
    assert (offered.customer_id % 3 != 0).all()


def test_no_money_is_negative(built: dict[str, pd.DataFrame]) -> None:
    value = built["customer_lifetime_value"]
    money = [name for name in value if ("value" in name or name.endswith("_gbp")) and name != "value_model"]
    assert (value[money].astype(float) >= 0).all().all()


def test_an_empty_shop_gives_empty_tables(shop: Shop) -> None:
    tables = build(shop([]), AS_OF, Shelf())
    assert all(frame.empty for frame in tables.values())
    assert_contracts_hold(tables)


def test_a_shop_of_guests_says_that_no_order_has_a_customer(shop: Shop) -> None:
    tables = build(shop([(None, "2024-12-01T10:00:00", "12.50", "completed")] * 5, {}), AS_OF, Shelf())
    assert_contracts_hold(tables)
    assert all(frame.empty for name, frame in tables.items() if name != "customer_model_quality")
    lacking = quality(tables, "orders", "sales_with_customer_share")
    assert lacking.value == 0
    assert lacking.note.startswith("no order has a customer")


def test_guests_who_spend_most_are_counted_and_customers_keep_their_tables(shop: Shop) -> None:
    guests = [(None, f"2024-11-{day:02}T10:00:00", "30", "completed") for day in range(1, 29)]
    customers = [(1 + day % 7, f"2024-11-{day:02}T11:00:00", "10", "completed") for day in range(1, 29)]
    tables = build(shop([*guests, *customers]), AS_OF, Shelf())
    assert_contracts_hold(tables)
    assert len(tables["customer_lifetime_value"]) == 7
    share = quality(tables, "orders", "sales_with_customer_share")
    assert (share.value, share.note.partition(",")[0]) == (0.25, "most sales are of guests")


def test_a_log_of_cohorts_without_products_reports_that_they_say_nothing(shop: Shop) -> None:
    """A log of cohorts has a customer, a day, a quantity and an amount, and no products."""
    log = [(1 + day % 9, f"2024-12-{day:02}T10:00:00", "14.50", "completed") for day in range(1, 29)]
    tables = build(shop(log), AS_OF, Shelf())
    assert_contracts_hold(tables)
    single = quality(tables, "orders", "one_product_share")
    assert (single.value, single.note.partition(":")[0]) == (1.0, "each purchase has one product")
    assert pd.isna(quality(tables, "orders", "sales_with_customer_share").note)


@pytest.mark.parametrize("customers", [1, 2, 30])
def test_a_tiny_shop_falls_back_and_says_so(shop: Shop, customers: int) -> None:
    tables = build(
        shop([(number + 1, "2024-12-01T10:00:00", "12.50", "completed") for number in range(customers)]),
        AS_OF,
        Shelf(),
    )
    assert_contracts_hold(tables)
    assert set(tables["customer_lifetime_value"].purchase_model) == {"pooled_rate"}
    assert set(tables["churn_risk"].model) == {"recency_share"}
    assert not tables["churn_risk"].make_offer.any()
    assert "too few repeat buyers" in quality(tables, "mbg_nbd", "r").note
    assert "recency_share replaces a model" in quality(tables, "churn_risk", "auc").note


def test_purchases_after_the_day_change_nothing(shop: Shop) -> None:
    before = [(1, "2024-03-01T10:00:00", "10", "completed"), (2, "2024-04-01T10:00:00", "20", "completed")]
    later = [
        *before,
        (1, "2025-01-01T00:00:00", "99", "completed"),
        (3, "2025-02-01T10:00:00", "99", "completed"),
    ]
    consent = {1: True, 2: True, 3: True}
    first, second = (build(shop(rows, consent), AS_OF, Shelf()) for rows in (before, later))
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])
