import datetime as dt
from decimal import Decimal
from statistics import mean, median, stdev

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.profiling.describe import _classes, describe_values, steps

pytestmark = pytest.mark.unit


def test_numbers_are_described_by_their_range() -> None:
    reported = describe_values(pa.array([1, 2, 3, 4, None, 100]))
    assert reported.distinct == 5
    assert {name: reported.facts[name] for name in ("min", "max", "mean", "median")} == {
        "min": "1",
        "max": "100",
        "mean": "22",
        "median": "3",
    }
    assert reported.facts["std"] == "43.6176569751"
    assert reported.facts["outliers"] == {"fences": ["-1", "7"], "outside": 1, "far_out": 1}


def test_money_is_reported_exactly() -> None:
    reported = describe_values(
        pa.array([Decimal("10.10"), Decimal("-0.05"), Decimal("10.10")], pa.decimal128(14, 2))
    )
    assert (reported.facts["min"], reported.facts["max"], reported.top) == ("-0.05", "10.10", (("10.10", 2),))


def test_days_and_instants_are_reported_as_such() -> None:
    days = describe_values(pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 3)]))
    assert (days.facts["min"], days.facts["mean"], days.facts["std_days"]) == (
        "2024-01-01",
        "2024-01-02",
        "1.41421356237",
    )
    instants = describe_values(
        pa.array([dt.datetime(1969, 1, 1), dt.datetime(1969, 1, 1, 12)], pa.timestamp("us"))
    )
    assert (instants.facts["min"], instants.facts["median"]) == ("1969-01-01 00:00:00", "1969-01-01 06:00:00")


def test_one_value_has_no_outliers_and_no_spread() -> None:
    reported = describe_values(pa.array([5, 5, 5]))
    assert (reported.facts["std"], reported.facts["outliers"]) == ("0", {})


def test_no_rows_have_no_statistics() -> None:
    assert describe_values(pa.nulls(3, pa.int64())).distinct == 0
    assert describe_values(pa.nulls(3, pa.string())).facts == {}
    assert describe_values(pa.array([float("nan"), float("inf")])).facts == {}


def test_texts_are_described_by_frequency_length_and_pattern() -> None:
    reported = describe_values(pa.array(["P123", "P9999", "P123", None, "x y"]))
    assert (reported.distinct, reported.top[0]) == (3, ("P123", 2))
    assert reported.facts["length"] == {"min": 3, "max": 5, "mean": "4"}
    assert reported.patterns == (("A9{3}", "0.500000"), ("A9{4}", "0.250000"), ("a a", "0.250000"))
    assert reported.bins == {"P123": "0.500000", "P9999": "0.250000", "x y": "0.250000"}


def test_texts_held_as_a_dictionary_are_described_as_if_they_were_plain() -> None:
    texts = pa.array(["b", "a", None, "b"])
    assert describe_values(texts.dictionary_encode()) == describe_values(texts)


def test_the_order_of_rows_does_not_matter() -> None:
    texts = [f"t{number % 40}" for number in range(100)]
    assert describe_values(pa.array(texts)) == describe_values(pa.array(texts[::-1]))


@pytest.mark.parametrize("values", [["4111 1111 1111 1111"] * 3, [4111111111111111] * 3, ["078-05-1120"] * 2])
def test_a_value_that_may_be_a_card_number_is_not_shown(values: list[object]) -> None:
    reported = describe_values(pa.array(values))
    assert "[hidden]" in str(reported)
    assert "11111" not in str(reported)
    assert "078" not in str(reported)


def test_the_smallest_float_has_a_step() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert list(steps(np.array([5e-324, 3e-310]), np.ones(2))) == ["1e-324", "1e-310"]


def test_steps_are_the_same_whatever_the_file() -> None:
    reported = steps(np.array([0.0, 1, 1.99, 2, 5, 10, -3, 0.05]), np.ones(8))
    assert reported == {
        "-2e0": "0.125000",
        "0": "0.125000",
        "5e-2": "0.125000",
        "1e0": "0.250000",
        "2e0": "0.125000",
        "5e0": "0.125000",
        "1e1": "0.125000",
    }


@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=50))
def test_mean_median_and_deviation_are_the_textbooks(numbers: list[int]) -> None:
    facts = describe_values(pa.array(numbers)).facts
    shown = {name: facts[name] for name in ("mean", "median", "std")}
    assert float(str(shown["mean"])) == pytest.approx(mean(numbers), rel=1e-9, abs=1e-9)
    assert float(str(shown["median"])) == pytest.approx(median(numbers))
    assert float(str(shown["std"])) == pytest.approx(stdev(numbers), rel=1e-6, abs=1e-6)


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=1, max_size=20))
def test_a_plain_text_has_the_pattern_that_it_has_before_a_sign_of_another_script(text: str) -> None:
    """Plain ASCII takes a shorter way."""
    ((plain, _),), ((among_others, _),) = (
        describe_values(pa.array([each])).patterns for each in (text, text + "€")
    )
    assert plain + "€" == among_others


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF), min_size=1, max_size=20))
def test_the_classes_of_characters_are_those_of_arrows_patterns(text: str) -> None:
    """Arrow's patterns follow Unicode, too, but compile for milliseconds."""
    by_arrow = pa.array([text])
    for pattern, name in ((r"\p{Lu}", "A"), (r"[\p{Ll}\p{Lo}]", "a"), (r"\p{Nd}", "9"), (r"\s", " ")):
        by_arrow = pc.replace_substring_regex(by_arrow, pattern, name)
    assert _classes(pa.array([text])).equals(by_arrow)


def test_few_different_numbers_are_listed_as_values_in_their_order() -> None:
    scores = describe_values(pa.array([10] * 3 + [0] * 2 + [7] * 5))
    assert scores.facts["values"] == [
        {"value": "0", "share": "0.200000"},
        {"value": "7", "share": "0.500000"},
        {"value": "10", "share": "0.300000"},
    ]
    rates = describe_values(pa.array([Decimal("7.0"), Decimal("19.5")] * 2, pa.decimal128(4, 1)))
    assert [each["value"] for each in rates.facts["values"]] == ["7.0", "19.5"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("values", [list(range(8)), [1] * 9, list(range(13)) * 3])
def test_many_numbers_single_ones_and_numbers_of_one_row_are_not_listed(values: list[int]) -> None:
    assert "values" not in describe_values(pa.array(values)).facts


def test_several_answers_in_one_text_are_counted_each_by_rows_with_an_answer() -> None:
    texts = pa.array(["Store,Phone", "Store", "Phone, Web shop", "Web shop,Store,Phone", None])
    assert describe_values(texts).facts["options"] == [
        {"value": "Phone", "share": "0.750000"},
        {"value": "Store", "share": "0.750000"},
        {"value": "Web shop", "share": "0.500000"},
    ]
    lists = describe_values(pa.array(['["vip","promo"]', '["promo","vip"]', "[]", '["promo"]']))
    assert lists.facts["options"] == [
        {"value": "promo", "share": "0.750000"},
        {"value": "vip", "share": "0.500000"},
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ["Leeds, UK", "York, UK", "Paris, France", "Lyon, France", "Leeds, UK"],
        ["Fine.", "Faster delivery, please.", "Good, but late.", "-99", "No, thanks, never"],
        ["1,5", "2,5", "1,2,5", "2"],
        ["Store", "Phone", "Web shop"],
    ],
)
def test_places_sentences_and_numbers_with_commas_are_no_lists_of_answers(texts: list[str]) -> None:
    assert "options" not in describe_values(pa.array(texts)).facts
