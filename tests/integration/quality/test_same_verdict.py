"""The gate's row engine and Great Expectations read one contract, and hold every row of random good and bad
frames to the same verdict.
"""

from __future__ import annotations

import warnings
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Rule
from headgate.contracts.patterns import python_pattern
from headgate.contracts.types import arrow_schema
from headgate.errors import ContractError
from headgate.quality.exact_frames import exact_frame
from headgate.quality.suites import suite_of
from headgate.values.rules import column_breaches, comparison_breach

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]

MONEY = ColumnType(Kind.DECIMAL, precision=8, scale=2)
CONTRACT = Contract(
    id="headgate.curated.lines",
    dataset="lines",
    zone="curated",
    version="1.0.0",
    columns=(
        Column(
            "number", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"), Rule("minimum", 1))
        ),
        Column("price", MONEY, rules=(Rule("exclusive_minimum", 0), Rule("maximum", 99.99))),
        Column("share", ColumnType(Kind.DOUBLE), rules=(Rule("minimum", 0), Rule("exclusive_maximum", 1))),
        Column(
            "code",
            ColumnType(Kind.STRING),
            rules=(Rule("max_length", 4), Rule("min_length", 2), Rule("pattern", "^([A-Z]|\\d)+$")),
        ),
        Column("state", ColumnType(Kind.STRING), rules=(Rule("valid_values", ("open", "NA")),)),
        Column("on", ColumnType(Kind.DATE), rules=(Rule("minimum", "2020-01-01"),)),
        Column("at", ColumnType(Kind.TIMESTAMP), rules=(Rule("maximum", "2030-01-01T00:00:00"),)),
        Column("low", MONEY),
        Column("high", MONEY),
        Column("units", ColumnType(Kind.INTEGER)),
        Column("answer", ColumnType(Kind.STRING), rules=(Rule("pattern", r"^yes$|^no$|[$]\$"),)),
        Column("ratio", ColumnType(Kind.DOUBLE), rules=(Rule("valid_values", (0.0, 0.5, 2)),)),
    ),
    comparisons=(
        Comparison("low_below_high", "low", "<", "high"),
        Comparison("units_not_zero", "units", "!=", value=0),
        Comparison("units_below_ten", "units", "<", value=10),
        Comparison("ratio_is_half", "ratio", "==", value="0.5"),
        Comparison("same_price", "low", "==", "high"),
    ),
)
VALUES: dict[str, list[Any]] = {
    "number": [1, 2, 0, -1, 2**62],
    "price": [Decimal("0.01"), Decimal("0.00"), Decimal("99.99"), Decimal("100.00"), Decimal("-1.00")],
    "share": [0.0, 0.5, 1.0, -0.1, 0.9999999999999999],
    "code": ["AB", "A", "ABCD", "ABCDE", "ab", "A1", "A1\n", "", "É1"],
    "state": ["open", "NA", "na", "", " open"],
    "on": [date(2020, 1, 1), date(2019, 12, 31), date(9999, 12, 31)],
    "at": [datetime(2030, 1, 1), datetime(2030, 1, 1, 0, 0, 0, 1), datetime(1970, 1, 1)],
    "low": [Decimal("1.00"), Decimal("1.01"), Decimal("-5.00")],
    "high": [Decimal("1.00"), Decimal("1.01"), Decimal("7.77")],
    "units": [0, 9, 10, -3],
    "answer": ["yes", "yes\n", "no", "no\n", "$$", "x"],
    "ratio": [0.0, -0.0, 0.5, 2.0, 2.5],
}
row = st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in VALUES.items()})


PARTS = [
    *("a", "b", "-", "\u017f", "^", "$", r"\$", ".", "(?:a|b)", "(b)", "|", "+", "*", "{0,2}"),
    *(r"\s", r"\S", r"[\s,]", r"[^\Sa]", r"\d", r"\w", r"\b"),
]


def is_read(pattern: str) -> bool:
    try:
        return bool(python_pattern(pattern))
    except ContractError:
        return False


patterns = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join).filter(is_read)
texts = st.text(st.sampled_from([*"ab-1_,$ \n\v\r", "\u017f", "\u212a", "é", "\uff11"]), max_size=4)


def by_the_row_engine(rows: pa.Table, contract: Contract = CONTRACT) -> dict[tuple[str, str], list[int]]:
    values = {name: rows.column(name).combine_chunks() for name in contract.names}
    found = [
        breach
        for column in contract.columns
        for breach in column_breaches(column, values[column.name], values[column.name])
    ]
    reported = {(breach.rule, breach.column): breach.rows.tolist() for breach in found}
    for comparison in contract.comparisons:
        if breach := comparison_breach(comparison, values):
            reported[comparison.name, comparison.left] = breach.rows.tolist()
    return reported


@cache
def batches() -> Any:  # noqa: ANN401 Great Expectations ships no types
    """Take any frame as a batch. Great Expectations is set up once for all examples."""
    import great_expectations as gx  # noqa: PLC0415 takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return (
        context.data_sources.add_pandas("frames")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
    )


def by_great_expectations(rows: pa.Table, contract: Contract = CONTRACT) -> dict[tuple[str, str], list[int]]:
    batch = batches().get_batch({"dataframe": exact_frame(rows)})
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="This pattern is interpreted as a regular expression", category=UserWarning
        )
        results = batch.validate(suite_of(contract), result_format="COMPLETE").results
    failed = [
        result
        for result in results
        if not result.success and result.expectation_config.meta["rule"] != "type"
    ]
    return {
        (result.expectation_config.meta["rule"], result.expectation_config.meta["place"]): sorted(
            result.result["unexpected_index_list"]
        )
        for result in failed
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(row, min_size=1, max_size=40))
def test_both_find_the_same_rows_to_break_the_same_rules(frame: list[dict[str, Any]]) -> None:
    rows = pa.Table.from_pylist(frame, schema=arrow_schema(CONTRACT))
    assert by_the_row_engine(rows) == by_great_expectations(rows)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(patterns, min_size=12, max_size=12), st.lists(texts | st.none(), min_size=1, max_size=30))
def test_both_read_a_pattern_alike(drawn: list[str], cells: list[str | None]) -> None:
    columns = tuple(
        Column(f"c{place}", ColumnType(Kind.STRING), rules=(Rule("pattern", pattern),))
        for place, pattern in enumerate(drawn)
    )
    contract = Contract(id="x", dataset="x", zone="curated", version="1", columns=columns)
    rows = pa.table([pa.array(cells, pa.string())] * len(columns), names=contract.names)
    assert by_the_row_engine(rows, contract) == by_great_expectations(rows, contract)


def test_every_rule_is_broken_by_some_row_of_such_frames() -> None:
    """Else the two could agree on nothing at all."""
    longest = max(map(len, VALUES.values()))
    frame = {name: [*values, *[None] * (longest - len(values))] for name, values in VALUES.items()}
    rows = pa.table(frame, schema=arrow_schema(CONTRACT))
    reported = by_the_row_engine(rows)
    stated = {(rule.name, column.name) for column in CONTRACT.columns for rule in column.rules}
    assert stated <= reported.keys()
    assert {comparison.name for comparison in CONTRACT.comparisons} <= {rule for rule, _ in reported}
    assert all(np.all(np.diff(broken) > 0) for broken in reported.values())
