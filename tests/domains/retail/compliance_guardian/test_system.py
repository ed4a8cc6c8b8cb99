"""compliance-guardian as a whole: its tables hold their contracts, whatever comes in."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import ibis
import pandas as pd
import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail import compliance_guardian as system
from headgate.domains.retail.compliance_guardian import boosting_models, scored_periods
from headgate.engines import write_rows
from headgate.learning.store import Shelf
from headgate.systems.rows_in_file import rows_by_contract
from tests.made_tables import in_memory

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)
CONTRACTS = {name: Registry.load().prod[name] for name in system.TABLES}
Tables = Callable[..., dict[str, ibis.Table]]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Where the build of `built` leaves its models."""
    return Shelf()


@pytest.fixture(scope="module")
def built(town: dict[str, ibis.Table], shelf: Shelf) -> dict[str, pd.DataFrame]:
    return in_memory(system.build(town, AS_OF, shelf))


@pytest.fixture(scope="module")
def again(town: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    """A second build of the same day, under a champion that is no recipe any more."""
    return in_memory(system.build(town, AS_OF, Shelf({"fraud": "retired"})))


def assert_contracts_hold(built: dict[str, pd.DataFrame]) -> None:
    assert set(built) == set(CONTRACTS)
    for name, contract in CONTRACTS.items():
        rows = rows_by_contract(contract, built[name].assign(as_of=AS_OF, snapshot_id="0" * 16))
        assert rows.num_rows == len(built[name].drop_duplicates(list(contract.key)))
        assert all(rows[column.name].null_count == 0 for column in contract.columns if column.required)


def test_every_table_holds_its_contract(built: dict[str, pd.DataFrame]) -> None:
    assert_contracts_hold(built)


def test_the_same_day_twice_gives_identical_tables(
    built: dict[str, pd.DataFrame], again: dict[str, pd.DataFrame]
) -> None:
    for name, frame in built.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


@pytest.mark.usefixtures("built")
def test_a_model_for_the_days_to_come_is_left_with_its_contest(shelf: Shelf) -> None:
    (kept,) = shelf.trained
    assert kept.contest is not None
    assert (kept.name, kept.recipe, kept.contest.champion) == (
        "fraud",
        kept.contest.winner,
        boosting_models.FIRST,
    )
    assert [one.recipe for one in kept.contest.results] == list(boosting_models.RECIPES)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", kept.tested_on), "the days of its calibration"
    assert kept.metrics["auc"] > 0.6
    assert not {"card_token", "transaction_id"} & set(kept.columns)


def test_the_recipe_in_charge_scores(town: dict[str, ibis.Table], built: dict[str, pd.DataFrame]) -> None:
    other = in_memory(system.build(town, AS_OF, Shelf({"fraud": "boosting_24_leaves"})))
    assert other["fraud_scores"].score.tolist() != built["fraud_scores"].score.tolist()


def test_a_recipe_that_is_gone_leaves_the_first_in_charge(
    built: dict[str, pd.DataFrame], again: dict[str, pd.DataFrame]
) -> None:
    pd.testing.assert_frame_equal(again["fraud_scores"], built["fraud_scores"])


def test_money_of_every_kind_of_entity_is_the_money_of_all_transactions(
    built: dict[str, pd.DataFrame],
) -> None:
    whole = sum(built["fraud_scores"].amount, Decimal(0))
    assert {sum(part.amount, Decimal(0)) for _, part in built["risk_scores"].groupby("entity_type")} == {
        whole
    }


def test_the_misused_terminal_is_the_riskiest(built: dict[str, pd.DataFrame]) -> None:
    terminals = built["risk_scores"].query("entity_type == 'terminal'")
    worst = terminals.loc[terminals.score.idxmax()]
    assert (worst.entity_id, worst.risk_band) == ("7", "high")


def test_quality_says_which_model_was_measured_and_what_it_has_to_beat(
    built: dict[str, pd.DataFrame],
) -> None:
    auc = built["fraud_model_quality"].query("metric == 'auc'")
    assert set(auc.model) == {"gradient_boosting", "isolation_forest"}
    newest = auc.sort_values("period").iloc[-1]
    assert newest.model == "gradient_boosting"
    assert newest.value > newest.baseline
    assert auc.query("model == 'isolation_forest'").note.str.contains("strangeness").all()


def test_every_day_has_its_figures_beside_those_of_the_periods(built: dict[str, pd.DataFrame]) -> None:
    quality = built["fraud_model_quality"]
    days = quality[quality.metric == "daily_auc"].period
    assert sorted(days) == [
        f"{day:%Y-%m-%d}/{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", periods=60)
    ]
    assert quality[quality.metric == "daily_card_precision_100"].value.between(0, 1).all()
    assert (
        quality[quality.metric == "auc"].period.str[:10] < quality[quality.metric == "auc"].period.str[11:]
    ).all()


def test_decisions_cost_less_than_approving_everything(built: dict[str, pd.DataFrame]) -> None:
    cost = built["fraud_model_quality"].query("metric == 'cost_gbp' and model == 'gradient_boosting'")
    assert cost.value.sum() < cost.baseline.sum()


def test_reviews_are_counted_beside_what_the_team_can_make(built: dict[str, pd.DataFrame]) -> None:
    quality = built["fraud_model_quality"].query("metric == 'reviews_a_day'")
    reviewed = (built["fraud_scores"].decision == "review").sum()
    days = quality.period.map(lambda period: len(pd.date_range(*period.split("/"))))
    assert (quality.value * days).sum() == pytest.approx(reviewed)
    assert (quality.baseline == 100).all()


def test_probabilities_of_both_models_are_on_one_scale(built: dict[str, pd.DataFrame]) -> None:
    quality = built["fraud_model_quality"].query("metric == 'ece'")
    assert set(quality.model) == {"all", "gradient_boosting", "isolation_forest"}
    labelled = built["fraud_scores"].dropna(subset="is_fraud")
    (whole,) = quality[quality.model == "all"].itertuples()
    assert whole.rows_used == len(labelled)
    assert whole.value >= abs(labelled.score.mean() - labelled.is_fraud.astype(float).mean()) - 1e-9
    assert whole.value < 0.05


def test_a_stated_team_reviews_no_more_where_no_label_is_known(tables: Tables) -> None:
    rows = [
        (f"2024-06-{1 + place % 2:02}T{place % 24:02}:00:00", 1 + place % 5, 1, str(500 + 40 * place), None)
        for place in range(60)
    ]
    reviewed = {
        team: (system_scores(tables(rows), team).decision == "review").sum() for team in ("0", "3", "100")
    }
    assert reviewed["0"] == 0
    assert 0 < reviewed["3"] <= 6 < reviewed["100"]


def system_scores(tables: dict[str, ibis.Table], team: str) -> pd.DataFrame:
    """The table of scores where so many transactions can be reviewed in a day."""
    return in_memory(system.build(tables, AS_OF, Shelf(), {"reviews_a_day": team}))["fraud_scores"]


def test_no_transactions_give_empty_tables(tables: Tables) -> None:
    built = in_memory(system.build(tables([]), AS_OF, Shelf()))
    assert all(frame.empty for frame in built.values())
    assert_contracts_hold(built)


@pytest.mark.parametrize("label", [None, False, True])
@pytest.mark.parametrize("count", [1, 40])
def test_few_labels_fall_back_to_strangeness_and_say_so(
    tables: Tables, count: int, label: bool | None
) -> None:
    rows = [
        (f"2024-06-{1 + place % 2:02}T10:00:00", 1 + place % 5, 1 + place % 3, "10.01", label)
        for place in range(count)
    ]
    built = in_memory(system.build(tables(rows), AS_OF, Shelf()))
    assert_contracts_hold(built)
    assert set(built["fraud_scores"].model) == {"isolation_forest"}
    assert "block" not in set(built["fraud_scores"].decision)
    measured = built["fraud_model_quality"].query("metric != 'margin_share'")
    assert measured.note.str.contains("no fraud is known").all()


def test_strangeness_without_labels_makes_nobody_a_risk(tables: Tables) -> None:
    """A customer who is mildly unusual each day would be riskier than one with three absurd payments."""
    usual = [
        (f"2024-12-{1 + place // 20:02}T10:{place % 20:02}:00", 1 + place % 20, 1, "20", None)
        for place in range(27 * 20)
    ]
    odd = [(f"2024-12-28T10:{minute}:00", 3, 1, "900", None) for minute in (10, 20, 30)]
    built = in_memory(system.build(tables([*usual, *odd]), AS_OF, Shelf()))
    assert (built["fraud_scores"].score > 0).all()
    assert (built["risk_scores"].score == 0).all()


def test_failed_payments_are_counted_for_their_card(tables: Tables) -> None:
    rows = [("2024-06-01T10:00:00", 1, 1, "10", None), ("2024-06-02T10:00:00", 2, 1, "10", None)]
    built = in_memory(
        system.build(tables(rows, failed_tokens=("k1:0002", "k1:0002", "k1:9999")), AS_OF, Shelf())
    )
    cards = built["risk_scores"].query("entity_type == 'card'").set_index("entity_id")
    assert cards.failed_payments.to_dict() == {"k1:0001": 0, "k1:0002": 2}


def test_how_many_rows_are_in_memory_at_a_time_changes_no_table(
    built: dict[str, pd.DataFrame], town: dict[str, ibis.Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 700)
    monkeypatch.setattr(boosting_models, "_SEARCHED_ROWS", 300)
    monkeypatch.setattr(scored_periods, "_DAYS_ROWS", 250)
    found = in_memory(system.build(town, AS_OF, Shelf()))
    for name, frame in built.items():
        pd.testing.assert_frame_equal(found[name], frame, check_exact=True)
