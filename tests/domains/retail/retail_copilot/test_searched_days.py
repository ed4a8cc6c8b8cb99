"""Searches of the days before the newest one are counted once; a run within a day adds those of the day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail import retail_copilot as system
from headgate.domains.retail.retail_copilot import features, normalise
from headgate.learning.store import Shelf
from tests.domains.retail.retail_copilot.conftest import Row, tables_of
from tests.examples import examples
from tests.kept_runs import KeptRuns, assert_equal

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

pytestmark = pytest.mark.system

FIRST = date(2024, 1, 1)
TEXTS = (
    "red mug",
    "red mugs",
    "Red Mug",
    "redd mug",
    "desk lamp",
    "desk lmap",
    "candle",
    "gnome 4",
    "???",
    "",
)
FILES_OF_A_DAY = 4


def searched(visit: str, day: int, time: str, text: str) -> Row:
    return (visit, f"{FIRST + timedelta(days=day)}T{time}", text, len(text) % 3, "P1", text == "red mug")


def replace_rows(runs: KeptRuns, rows: list[Row], day: int = 0) -> None:
    runs.replace(**{name: table.to_pyarrow() for name, table in tables_of(rows).items()})
    runs.system = partial(system.build, as_of=FIRST + timedelta(days=day), shelf=Shelf())


def patterns(rows: list[Row], day: int) -> pd.DataFrame:
    built = system.build(tables_of(rows), FIRST + timedelta(days=day), Shelf())
    frame: pd.DataFrame = built["query_patterns"].set_index("template")
    return frame


EVERY_SEARCH = st.builds(
    searched,
    st.sampled_from(["A", "B", "C"]),
    st.integers(0, 3),
    st.sampled_from(["00:00:10", "10:00:00", "10:03:00", "23:58:00", "23:59:50"]),
    st.sampled_from(TEXTS),
)


@examples(8)
@given(
    history=st.lists(st.lists(EVERY_SEARCH, max_size=6), min_size=2, max_size=4),
    days=st.lists(st.integers(0, 4), min_size=4, max_size=4),
)
def test_runs_over_any_history_have_the_tables_of_full_runs(
    history: list[list[Row]], days: list[int]
) -> None:
    """Rows of any day arrive in any run: late ones, those of the day, and those of days to come."""
    with TemporaryDirectory() as name:
        runs, rows = KeptRuns(dict, {}, Path(name)), []
        for arrived, day in zip(history, sorted(days), strict=False):
            rows += arrived
            replace_rows(runs, rows, day)
            built, _ = runs.build()
            assert_equal(built, runs.build(is_full=True)[0])


def test_a_run_within_a_day_counts_only_the_searches_of_the_day(tmp_path: Path) -> None:
    rows = [searched("A", 0, "10:00:00", text) for text in TEXTS]
    runs = KeptRuns(dict, {}, tmp_path)
    rows += [searched("B", 1, "10:00:00", "red mug")]
    replace_rows(runs, rows, 1)
    assert runs.build()[1]["computed"] > FILES_OF_A_DAY
    rows += [searched("C", 1, "11:00:00", "candle"), searched("C", 1, "11:01:00", "blue vase")]
    replace_rows(runs, rows, 1)
    built, counts = runs.build()
    assert counts["computed"] == 0
    assert_equal(built, runs.build(is_full=True)[0])
    assert built["query_patterns"].set_index("template").searches["blue vase"] == 1


def test_a_new_day_counts_old_visits_again_only_where_a_template_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty searches for candles explain the slip of the first day; nobody misspelled the mug."""
    asked: list[list[str]] = []
    of_visits_with = features.of_visits_with

    def recorded(searches: ibis.Table, some: pa.Table) -> ibis.Table:
        asked.append(some["query_text"].to_pylist())
        return of_visits_with(searches, some)

    monkeypatch.setattr(features, "of_visits_with", recorded)
    rows = [searched("A", 0, "10:00:00", "canlde"), searched("A", 0, "10:01:00", "candle")]
    rows += [searched("B", 0, "10:00:00", "mug"), searched("B", 1, "10:00:00", "mug")]
    runs = KeptRuns(dict, {}, tmp_path)
    replace_rows(runs, rows, 1)
    runs.build()
    rows += [searched(f"C{visit}", 1, "10:00:00", "candle") for visit in range(20)]
    rows += [searched("D", 2, "10:00:00", "lamp")]
    replace_rows(runs, rows, 2)
    built, _ = runs.build()
    assert asked == [["canlde"]]
    assert_equal(built, runs.build(is_full=True)[0])
    assert built["query_patterns"].set_index("template").searches["candle"] == 22


def test_a_new_day_splits_only_new_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split: list[str] = []
    split_texts = normalise.Normaliser._split

    def recorded(normaliser: normalise.Normaliser, texts: pd.Series[str]) -> list[list[str]]:
        split.extend(text for text in texts if text not in normaliser._words)
        return split_texts(normaliser, texts)

    rows = [searched("A", 0, "10:00:00", text) for text in ("red mugs", "desk lamp")]
    rows += [searched("B", 1, "10:00:00", "candle")]
    runs = KeptRuns(dict, {}, tmp_path)
    replace_rows(runs, rows, 1)
    runs.build()
    monkeypatch.setattr(normalise.Normaliser, "_split", recorded)
    rows += [searched("C", 2, "10:00:00", "blue vase")]
    replace_rows(runs, rows, 2)
    built, _ = runs.build()
    assert {"candle", "blue vase"} <= {*split}
    assert not {"red mugs", "desk lamp"} & {*split}
    assert_equal(built, runs.build(is_full=True)[0])


def test_kept_counts_are_compared_with_new_ones_in_some_runs(tmp_path: Path) -> None:
    runs = KeptRuns(dict, {}, tmp_path)
    replace_rows(runs, [searched("A", 0, "10:00:00", text) for text in TEXTS], 1)
    built, _ = runs.build()
    assert_equal(runs.build(is_checked=True)[0], built)


def test_a_visit_that_continues_after_midnight_counts_once_for_each_day() -> None:
    rows = [searched("A", 0, "23:59:00", "lamp"), searched("A", 1, "00:01:00", "lamps")]
    assert patterns(rows, 1).sessions["lamp"] == 2
    within_a_day = [searched("A", 1, "10:00:00", "lamp"), searched("A", 1, "10:01:00", "lamps")]
    assert patterns(within_a_day, 1).sessions["lamp"] == 1


def test_other_words_after_midnight_are_no_second_try() -> None:
    across = [searched("A", 0, "23:59:00", "lamp"), searched("A", 1, "00:01:00", "candle")]
    assert patterns(across, 1).reformulation_rate["lamp"] == 0
    within_a_day = [searched("A", 1, "10:00:00", "lamp"), searched("A", 1, "10:02:00", "candle")]
    assert patterns(within_a_day, 1).reformulation_rate["lamp"] == 1


def test_a_typing_error_is_judged_by_the_days_before_the_newest_one() -> None:
    """Twenty searches for candles explain a slip from the next day on."""
    often = [searched(f"A{visit}", 1, "10:00:00", "candle") for visit in range(20)]
    rows = [searched("A", 0, "10:00:00", "mug"), *often, searched("B", 1, "11:00:00", "canlde")]
    assert patterns(rows, 1).searches["canlde"] == 1
    assert patterns(rows, 2).searches["candle"] == 21
