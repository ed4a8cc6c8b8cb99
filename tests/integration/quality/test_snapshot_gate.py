"""Great Expectations and the contract agree: every rule has a row that breaks it, and only it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Level, Rule
from headgate.contracts.types import arrow_schema
from headgate.errors import ContractError, GateError
from headgate.quality import validation
from headgate.quality.contract_audit import broken_rules
from headgate.quality.narrow_parts import narrow_parts
from headgate.quality.pages import site_page
from headgate.quality.snapshot_gate import require
from headgate.quality.suites import suite_of
from headgate.quality.validation import FailedExpectation, SuiteResult, ValidationRun

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.integration,
    # Great Expectations imports modules that Python has deprecated.
    pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning"),
]


def check(contract: Contract, rows: pa.Table) -> SuiteResult:
    """The verdict of the contract's suite on rows, without Data Docs."""
    return ValidationRun(date.min).check(contract, rows)


MONEY = ColumnType(Kind.DECIMAL, precision=12, scale=2)
CONTRACT = Contract(
    id="headgate.curated.lines",
    dataset="lines",
    zone="curated",
    version="1.0.0",
    key=("line_id",),
    columns=(
        Column(
            "line_id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"), Rule("minimum", 1))
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
        Column("flag", ColumnType(Kind.BOOLEAN)),
        Column("low", MONEY),
        Column("high", MONEY),
        Column("units", ColumnType(Kind.INTEGER)),
    ),
    comparisons=(
        Comparison("low_below_high", "low", "<", "high"),
        Comparison("high_at_least_low", "high", ">=", "low"),
        Comparison("units_not_zero", "units", "!=", value=0),
        Comparison("units_below_ten", "units", "<", value=10),
        Comparison("units_at_least_minus_five", "units", ">=", value=-5),
    ),
)
GOOD: dict[str, Any] = {
    "line_id": 1,
    "price": Decimal("99.99"),
    "share": 0.0,
    "code": "A7",
    "state": "NA",
    "on": date(2020, 1, 1),
    "at": datetime(2030, 1, 1),
    "flag": True,
    "low": Decimal("1.00"),
    "high": Decimal("2.00"),
    "units": 2**3,
}
BROKEN = [
    ({"line_id": None}, "line_id", "required"),
    ({"line_id": 0}, "line_id", "minimum"),
    ({"price": Decimal("0.00")}, "price", "exclusive_minimum"),
    ({"price": Decimal("100.00")}, "price", "maximum"),
    ({"share": -0.1}, "share", "minimum"),
    ({"share": 1.0}, "share", "exclusive_maximum"),
    ({"code": "A"}, "code", "min_length"),
    ({"code": "ABCDE"}, "code", "max_length"),
    ({"code": "AB\n"}, "code", "pattern"),
    ({"code": "A٣"}, "code", "pattern"),
    ({"state": "closed"}, "state", "valid_values"),
    ({"on": date(2019, 12, 31)}, "on", "minimum"),
    ({"at": datetime(2030, 1, 1, 0, 0, 0, 1)}, "at", "maximum"),
    ({"low": Decimal("2.00")}, "low", "low_below_high"),
    ({"high": Decimal("0.99"), "low": Decimal("1.00")}, "high", "high_at_least_low"),
    ({"units": 0}, "units", "units_not_zero"),
    ({"units": 10}, "units", "units_below_ten"),
    ({"units": -6}, "units", "units_at_least_minus_five"),
]


def rows(*given: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([GOOD | changes for changes in given], arrow_schema(CONTRACT))


def places(found: tuple[FailedExpectation, ...]) -> set[tuple[str, str]]:
    return {(broken.place, broken.rule) for broken in found}


def test_rows_on_every_bound_pass() -> None:
    verdict = check(CONTRACT, rows({}, {"line_id": 2}, dict.fromkeys(GOOD) | {"line_id": 3}))
    assert verdict.passed, verdict
    assert (verdict.dataset, verdict.rows) == ("lines", 3)


def test_no_rows_pass() -> None:
    assert check(CONTRACT, arrow_schema(CONTRACT).empty_table()).passed


def test_one_row_of_each_defect_fails_its_own_expectation() -> None:
    bad = [
        changes | ({} if "line_id" in changes else {"line_id": number})
        for number, (changes, _, _) in enumerate(BROKEN, 100)
    ]
    verdict = check(CONTRACT, rows({}, *bad))
    assert places(verdict.broken) == {(place, rule) for _, place, rule in BROKEN}


@pytest.mark.parametrize(("changes", "place", "rule"), BROKEN)
def test_the_audit_finds_the_rule_that_a_row_breaks(changes: dict[str, Any], place: str, rule: str) -> None:
    assert (place, rule) in dict(broken_rules(CONTRACT, rows({"line_id": 7}, changes)))


def test_the_gate_and_the_audit_count_the_same_rows_for_every_rule() -> None:
    # Each row alone is compared in test_same_verdict.py; here one run of Great Expectations answers for all
    # of them.
    bad = rows(
        {"line_id": 7},
        *[
            changes | ({} if "line_id" in changes else {"line_id": at})
            for at, (changes, _, _) in enumerate(BROKEN, 100)
        ],
    )
    verdict = check(CONTRACT, bad)
    assert {(broken.place, broken.rule): broken.rows for broken in verdict.broken} == dict(
        broken_rules(CONTRACT, bad)
    )


def test_a_failing_expectation_reports_its_count_and_keys_but_no_other_value() -> None:
    verdict = check(
        CONTRACT,
        rows({"line_id": 41, "state": "4111111111111111"}, {"line_id": 42, "state": "5555555555554444"}),
    )
    assert verdict.broken == (FailedExpectation("valid_values", "state", 2, ("41", "42")),)


def test_data_docs_have_a_page_for_each_dataset_and_show_counts_but_no_value() -> None:
    validation_run = ValidationRun(date(2026, 3, 1))
    validation_run.check(CONTRACT, rows({"line_id": 4242, "code": "SECRET"}))
    validation_run.check(replace(CONTRACT, dataset="other", id="headgate.curated.other"), rows({}))
    page = site_page("5nap", validation_run.as_of, "gate", validation_run.verdicts)
    assert page.count("<h2 id=") == 2
    assert "SECRET" not in page
    assert '<td class="number">1</td><td>4242</td><td><span class="failed">failed</span></td>' in page
    assert "5nap" in page


def test_a_doubled_key_fails() -> None:
    assert ("line_id", "unique") in places(check(CONTRACT, rows({}, {})).broken)


def test_a_doubled_key_of_two_columns_fails() -> None:
    pair = replace(CONTRACT, key=("line_id", "code"))
    assert check(pair, rows({}, {"code": "B7"})).passed
    assert places(check(pair, rows({}, {})).broken) == {("line_id, code", "unique")}


def test_a_column_of_another_type_fails() -> None:
    table = rows({})
    wrong = table.set_column(table.schema.get_field_index("units"), "units", pa.array([8.0]))
    assert places(check(CONTRACT, wrong).broken) == {("units", "type")}


def test_missing_and_unknown_columns_fail() -> None:
    assert ("table", "columns") in places(check(CONTRACT, rows({}).drop_columns(["flag"])).broken)
    assert places(check(CONTRACT, rows({}).append_column("extra", pa.array([1]))).broken) == {
        ("table", "columns")
    }


def test_rules_that_only_warn_are_reported_and_do_not_fail() -> None:
    lenient = replace(
        CONTRACT,
        columns=tuple(
            replace(column, rules=tuple(replace(rule, level=Level.WARN) for rule in column.rules))
            for column in CONTRACT.columns
        ),
    )
    verdict = check(lenient, rows({"state": "closed"}))
    assert verdict.passed
    assert places(verdict.warnings) == {("state", "valid_values")}


def test_a_rule_that_has_no_expectation_is_an_error_of_the_contract() -> None:
    unequal = replace(CONTRACT, comparisons=(Comparison("low_is_not_high", "low", "!=", "high"),))
    with pytest.raises(ContractError, match="low_is_not_high"):
        suite_of(unequal)


def test_the_error_names_every_failing_dataset() -> None:
    bad = SuiteResult("orders", 9, 3, (FailedExpectation("unique", "order_id", 2, ("7",)),))
    with pytest.raises(GateError, match="orders: order_id: unique broken by 2 rows \\(keys 7\\)"):
        require([SuiteResult("regions", 1, 3), bad], "s3://artifacts/data_docs/abc/snapshot/index.html")


def test_the_error_says_where_the_data_docs_lie() -> None:
    with pytest.raises(GateError, match=r"Data Docs: s3://artifacts/data_docs/abc/snapshot/index\.html$"):
        require(
            [SuiteResult("orders", 9, 3, (FailedExpectation("unique", "order_id", 2),))],
            "s3://artifacts/data_docs/abc/snapshot/index.html",
        )


def test_a_verdict_does_not_depend_on_how_many_rows_are_asked_about_at_once(tmp_path: Path) -> None:
    """A key that is repeated in another batch is found, and counts are those of all batches."""
    table = rows(
        {"state": "closed"}, {"line_id": 2}, {"line_id": 3, "state": "closed"}, {"line_id": 2}, {"line_id": 5}
    )
    path = tmp_path / "lines.parquet"
    pq.write_table(table, path)
    whole = check(CONTRACT, table)
    assert {(one.place, one.rule, one.rows) for one in whole.broken} == {
        ("state", "valid_values", 2),
        ("line_id", "unique", 2),
    }
    assert ValidationRun(date.min, batch_rows=2).check(CONTRACT, table) == whole
    assert ValidationRun(date.min, batch_rows=2).check_files(CONTRACT, [path]) == whole
    parts = [tmp_path / f"part-{number}.parquet" for number in range(3)]
    for number, part in enumerate(parts):
        pq.write_table(table.slice(2 * number, 2), part)
    assert ValidationRun(date.min, batch_rows=2).check_files(CONTRACT, parts) == whole


def test_batches_without_a_defect_pass(tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    pq.write_table(rows({}, {"line_id": 2}, {"line_id": 3}), path)
    verdict = ValidationRun(date.min, batch_rows=2).check_files(CONTRACT, [path])
    assert (verdict.passed, verdict.rows) == (True, 3)


@pytest.fixture(scope="module")
def narrow() -> ValidationRun:
    return ValidationRun(date.min, narrow_from=1)


@pytest.mark.parametrize("few", [1, 1_000], ids=["each column alone", "columns together"])
def test_every_column_is_in_a_narrow_part_and_a_bad_value_is_found_there(
    narrow: ValidationRun, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many rows are asked about in narrow parts first; what these miss nobody finds.

    A column of many values is asked about alone.
    """
    monkeypatch.setattr("headgate.quality.narrow_parts._FEW_VALUES", few)
    good = rows({}, {"line_id": 2, "units": None}, {"line_id": 4, "flag": False, "code": None})
    assert {name for part in narrow_parts(CONTRACT, good) for name in part.values_of} == set(CONTRACT.names)
    for changes, place, rule in BROKEN:
        table = rows(
            {},
            {"line_id": 2, "units": None},
            {"line_id": 3} | changes,
            {"line_id": 4, "flag": False, "code": None},
        )
        held = [narrow.holds(CONTRACT, part) for part in narrow_parts(CONTRACT, table)]
        assert not all(held), (place, rule)


def test_many_rows_are_refused_by_the_same_rules_as_few(narrow: ValidationRun) -> None:
    bad = rows(
        {},
        {"line_id": 2, "state": "closed"},
        {"line_id": 2, "units": None, "state": "closed"},
        {"line_id": 4, "code": None},
    )
    found = narrow.check(CONTRACT, bad)
    assert {(one.place, one.rule, one.rows) for one in found.broken} == {
        ("state", "valid_values", 2),
        ("line_id", "unique", 2),
    }
    assert found == check(CONTRACT, bad)


def test_many_good_rows_have_the_same_answers_as_few_in_the_same_order() -> None:
    good = rows(
        {},
        {"line_id": 2},
        dict.fromkeys(GOOD) | {"line_id": 3},
        {"line_id": 4, "price": Decimal("1.50"), "units": 2},
    )
    verdict = ValidationRun(date.min, narrow_from=1).check(CONTRACT, good)
    assert verdict.passed
    assert verdict == check(CONTRACT, good)


def test_each_different_value_is_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only floats are asked about row by row. Of numbers that are compared, one row has all differences."""
    asked: list[int] = []
    seen = validation.quick_frame
    monkeypatch.setattr(validation, "quick_frame", lambda table: asked.append(table.num_rows) or seen(table))
    many = rows(*({"line_id": number} for number in range(1, 51)))
    assert ValidationRun(date.min, narrow_from=1).check(CONTRACT, many).passed
    assert sorted(asked) == [1, 2, 50]


@pytest.mark.parametrize("shape", ["dropped", "added", "retyped"])
def test_many_rows_with_other_columns_fail_as_few_do(shape: str) -> None:
    table = rows({}, {"line_id": 2})
    changed = {
        "dropped": table.drop_columns(["flag"]),
        "added": table.append_column("extra", pa.array([1, 2])),
        "retyped": table.set_column(table.schema.get_field_index("units"), "units", pa.array([8.0, 8.0])),
    }[shape]
    verdict = ValidationRun(date.min, narrow_from=1).check(CONTRACT, changed)
    assert not verdict.passed
    assert verdict == check(CONTRACT, changed)


def test_one_text_of_another_length_and_one_text_that_is_no_text_are_found_among_many(
    narrow: ValidationRun,
) -> None:
    lengths = tuple(
        replace(column, rules=column.rules[:2]) if column.name == "code" else column
        for column in CONTRACT.columns
    )
    contract = replace(CONTRACT, columns=lengths)
    for code, rule in (("ABCDE", "max_length"), ("A", "min_length")):
        table = rows({}, {"line_id": 2, "code": code}, {"line_id": 3, "code": None})
        assert places(narrow.check(contract, table).broken) == {("code", rule)}
    decimals = pa.array([Decimal("1.00")], pa.decimal128(12, 2))
    retyped = rows({}).set_column(3, "code", decimals)
    assert ("code", "type") in places(narrow.check(contract, retyped).broken)
