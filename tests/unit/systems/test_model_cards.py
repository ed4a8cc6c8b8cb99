"""Model cards: every claim of a card is a figure of its tables, and a person can read it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headgate.contracts.registry import Registry
from headgate.errors import ContractError, NotFoundError
from headgate.learning.calibration import Bin
from headgate.learning.store import Card
from headgate.systems import model_card_page, system_registry
from headgate.systems.model_cards import CurrentTable, description, descriptions, model_card

pytestmark = pytest.mark.unit

STAMPS = {"as_of": "2026-01-31", "snapshot_id": "0123456789abcdef"}
KEPT = Card(
    model="churn",
    system="demand-insights-engine",
    version="v1",
    recipe="linear",
    snapshot_id="0123456789abcdef",
    as_of="2026-01-31",
    code="c0de",
    columns=("silence", "age"),
    rows=1200,
    metrics={"auc": 0.8},
    contest={
        "results": [
            {"recipe": "linear", "mean_loss": 0.5, "lead": 0.0},
            {"recipe": "constant", "mean_loss": 0.6, "lead": -3.0},
        ]
    },
    drift={"silence": 0.4, "age": 0.01},
    libraries={},
    sha256="0",
    calibration=(Bin(0.2, 0.25, 600), Bin(0.7, 0.65, 600)),
)
IN_USE = CurrentTable("2026-01-31", {"model": ("linear",)})


def measure(
    metric: str,
    value: float | None,
    period: str = "2025-10-01/2025-12-30",
    **more: Any,  # noqa: ANN401 any column
) -> dict[str, Any]:
    row = {
        "model": "churn_risk",
        "metric": metric,
        "period": period,
        "value": value,
        "baseline": 0.7,
        "baseline_model": "silence",
    }
    return row | {"rows_used": 1200, "note": None} | more | STAMPS


def forecast(series: str, owa: float | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 any column
    row = {
        "series_id": series,
        "model": "ensemble",
        "grain": "week",
        "horizon": 12,
        "windows": 4,
        "smape": 20.0,
        "smape_naive2": 25.0,
    }
    rules = {
        "smape_last_year": 23.0,
        "smape_last_value": 40.0,
        "smape_mean_of_8": 30.0,
        "owa": owa,
        "coverage_80": 0.75,
        "coverage_95": 0.9,
    }
    return row | rules | {"history_too_short": False} | more | STAMPS


def test_every_described_model_names_tables_and_models_that_exist() -> None:
    prod = Registry.load().prod
    for about in descriptions().values():
        assert {prod[table].system for table in (*about.tables, about.quality)} == {about.system}
        assert not about.kept or about.kept in system_registry.declared(
            system_registry.system(about.system), "LEARNS"
        )
        assert set(about.method_columns) <= {column.name for column in prod[about.tables[0]].columns}
        assert set(about.needs) <= set(system_registry.system(about.system).READS)


def test_every_kept_model_and_every_quality_table_has_a_card() -> None:
    learnt = {
        (name, model)
        for name in system_registry.modules()
        for model in system_registry.declared(system_registry.system(name), "LEARNS")
    }
    assert learnt <= {(one.system, one.kept) for one in descriptions().values()}


def test_a_card_has_the_figures_the_contest_the_calibration_and_the_drift() -> None:
    card = model_card(
        description("churn"), [measure("auc", 0.8), measure("loss", 0.5, model="mbg_nbd")], KEPT, IN_USE
    )
    assert [
        (figure.metric, figure.value, figure.baseline, figure.baseline_model) for figure in card.figures
    ] == [("auc", 0.8, 0.7, "silence")]
    assert (card.recipe, card.contest, card.shifted) == (
        "linear",
        {"linear": 0.5, "constant": 0.6},
        ("silence",),
    )
    assert (card.period, card.as_of, card.calibration) == (
        "2025-10-01/2025-12-30",
        "2026-01-31",
        KEPT.calibration,
    )
    assert json.loads(json.dumps(card.to_dict()))["calibration"][0] == {
        "expected": 0.2,
        "observed": 0.25,
        "rows": 600,
    }


def test_a_figure_that_is_not_a_number_is_missing() -> None:
    (one,) = model_card(description("churn"), [measure("auc", float("nan"))], None, CurrentTable()).figures
    assert one.value is None


def test_figures_of_many_days_are_shown_as_their_mean() -> None:
    days = [
        measure("daily_auc", value, f"2026-01-0{day}/2026-01-0{day}")
        for day, value in enumerate([0.6, 0.8, None, 0.7], 1)
    ]
    (one,) = model_card(replace(description("fraud"), quality_models=()), days, None, CurrentTable()).figures
    assert (one.value, one.period, one.note) == (
        pytest.approx(0.7),
        "2026-01-01/2026-01-04",
        "mean of 3 periods",
    )
    assert one.rows == 3 * 1200


def test_figures_without_any_value_say_so() -> None:
    days = [measure("daily_auc", None, f"2026-01-0{day}/2026-01-0{day}") for day in range(1, 5)]
    (one,) = model_card(replace(description("fraud"), quality_models=()), days, None, CurrentTable()).figures
    assert (one.value, one.rows, one.note) == (None, 0, "none of 4 periods could be measured")


def test_the_newest_of_many_periods_is_shown_beside_their_mean() -> None:
    """A dashboard said 0.82 of the newest period and the card 0.69, which is the mean of all of them."""
    periods = [
        measure("auc", value, f"2026-0{month}-01/2026-0{month}-28")
        for month, value in enumerate([0.6, 0.7, 0.8, 0.9, None], 1)
    ]
    about = replace(description("fraud"), quality_models=())
    figures = model_card(about, periods, None, CurrentTable()).figures
    noted = [(figure.value, figure.period, figure.note.partition("; ")[0]) for figure in figures]
    assert noted == [
        (0.9, "2026-04-01/2026-04-28", "newest of 4 periods"),
        (pytest.approx(0.75), "2026-01-01/2026-04-28", "mean of 4 periods"),
    ]
    assert [figure.is_main for figure in figures] == [True, False]


def test_a_forecast_card_compares_the_total_with_each_naive_rule() -> None:
    card = model_card(
        description("sales-forecast"),
        [forecast("region=GB", 1.2), forecast("total", 0.9)],
        None,
        CurrentTable(),
    )
    compared = {
        figure.baseline_model: (figure.value, figure.baseline)
        for figure in card.figures
        if figure.metric == "smape"
    }
    assert compared == {
        "Naive2": (20.0, 25.0),
        "same period of last year": (20.0, 23.0),
        "last value": (20.0, 40.0),
        "mean of the last eight": (20.0, 30.0),
    }
    (share,) = (figure for figure in card.figures if figure.metric == "share_with_owa_up_to_1")
    assert (share.value, share.note.partition(";")[0]) == (
        0.5,
        "1 of 2 tested series are further off than the last value with the usual season",
    )
    assert card.calibration == (Bin(0.8, 0.75, 48), Bin(0.95, 0.9, 48))
    assert "## Calibration\n\nExpected and observed shares" in model_card_page.markdown(card)


def test_a_forecast_card_says_that_the_published_method_was_not_tested() -> None:
    rules = ("smape_naive2", "smape_last_year", "smape_last_value", "smape_mean_of_8")
    measured = dict.fromkeys(("smape", *rules, "coverage_80", "coverage_95"))
    untested = forecast("total", None, model="last_year", windows=0, history_too_short=True, **measured)
    card = model_card(
        description("sales-forecast"), [untested, forecast("region=GB", 0.9)], None, CurrentTable()
    )
    (share,) = (figure for figure in card.figures if figure.metric == "share_with_owa_up_to_1")
    total = [figure for figure in card.figures if figure is not share]
    assert {one.note for one in total} == {"not tested: last_year forecast on no tested day"}
    assert {(one.value, one.verdict) for one in total} == {(None, "")}
    assert card.calibration == ()
    assert (share.value, share.rows) == (1.0, 1)
    assert "the published method of 1 of 2 series is not tested" in share.note


def test_a_forecast_card_says_that_last_year_was_not_known() -> None:
    card = model_card(
        description("sales-forecast"), [forecast("total", 0.9, smape_last_year=None)], None, CurrentTable()
    )
    (by_year,) = (figure for figure in card.figures if figure.baseline_model == "same period of last year")
    assert by_year.baseline is None
    assert by_year.note.startswith("last year was not known on each of these days; ")


@pytest.mark.parametrize("is_short", [True, False])
def test_a_forecast_card_says_which_intervals_were_covered(*, is_short: bool) -> None:
    card = model_card(
        description("sales-forecast"),
        [forecast("total", 0.9, history_too_short=is_short)],
        None,
        CurrentTable(),
    )
    notes = {figure.metric: figure.note.partition("; ")[0] for figure in reversed(card.figures)}
    assert (
        notes["coverage_80"]
        == notes["coverage_95"]
        == "of intervals on tested days, from the errors of the other days"
    )
    is_said = notes["smape"] == "the season is not tested: no tested day knew a year"
    assert is_said is is_short


def test_a_sum_that_the_published_method_loses_is_in_view_with_the_reason() -> None:
    """The rule was nearer on the sum of 4 weeks, and the card had only the single weeks."""
    tests = {"series_id": "total", "grain": "week", "model": "ensemble", "sum_windows": 3}
    sums = tuple(
        {**tests, "horizon": horizon, "sum_off_by": 16.6, "sum_off_by_mean_of_8": rule}
        for horizon, rule in ((4, 15.4), (13, 9.0))
    )
    card = model_card(description("sales-forecast"), [forecast("total", 0.9)], None, CurrentTable(rows=sums))
    (of_sum,) = (figure for figure in card.figures if figure.metric == "sum_mape")
    assert (of_sum.value, of_sum.baseline, of_sum.verdict, of_sum.is_main) == (16.6, 15.4, "as good", True)
    assert "published all the same, because the mean has no season" in of_sum.note


def test_recipes_that_are_not_kept_are_compared_with_the_published_one() -> None:
    values = [
        measure("value_mae_gbp", 378.0, model="customer_lifetime_value", note="published: sharp_hurdle"),
        measure(
            "value_mae_gbp_half_past_revenue", 376.9, model="customer_lifetime_value", note="challenger: half"
        ),
    ]
    card = model_card(description("customer-value"), values, None, CurrentTable())
    assert card.contest == {"half_past_revenue": 376.9, "sharp_hurdle": 378.0}
    assert card.contest_title == "Error of one customer's revenue in a tested window"


@pytest.mark.parametrize(("silhouette", "words"), [(0.34, "apart from each other"), (0.2, "nearly none")])
def test_the_card_of_alike_customers_judges_how_far_their_groups_lie_apart(
    silhouette: float, words: str
) -> None:
    kinds = {"silhouette": silhouette, "stability": 0.93, "clusters": 4.0}
    rows = [measure(name, value, "fit", model="customer_segments") for name, value in kinds.items()]
    card = model_card(
        description("customer-segments"), [{**row, "baseline": None} for row in rows], None, CurrentTable()
    )
    assert [(figure.metric, figure.verdict) for figure in card.figures] == [
        ("silhouette", words),
        ("stability", "repeated"),
        ("clusters", ""),
    ]


def test_a_card_says_in_which_direction_probabilities_are_off() -> None:
    kept = replace(KEPT, calibration=(Bin(0.3, 0.43, 9),), tested_on="2025-10-03/2025-12-31")
    card = model_card(description("churn"), [], kept, IN_USE)
    assert card.calibrated == (
        "Probabilities are too low: where 30 % was expected, 43 % came. That is of the test that compared "
        "the recipes on the days from 3 Oct 2025 to 31 Dec 2025: in its 9 cases 30.0 % was expected and "
        "43.0 % came. The verdicts of the other tests are of the days beside them, on which the shares can "
        "be off to the other side."
    )
    undated = model_card(description("churn"), [], replace(kept, tested_on=""), IN_USE).calibrated
    assert "the test that compared the recipes: in its 9 cases" in undated
    assert card.calibrated in model_card_page.markdown(card)


def test_a_card_before_the_first_run_says_so() -> None:
    page = model_card_page.markdown(model_card(description("churn"), [], None, CurrentTable()))
    assert "There are no figures yet. `headgate run` builds the tables." in page


@pytest.mark.parametrize(
    "shown",
    [
        CurrentTable("2026-01-31", {"model": ("recency_share",)}),
        CurrentTable("2025-12-31", {"model": ("linear",)}),
    ],
)
def test_a_kept_model_that_did_not_build_the_current_table_is_named_as_not_in_use(
    shown: CurrentTable,
) -> None:
    """After data are reverted, the model store still has the model of the later data."""
    card = model_card(description("churn"), [measure("auc", None, "fit")], KEPT, shown)
    assert (card.recipe, card.learnt_from, card.contest, card.calibration, card.drift) == ("", 0, {}, (), {})
    page = model_card_page.markdown(card)
    words = {"recency_share": "recency_share (share of the days since the last order)", "linear": "linear"}
    assert f"The column `model` of churn_risk states: {words[shown.methods['model'][0]]}." in page
    assert "The kept model linear of 2026-01-31 is not in use" in page
    assert "Recipe linear" not in page


def test_a_kept_model_is_in_use_under_the_name_that_the_table_gives_it() -> None:
    shown = CurrentTable("2026-01-31", {"model": ("gradient_boosting", "isolation_forest")})
    assert model_card(description("fraud"), [], replace(KEPT, model="fraud"), shown).recipe == "linear"


def test_a_card_states_how_the_recipe_in_charge_is_chosen() -> None:
    page = model_card_page.markdown(model_card(description("churn"), [measure("auc", 0.8)], KEPT, IN_USE))
    assert "A recipe stays in charge until another is clearly better on past days." in page


def test_a_card_names_the_columns_that_state_the_method() -> None:
    rows = {
        "value_model": ["mbg_nbd"],
        "purchase_model": ["mbg_nbd"],
        "spend_model": ["gamma_gamma"],
    }
    page = model_card_page.markdown(
        model_card(description("customer-value"), [], None, CurrentTable.of_columns("2026-01-31", rows))
    )
    assert "The column `spend_model` of customer_lifetime_value states: gamma_gamma (model of the" in page
    assert "`model`" not in page
    assert "`model`" not in model_card_page.markdown(
        model_card(description("query-patterns"), [], None, CurrentTable())
    )


def test_a_card_without_its_data_names_the_dataset() -> None:
    page = model_card_page.markdown(
        model_card(description("fraud"), [], None, CurrentTable(), ("card_transactions",))
    )
    assert "The lake has no rows of card_transactions" in page
    assert "There are no figures yet" not in page


def test_the_page_has_every_section_and_a_plot_of_the_calibration() -> None:
    card = model_card(description("churn"), [measure("auc", 0.8, note="a < b | c")], KEPT, IN_USE)
    page, text = model_card_page.model_card_html(card), model_card_page.markdown(card)
    for title in (
        "What it predicts",
        "Data and period",
        "Naive rule",
        "Backtests",
        "Calibration",
        "Drift",
        "Known limits",
    ):
        assert f"<h2>{title}</h2>" in page
        assert f"## {title}" in text
    assert page.count("<circle") == 2
    assert "a &lt; b | c" in page
    assert "a < b \\| c" in text


def test_a_model_that_does_not_exist_is_named() -> None:
    with pytest.raises(
        NotFoundError,
        match=r"There is no model nonesuch\. Models: churn, customer-segments, customer-value, fraud",
    ):
        description("nonesuch")


def test_an_item_that_yaml_reads_as_a_mapping_is_an_error_of_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colon and a blank in a sentence make a mapping of it."""
    (tmp_path / "headgate.toml").write_text('domains = ["retail"]\n')
    folder = tmp_path / "model_cards"
    folder.mkdir()
    (folder / "rides.yaml").write_text("name: rides\nsystem: own\nlimits:\n  - few rides: do not plan\n")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    with pytest.raises(ContractError, match="model card rides: limits has an item that is no text"):
        descriptions()
