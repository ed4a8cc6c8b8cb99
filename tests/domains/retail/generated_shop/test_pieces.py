"""The pieces of the shop, each by its own rule."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from scripts.generated_shop.cards import check_digits, issue_cards
from scripts.generated_shop.countries import REGIONS, regions_table
from scripts.generated_shop.csv_text import compressed, csv_bytes
from scripts.generated_shop.drawn_arrays import NEVER, money, timestamps
from scripts.generated_shop.drawn_searches import Offer, phrases_of
from scripts.generated_shop.purchases import Habits, habits_for, purchase_times
from scripts.generated_shop.season import PROMOTIONS, daily_demand, season_of, time_of_day
from scripts.online_retail.merchandise import category_of

pytestmark = pytest.mark.unit

TEXT = st.one_of(
    st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
)


@pytest.mark.parametrize(
    "number", [4111111111111111, 5555555555554444, 2223003122003222, 378282246310005, 6011111111111117]
)
def test_check_digits_are_those_of_published_test_cards(number: int) -> None:
    assert check_digits(np.array([number // 10]))[0] == number % 10


@given(st.lists(st.integers(0, 10**17), min_size=1))
def test_one_wrong_digit_never_passes(bodies: list[int]) -> None:
    digits = check_digits(np.array(bodies))
    changed = check_digits(np.array([body + 1 if body % 10 < 9 else body - 1 for body in bodies]))
    assert (digits != changed).all()


def test_cards_do_not_show_their_numbers() -> None:
    cards = issue_cards(np.random.default_rng(1), 3, 24_000)
    assert repr(cards) == "Cards(3)"


def test_american_express_has_four_digits_to_verify_and_others_three() -> None:
    cards = issue_cards(np.random.default_rng(1), 500, 24_000)
    index = np.arange(500)
    lengths = {
        (number[:2] in {"34", "37"}, len(cvv))
        for number, cvv in zip(
            cards.number_texts(index).to_pylist(), cards.cvv_texts(index).to_pylist(), strict=True
        )
    }
    assert lengths == {(True, 4), (False, 3)}
    assert min(cards.expiry_texts(index).to_pylist()) >= "2000-01"


@given(st.lists(st.integers(-(10**11), 10**11)), st.integers(0, 4))
def test_money_is_exact(units: list[int], scale: int) -> None:
    assert money(np.array(units, dtype=np.int64), 16, scale).to_pylist() == [
        Decimal(unit).scaleb(-scale) for unit in units
    ]


def test_a_time_that_never_came_is_null() -> None:
    assert timestamps(np.array([0, NEVER])).null_count == 1


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1))
def test_csv_reads_back_as_it_was_written(rows: list[tuple[str | None, str | None]]) -> None:
    table = pa.table(
        {
            "a": pa.array([row[0] for row in rows], pa.string()),
            "b": pa.array([row[1] for row in rows], pa.string()),
        }
    )
    read = list(csv.reader(io.StringIO(csv_bytes(table).decode(), newline="")))
    assert read == [["a", "b"], *([a or "", b or ""] for a, b in rows)]


def test_ragged_rows_have_a_cell_more_or_a_cell_less() -> None:
    table = pa.table({"a": ["1", "2", "3"], "b": ["x", "y", "z"]})
    assert csv_bytes(table, np.array([0, 1, -1])) == b"a,b\n1,x\n2,y,surplus\n3\n"


def test_a_table_without_rows_is_a_header() -> None:
    assert csv_bytes(pa.table({"a": pa.array([], pa.string())})) == b"a\n"


@given(st.binary())
def test_equal_bodies_compress_to_equal_bytes(body: bytes) -> None:
    assert compressed(body) == compressed(bytes(body))
    assert gzip.decompress(compressed(body)) == body


def test_regions_hold_their_contract_and_their_names_are_unique() -> None:
    assert regions_table(REGIONS, 0).column_names == list(Registry.load().source["regions"].names)
    assert (
        len({region.region_id for region in REGIONS})
        == len({region.name for region in REGIONS})
        == len(REGIONS)
    )
    assert "NA" in {region.continent for region in REGIONS}


def test_customers_buy_as_often_as_asked_and_heterogeneously() -> None:
    acquired = np.random.default_rng(1).uniform(-200, 400, 3_000)
    habits = habits_for(1, acquired, 400.0, 9_000)
    who, when = purchase_times(np.random.default_rng(2), acquired, 400.0, habits)
    assert abs(len(who) / 9_000 - 1) < 0.15
    counts = np.bincount(who, minlength=3_000)
    assert counts.var() > 2 * counts.mean()  # a Poisson would have equal ones
    assert (when >= 0).all()
    assert (when < 400).all()


def test_nobody_buys_before_being_a_customer() -> None:
    acquired = np.array([10.0, 50.0])
    who, when = purchase_times(np.random.default_rng(3), acquired, 100.0, Habits(0.1))
    assert (when >= acquired[who]).all()


def test_the_trading_clock_never_runs_backwards_and_fills_the_period() -> None:
    season = season_of(np.random.default_rng(1), date(2024, 12, 31), 365)
    seconds = season.seconds(np.linspace(-5, 365, 5_000))
    assert (np.diff(seconds) >= 0).all()
    assert seconds[-1] < season.ends_s
    assert {*season.promotions.tolist()} == {-1, *range(len(PROMOTIONS))}


def test_demand_grows_and_peaks_before_christmas() -> None:
    demand = daily_demand(np.arange(19_358, 19_358 + 731))  # 2023 and 2024
    months = np.arange("2023-01-01", "2025-01-01", dtype="datetime64[D]").astype("datetime64[M]")
    by_month = [demand[months == month].mean() for month in np.unique(months)]
    assert int(np.argmax(by_month[:12])) in {10, 11}
    assert by_month[12 + 4] > by_month[4]


def test_a_day_begins_at_midnight_and_ends_before_the_next() -> None:
    assert time_of_day(np.array([0.0, 1.0])).tolist() == [0.0, 86_400.0]


def test_a_phrase_finds_the_products_that_hold_all_its_words() -> None:
    phrases = phrases_of(
        Offer(pa.array(["1", "2", "3"]), pa.array(["RED MUG", "BLUE MUG", None]), np.ones(3))
    )
    assert dict(zip(phrases.texts, phrases.product_counts.tolist(), strict=True)) == {
        "mug": 2,
        "red mug": 1,
        "blue mug": 1,
    }
    assert phrases.first.tolist() == [0, 2, 4, 4]


@pytest.mark.parametrize(
    ("code", "name", "category"),
    [
        ("85048", "15CM CHRISTMAS GLASS BALL 20 LIGHTS", "christmas"),
        ("22138", "RETROSPOT MUGS", "kitchen"),
        ("POST", "POSTAGE", "service"),
        ("m", "Manual", "service"),
        ("gift_0001_20", "Dotcomgiftshop Gift Voucher", "service"),
        ("47503J ", "SET/3 FLORAL GARDEN TOOLS IN BAG", "bags"),
        ("22225", None, "uncategorised"),
    ],
)
def test_a_category_is_read_off_the_name_and_services_off_the_code(
    code: str, name: str | None, category: str
) -> None:
    assert category_of(code, name) == category
