"""Intents are learnt when a period begins: a new day of searches joins them, as in a full run."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from headgate.domains.retail import retail_copilot as system
from headgate.domains.retail.retail_copilot.learnt_intents import OTHER, learnt
from headgate.learning.store import Shelf
from tests.kept_runs import KeptRuns, assert_equal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import ibis

pytestmark = pytest.mark.system

FIRST = date(2024, 1, 1)
THINGS, COLOURS = ("mug", "lamp", "candle", "clock"), ("red", "blue", "green", "white", "black", "pink")
Row = tuple[str, str, str, int, str | None, bool]
if TYPE_CHECKING:
    Run = Callable[..., tuple[dict[str, pd.DataFrame], int]]


def searches(days: int) -> list[Row]:
    """A search for each of 24 things a day."""
    texts = [f"{colour} {thing}" for thing in THINGS for colour in COLOURS]
    on = [FIRST + timedelta(days=day) for day in range(days)]
    return [
        (f"{day}{text}", f"{day}T10:00:00", text, 1, "P1", place % 3 == 0)
        for day in on
        for place, text in enumerate(texts)
    ]


def of_day(day: int, *texts: str) -> list[Row]:
    on = FIRST + timedelta(days=day)
    return [(f"{on}{text}", f"{on}T11:00:00", text, 0, None, False) for text in texts]


def test_a_label_has_room_in_its_column_also_in_the_words_that_people_typed(tmp_path: Path) -> None:
    """Typed words may be longer than those of the template, of which the label was chosen."""
    phrase = [letter * 19 for letter in "bcdf"]
    kinds = [*THINGS, " ".join(phrase)]
    templates = [f"{kind} {colour}" for kind in kinds for colour in COLOURS]
    typed = [re.sub(r"(\w{19})", r"\1s", text) for text in templates]
    texts = pd.DataFrame({"query_text": typed, "searches": 9, "template": templates})

    def keep(_: str, addresses: Sequence[str], write: Callable[..., None], *, is_fitted: bool) -> list[Path]:
        assert is_fitted
        paths = [tmp_path / f"{place}" for place, _ in enumerate(addresses)]
        write(range(len(paths)), paths)
        return paths

    labels = learnt(texts, None, frozenset(), keep).labels
    assert max(labels.intent.str.len()) <= 80
    assert max(labels.sub_intent.str.len()) <= 80
    assert not labels.intent.str.endswith((",", " ")).any()


@pytest.fixture
def run(tables: Callable[[list[Row]], dict[str, ibis.Table]], tmp_path: Path) -> Run:
    """Run the system over searches as of a day of the history; return its tables and how many files it made:
    four of the searches of the days before, one of intents, and one of the templates of the texts that they
    are learnt from.
    """
    runs = KeptRuns(dict, {}, tmp_path)

    def built(rows: list[Row], day: int, *, is_full: bool = False) -> tuple[dict[str, pd.DataFrame], int]:
        runs.replace(**{name: table.to_pyarrow() for name, table in tables(rows).items()})
        runs.system = partial(system.build, as_of=FIRST + timedelta(days=day), shelf=Shelf())
        frames, counts = runs.build(is_full=is_full)
        return frames, counts["computed"]

    return built


def test_a_new_day_joins_the_kept_intents_and_gives_the_tables_of_a_full_run(run: Run) -> None:
    """Of eight days periods have two days: one begins on the ninth."""
    rows = [*searches(8), *of_day(7, "violet lamp")]
    assert run(rows, 7)[1] == 6
    for day, made in ((8, 5), (9, 5)):
        rows += of_day(day, "golden mug", "sundial")
        built, computed = run(rows, day)
        assert computed == made
        assert_equal(built, run(rows, day, is_full=True)[0])
    intent = built["query_patterns"].set_index("template").intent
    assert intent["golden mug"] == intent["red mug"]
    assert intent["sundial"] == OTHER


def test_a_late_search_of_a_day_before_the_period_learns_again(run: Run) -> None:
    rows = searches(10)
    run(rows, 9)
    assert run(rows, 9)[1] == 0
    assert run([*rows, *of_day(2, "golden mug")], 9)[1] == 6
