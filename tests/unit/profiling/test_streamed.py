"""A column of many rows is described in bounded memory: exactly where that can be, and else by a sample that
says so.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.profiling import column_reader as limits
from headgate.profiling.column_reader import Columns
from headgate.profiling.describe import describe_values
from headgate.profiling.profile import GatedFile, profile_of
from headgate.profiling.streamed import RunningMoments, describe_many
from tests.unit.profiling.test_profile import parquet, payments, quarantine_rows

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.profiling.profile import Profile

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(7)
ROWS = 6_000
TABLE = pa.table(
    {
        "id": pa.array([f"A-{number:06d}" for number in range(ROWS)]),
        "word": pa.array(["yes", "no", "maybe"] * (ROWS // 3)),
        "amount": pa.array(RNG.integers(100, 100_000, ROWS))
        .cast(pa.decimal128(19, 0))
        .cast(pa.decimal128(12, 2)),
        "share": pa.array(
            [None if at % 10 == 0 else float(value) for at, value in enumerate(RNG.normal(5, 2, ROWS))]
        ),
        "at": pa.array(
            [dt.datetime(2024, 1, 1) + dt.timedelta(minutes=number) for number in range(ROWS)],
            pa.timestamp("us"),
        ),
        "on": pa.array([dt.date(2024, 1, 1 + number % 28) for number in range(ROWS)]),
        "nothing": pa.nulls(ROWS, pa.string()),
    }
)


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond 2,000 are many, of which 1,000 are looked at."""
    monkeypatch.setattr(limits, "EXACT_ROWS", 2_000)
    monkeypatch.setattr(limits, "SAMPLED_ROWS", 1_000)
    monkeypatch.setattr(limits, "_BATCH_ROWS", 256)


def many(folder: Path, table: pa.Table = TABLE) -> Columns:
    pq.write_table(table, folder / "rows.parquet", row_group_size=700)
    return Columns(folder / "rows.parquet")


@pytest.mark.parametrize("name", TABLE.column_names)
def test_what_can_be_exact_is(name: str, tmp_path: Path) -> None:
    whole, (reported, missing) = (
        describe_values(TABLE.column(name).combine_chunks()),
        describe_many(many(tmp_path), name),
    )
    assert (reported.distinct, missing) == (whole.distinct, TABLE.column(name).null_count)
    for fact in ("min", "max", "mean", "std", "std_days", "length"):
        assert reported.facts.get(fact) == whole.facts.get(fact), fact
    assert reported.estimated == {"distinct": "exact", "sampled_rows": str(len(many(tmp_path).sample(name)))}


def test_quantiles_are_those_of_a_sample(tmp_path: Path) -> None:
    reported, _ = describe_many(many(tmp_path), "amount")
    exact = float(np.quantile([float(value) for value in TABLE["amount"].to_pylist()], 0.5))
    assert abs(float(str(reported.facts["median"])) / exact - 1) < 0.1


def test_frequent_values_are_shown_with_their_counts_in_all_rows_and_rare_ones_are_not(
    tmp_path: Path,
) -> None:
    reported, _ = describe_many(many(tmp_path), "word")
    assert {text for text, _ in reported.top} == {"yes", "no", "maybe"}
    assert all(abs(count / (ROWS / 3) - 1) < 0.2 for _, count in reported.top)
    assert describe_many(many(tmp_path), "id")[0].top == ()


def test_a_sample_takes_no_more_than_it_needs_and_the_same_rows_each_time(tmp_path: Path) -> None:
    rows = many(tmp_path)
    assert rows.sample("id").to_pylist() == rows.sample("id").to_pylist()
    assert 850 < len(rows.sample("id")) < 1_150
    assert len(rows.sample("word")) == len(rows.sample("id"))
    assert not isinstance(rows.sample("word"), pa.DictionaryArray)


def test_a_table_in_memory_is_described_as_its_file_is(tmp_path: Path) -> None:
    assert describe_many(Columns(TABLE), "amount") == describe_many(many(tmp_path), "amount")


def test_card_numbers_are_not_shown_by_their_ends(tmp_path: Path) -> None:
    cards = pa.table({"n": pa.array([4111111111111111 + 9 * number for number in range(3_000)])})
    reported, _ = describe_many(many(tmp_path, cards), "n")
    assert "4111" not in json.dumps(dict(reported.facts))


PAYMENTS = Registry.load().source["payments"]


def profiled(rows: int) -> Profile:
    return profile_of(
        GatedFile(
            PAYMENTS,
            "abc",
            rows,
            Columns(parquet(payments(rows))),
            Columns(quarantine_rows()),
            dt.datetime(2024, 1, 2),
        )
    )


def test_a_file_of_many_rows_has_the_profile_of_a_file_and_says_what_is_estimated() -> None:
    reported, small = profiled(2_500), profiled(1_500)
    figures = {column["name"]: column for column in reported.as_dict()["columns"]}  # type: ignore[attr-defined]  # JSON
    assert (figures["payment_id"]["distinct"], figures["payment_id"]["identifier"]) == (2_500, True)
    assert figures["payment_id"]["estimated"]["distinct"] == "exact"
    assert reported.score == small.score
    assert "estimated" not in small.to_json()
    assert "secret-token" not in reported.to_json()


finite = st.floats(-1e6, 1e6)


@given(st.lists(st.lists(finite, max_size=20), max_size=6))
def test_moments_of_parts_are_those_of_the_whole(parts: list[list[float]]) -> None:
    reported, whole = RunningMoments(), [value for part in parts for value in part]
    for part in parts:
        reported = reported.with_values(np.array(part))
    assert reported.count == len(whole)
    if whole:
        assert (reported.low, reported.high) == (min(whole), max(whole))
        assert reported.mean == pytest.approx(float(np.mean(whole)), abs=1e-6)
    if len(whole) > 1:
        assert reported.deviation == pytest.approx(float(np.std(whole, ddof=1)), rel=1e-6, abs=1e-6)
