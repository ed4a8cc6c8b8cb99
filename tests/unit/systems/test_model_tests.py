"""Unit tests of SQL models: rows in, rows out, typed by the contracts, compared in any order, with the
difference shown.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from headgate.cli.commands.tables.models import models
from headgate.cli.local_lake import local_models
from headgate.contracts.registry import Registry
from headgate.errors import SettingsError
from headgate.project import project
from headgate.systems.model_tests import ModelTestResult, read_test, run_test
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

DAYS = (
    "select day, count(*) as visits, avg(weight) as weight, count_if(visit_id = '007') as spies from "
    "visits group by day"
)
BUSY_DAYS = "select day, visits from {{ ref('days') }} where visits > 1"
AGES = "select distinct day, date_diff('day', day, current_date) as age_days from visits"
VISITS = """
given:
  visits:
    - {day: 2026-03-02, visit_id: 007}
    - {day: 2026-03-01, visit_id: 2, weight: 0.1}
    - {day: 2026-03-01, visit_id: ~, weight: 0.2}
"""
TEST = f"""{VISITS}
expect:
  - {{day: 2026-03-02, visits: 1, weight: ~, spies: 1}}
  - {{day: 2026-03-01, visits: 2, weight: 0.15, spies: 0}}
"""


def weightless(contract: str) -> str:
    """Return the contract with an optional weight."""
    document = json.loads(contract)
    for column in document["schema"][0]["properties"]:
        column["required"] = column["name"] != "weight"
    return json.dumps(document)


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    day, weight = ("day", "date", "DATE"), ("weight", "number", "DOUBLE")
    spies = ("spies", "integer", "BIGINT")
    own = {
        "models/days.sql": DAYS,
        "models/busy_days.sql": BUSY_DAYS,
        "models/ages.sql": AGES,
        "models/tests/days.yaml": TEST,
        "contracts/source/visits.yaml": weightless(
            clinic.contract("visits", ("visit_id", "string", "TEXT"), day, weight)
        ),
        "contracts/prod/days.yaml": weightless(
            clinic.contract("days", day, ("visits", "integer", "BIGINT"), weight, spies)
        ),
        "contracts/prod/busy_days.yaml": clinic.contract("busy_days", day, ("visits", "integer", "BIGINT")),
        "contracts/prod/ages.yaml": clinic.contract("ages", day, ("age_days", "integer", "BIGINT")),
    }
    return clinic.write(clinic.lake(tmp_path), own)


def result(lake: Path, name: str, text: str) -> ModelTestResult:
    clinic.write(lake, {f"models/tests/{name}.yaml": text})
    return run_test(
        read_test(lake / "models" / "tests" / f"{name}.yaml"), local_models(), Registry.load().curated
    )


def command(*arguments: str) -> Result:
    return CliRunner().invoke(models, ["test", *arguments])


def test_values_have_the_types_of_the_contract_and_rows_have_no_order(lake: Path) -> None:
    assert result(lake, "days", TEST).passed


def test_missing_and_unexpected_rows_are_returned(lake: Path) -> None:
    failed = result(
        lake,
        "days",
        f"{VISITS}\nexpect:\n  - {{day: 2026-03-02, visits: 1}}\n  - {{day: 2026-03-01, visits: 3}}\n",
    )
    assert not failed.passed
    assert failed.missing == ({"day": date(2026, 3, 1), "visits": 3},)
    assert failed.unexpected == ({"day": date(2026, 3, 1), "visits": 2},)


def test_an_expected_row_counts_as_often_as_it_is_stated(lake: Path) -> None:
    failed = result(
        lake, "days", f"{VISITS}\nexpect:\n  - {{visits: 1}}\n  - {{visits: 1}}\n  - {{visits: 2}}\n"
    )
    assert (failed.missing, failed.unexpected) == (({"visits": 1},), ())


def test_no_expected_row_means_that_every_row_is_unexpected(lake: Path) -> None:
    assert [row["visits"] for row in result(lake, "days", f"{VISITS}\nexpect: []\n").unexpected] == [2, 1]
    assert result(lake, "days", "given: {visits: []}\nexpect: []\n").passed


def test_rows_of_another_model_can_be_given_or_are_built_from_its_statement(lake: Path) -> None:
    expected = "expect: [{day: 2026-03-01, visits: 2}]"
    assert result(lake, "busy_days", f"{VISITS}\n{expected}\n").passed
    given = "given: {days: [{day: 2026-03-01, visits: 2}, {day: 2026-03-02, visits: 1}]}"
    assert result(lake, "busy_days", f"{given}\n{expected}\n").passed


def test_rows_can_be_in_csv_files(lake: Path) -> None:
    clinic.write(lake, {"models/tests/visits.csv": "visit_id,day,weight\n007,2026-03-02,\n"})
    clinic.write(lake, {"models/tests/days.csv": "day,visits,weight,spies\n2026-03-02,1,,1\n"})
    assert result(lake, "days", "given: {visits: {file: visits.csv}}\nexpect: {file: days.csv}\n").passed
    assert [path.name for path in project().model_tests] == ["days.yaml"]


def test_the_current_date_is_the_day_of_the_test(lake: Path) -> None:
    expected = "expect: [{day: 2026-03-02, age_days: 9}, {day: 2026-03-01, age_days: 10}]"
    assert result(lake, "ages", f"as_of: 2026-03-11\n{VISITS}\n{expected}\n").passed
    assert "lacks the day of the data" in result(lake, "ages", f"{VISITS}\n{expected}\n").error


def test_a_model_has_several_tests_by_name(lake: Path) -> None:
    assert (
        result(lake, "days_without_visits", "model: days\ngiven: {visits: []}\nexpect: []\n").model == "days"
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("days", "given: {}\nexpect: []", r"lacks rows of visits, which is read. Add `visits: \[\]`"),
        ("days", "given: {staff: []}\nexpect: []", "gives staff, which days does not read. It reads visits"),
        (
            "days",
            "given: {visits: [{dya: 2026-03-01}]}\nexpect: []",
            "visits has no column dya .* Did you mean day",
        ),
        (
            "days",
            "given: {visits: [{day: 2026-02-31}]}\nexpect: []",
            "visits, row 1: the value of day is no date",
        ),
        (
            "days",
            "given: {visits: []}\nexpect: [{visits: many}]",
            "expect, row 1: the value of visits is no int64",
        ),
        ("nix", "given: {}\nexpect: []", "no model nix. Models: ages, busy_days, days"),
    ],
)
def test_the_error_of_a_test_names_its_place_and_a_remedy(
    lake: Path, name: str, text: str, message: str
) -> None:
    assert re.search(message, result(lake, name, text).error), result(lake, name, text).error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("given: {visits: []}", "has to state `given`, rows by table, and `expect`"),
        ("given: [\n", "is not YAML .line"),
        ("given: {}\nexpect: []\nexpects: []", "has the field expects"),
        ("given: {visits: 3}\nexpect: []", "visits is no list of rows"),
        ("given: {visits: [{day: [1]}]}\nexpect: []", "column day has more than one value"),
        (
            "given: {visits: {file: gone.csv}}\nexpect: []",
            "names gone.csv, which is no UTF-8 file beside the test",
        ),
        ("as_of: soon\ngiven: {}\nexpect: []", "as_of is no day"),
    ],
)
def test_a_file_that_is_no_test_is_an_error(lake: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        result(lake, "days", text)


def test_a_csv_row_with_more_cells_than_the_header_is_an_error(lake: Path) -> None:
    clinic.write(lake, {"models/tests/visits.csv": "visit_id,day\n1,2026-03-01,3\n"})
    with pytest.raises(SettingsError, match="line 2 has more cells than the header"):
        result(lake, "days", "given: {visits: {file: visits.csv}}\nexpect: []")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nullif(count(*), 2)", "models/days.sql: visits is required and has 1 nulls"),
        ("max(visit_id)", "models/days.sql: visits has string values that do not fit int64"),
        ("count(nothing)", "models/days.sql cannot be run: Binder Error"),
        (
            "cast(max(concat(visit_id, 'secret')) as bigint)",
            "models/days.sql cannot be run: a value leads to a ConversionException",
        ),
    ],
)
def test_a_statement_that_cannot_run_is_the_error_of_its_model_without_a_value(
    lake: Path, expression: str, message: str
) -> None:
    clinic.write(lake, {"models/days.sql": DAYS.replace("count(*)", expression)})
    given = TEST.replace("007", "spy")
    error = result(lake, "days", given).error
    assert message in error, error
    assert "spysecret" not in error


def test_a_file_of_another_ending_beside_the_tests_is_an_error(lake: Path) -> None:
    clinic.write(lake, {"models/tests/days.yml": TEST})
    with pytest.raises(SettingsError, match=r"tests/days\.yml is not read"):
        _ = project().model_tests


@pytest.mark.usefixtures("lake")
def test_the_command_names_models_without_a_test() -> None:
    done = command()
    assert (done.exit_code, "1 passed, 0 failed." in done.output) == (0, True), done.output
    assert "Without a test: ages, busy_days." in done.output


def test_the_command_ends_with_1_and_shows_the_rows_that_differ(lake: Path) -> None:
    clinic.write(lake, {"models/tests/days.yaml": TEST.replace("visits: 2", "visits: 3")})
    done = command("days")
    assert done.exit_code == 1
    assert all(
        text in done.output
        for text in ("days: the rows of days differ", "missing", "unexpected", "0 passed, 1 failed.")
    )
    fact = json.loads(command("--json").output)
    assert (fact["tests"][0]["passed"], fact["tests"][0]["missing"][0]["visits"]) == (False, 3)


@pytest.mark.parametrize(
    ("names", "message"),
    [(["ages"], "The model ages has no test"), (["nix"], "There is no test or model nix")],
)
@pytest.mark.usefixtures("lake")
def test_a_name_without_a_test_is_an_error(names: list[str], message: str) -> None:
    done = command(*names)
    assert (done.exit_code, message in done.output) == (1, True), done.output


def test_a_project_without_a_test_is_no_success(lake: Path) -> None:
    (lake / "models" / "tests" / "days.yaml").unlink()
    done = command()
    assert (done.exit_code, "has no test of a model. Write models/tests" in done.output) == (1, True), (
        done.output
    )
