"""retail-copilot as a whole: its tables hold their contracts, whatever comes in."""

from collections.abc import Callable
from datetime import date

import ibis
import pandas as pd
import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail import retail_copilot as system
from headgate.learning.store import Shelf
from headgate.systems.rows_in_file import rows_by_contract

pytestmark = pytest.mark.system

AS_OF = date(2024, 2, 4)  # a Sunday
CONTRACTS = Registry.load().tables_of(system.SYSTEM)
Row = tuple[str, str, str, int, str | None, bool]
Tables = Callable[[list[Row]], dict[str, ibis.Table]]


def searches() -> list[Row]:
    """Five weeks from Monday, 1 January 2024: mugs sell, lamps are opened, gnomes are not found."""
    rows: list[Row] = []
    for day in range(35):
        on = f"2024-{'01' if day < 31 else '02'}-{day + 1 if day < 31 else day - 30:02}"
        rows += [
            (f"A{day}", f"{on}T10:00:00", "Red Mug" if day % 2 else "red mugs", 3, "P1", day % 3 == 0),
            (f"B{day}", f"{on}T11:00:00", "garden gnome", 0, None, False),
            (f"B{day}", f"{on}T11:01:00", "gnome", 0, None, False),
            (f"C{day}", f"{on}T12:00:00", "lamp", 9, "P2" if day % 5 == 0 else None, False),
        ]
    return [*rows, ("Z", "2024-01-10T09:00:00", "jane@example.com mug", 1, None, False)]


@pytest.fixture(scope="module")
def built(tables: Tables) -> dict[str, pd.DataFrame]:
    return system.build(tables(searches()), AS_OF, Shelf())


def assert_contracts_hold(built: dict[str, pd.DataFrame]) -> None:
    assert set(built) == set(CONTRACTS)
    for name, contract in CONTRACTS.items():
        rows = rows_by_contract(contract, built[name].assign(as_of=AS_OF, snapshot_id="0" * 16))
        assert rows.num_rows == len(built[name].drop_duplicates(list(contract.key)))
        assert all(rows[column.name].null_count == 0 for column in contract.columns if column.required)


def test_every_table_holds_its_contract(built: dict[str, pd.DataFrame]) -> None:
    assert_contracts_hold(built)


def test_the_same_day_twice_gives_identical_tables(built: dict[str, pd.DataFrame], tables: Tables) -> None:
    again = system.build(tables(searches()), AS_OF, Shelf())
    for name, frame in built.items():
        pd.testing.assert_frame_equal(frame, again[name], check_exact=True)


def test_a_pattern_by_hand(built: dict[str, pd.DataFrame]) -> None:
    mug = built["query_patterns"].set_index("template").loc["red mug"]
    assert (mug.searches, mug.sessions, mug.spellings) == (35, 35, 2)
    assert (mug.zero_result_share, mug.click_through_rate) == (0, 1)
    assert mug.purchase_rate == pytest.approx(12 / 35)
    assert mug.example == "red mugs"


def test_other_words_within_five_minutes_are_a_reformulation(built: dict[str, pd.DataFrame]) -> None:
    rates = built["query_patterns"].set_index("template").reformulation_rate
    assert (rates["garden gnome"], rates["gnome"], rates["lamp"]) == (1, 0, 0)


def test_what_one_visit_typed_is_not_shown(built: dict[str, pd.DataFrame]) -> None:
    patterns = built["query_patterns"].set_index("template")
    assert pd.isna(patterns.loc["mug"].example)
    assert not patterns.example.astype(str).str.contains("jane").any()


def test_weeks_begin_on_monday_and_none_is_missing(built: dict[str, pd.DataFrame]) -> None:
    lamp = built["query_trends"].query("template == 'lamp'")
    assert lamp.week_on.dt.dayofweek.eq(0).all()
    assert lamp.searches.tolist() == [7] * 5
    assert lamp.is_complete.all()
    assert lamp.growth.tolist()[1:] == [0.0] * 4
    assert pd.isna(lamp.growth.iloc[0])
    assert pd.isna(lamp.searches_before.iloc[0])


def test_searches_of_a_week_add_up_with_the_rarer_ones_and_those_that_showed_nothing(
    built: dict[str, pd.DataFrame],
) -> None:
    trends = built["query_trends"]
    assert trends.groupby("week_on").searches.sum().tolist() == [28, 29, 28, 28, 28]
    assert trends.groupby("week_on").without_results.sum().tolist() == [14] * 5
    rarer = trends[trends.template == "(other)"]
    assert rarer.searches.tolist() == [0, 1, 0, 0, 0]
    assert set(rarer.intent) == {"all searches"}
    of_intents = [built[name].groupby("intent").searches.sum() for name in ("query_trends", "query_patterns")]
    pd.testing.assert_series_equal(*of_intents)


def test_what_is_never_found_is_a_costly_gap(built: dict[str, pd.DataFrame]) -> None:
    missing = built["query_gaps"].query("gap == 'not_found'")
    assert set(missing.template) == {"garden gnome", "gnome"}
    assert (missing.lost_revenue_gbp > 0).all()


def test_the_usual_share_of_purchases_is_of_all_searches_and_of_those_that_showed_something(
    built: dict[str, pd.DataFrame],
) -> None:
    quality, patterns = built["query_model_quality"].set_index("metric").value, built["query_patterns"]
    bought = (patterns.searches * patterns.purchase_rate).sum()
    shown = (patterns.searches * (1 - patterns.zero_result_share)).sum()
    assert quality["purchase_share"] == pytest.approx(bought / patterns.searches.sum())
    assert quality["purchase_share_with_results"] == pytest.approx(bought / shown)


def test_searches_after_the_day_change_nothing(built: dict[str, pd.DataFrame], tables: Tables) -> None:
    later = system.build(
        tables([*searches(), ("Y", "2024-02-05T00:00:00", "sofa", 0, None, False)]), AS_OF, Shelf()
    )
    pd.testing.assert_frame_equal(later["query_patterns"], built["query_patterns"])


def test_no_searches_give_empty_tables(tables: Tables) -> None:
    built = system.build(tables([]), AS_OF, Shelf())
    assert all(frame.empty for frame in built.values())
    assert_contracts_hold(built)


@pytest.mark.parametrize("text", ["mug", "???", " ", "4111 1111 1111 1111"])
def test_a_single_search_is_enough(tables: Tables, text: str) -> None:
    built = system.build(tables([("A", "2024-01-10T10:00:00", text, 0, None, False)]), AS_OF, Shelf())
    assert_contracts_hold(built)
    assert built["query_patterns"].intent.tolist() == ["all searches"]
    assert not built["query_patterns"].template.str.contains("4111").any()
    quality = built["query_model_quality"].set_index("metric")
    assert quality.loc["intents"].note == "too few templates: one intent"


def test_both_levels_of_intents_are_published(tables: Tables) -> None:
    """Enough templates for groups: each sub-intent belongs to one intent, and the quality table says how many
    there are.
    """
    things, colours = ("mug", "lamp", "candle", "clock"), ("red", "blue", "green", "white", "black", "pink")
    texts = [f"{colour} {thing}" for thing in things for colour in colours]
    rows = [
        (f"S{place}", f"2024-01-{1 + place:02}T10:00:00", text, 1, None, False)
        for place, text in enumerate(texts)
    ]
    built = system.build(tables(rows), AS_OF, Shelf())
    assert_contracts_hold(built)
    patterns, quality = built["query_patterns"], built["query_model_quality"].set_index("metric")
    assert set(patterns.groupby("sub_intent").intent.nunique()) == {1}
    assert quality.loc["intents"].value == patterns.intent.nunique() > 1
    assert quality.loc["sub_intents"].value == patterns.sub_intent.nunique()
    assert -1 <= quality.loc["stability"].value <= 1
