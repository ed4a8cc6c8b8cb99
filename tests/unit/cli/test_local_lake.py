"""A system and SQL models run on files of a folder, through the gate, the merge and the audit of the lake,
without a deployment.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headgate.cli.commands.project.systems import systems
from headgate.cli.commands.tables.models import models
from headgate.cli.local_lake import run_system_locally
from headgate.cli.own_code import OwnCodeError
from headgate.errors import AuditError, BadInputError, NotFoundError, SettingsError
from headgate.project import MODELS_SYSTEM
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

VISITS = "visit_id,day\n1,2026-03-01\n2,2026-03-01\n3,2026-03-02\n4,no day\n"
DAYS = (
    "select day, count(*) as visits, date_diff('day', day, current_date) as age_days from "
    "clinic_curated.visits group by day"
)
BUSY_DAYS = "select day, visits from {{ ref('days') }} where visits > 1"
STAFF = "select name from staff"


def columns(*names: str) -> list[tuple[str, str, str]]:
    return [(name, "integer", "BIGINT") for name in names]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    day = ("day", "date", "DATE")
    own = {
        "models/days.sql": DAYS,
        "models/busy_days.sql": BUSY_DAYS,
        "models/staff_names.sql": STAFF,
        "contracts/source/staff.yaml": clinic.contract("staff", ("name", "string", "TEXT")),
        "contracts/prod/days.yaml": clinic.contract("days", day, *columns("visits", "age_days")),
        "contracts/prod/busy_days.yaml": clinic.contract("busy_days", day, *columns("visits")),
        "contracts/prod/staff_names.yaml": clinic.contract("staff_names", ("name", "string", "TEXT")),
        "data/visits.csv": VISITS,
        "data/staff.csv": "name\nAda\n",
    }
    return clinic.write(clinic.lake(tmp_path), own)


def rows(table: pa.Table) -> list[dict[str, object]]:
    return list(table.drop_columns(["as_of", "snapshot_id"]).to_pylist())


def test_rows_have_the_types_of_the_contract_and_refused_rows_are_counted(lake: Path) -> None:
    run = run_system_locally(MODELS_SYSTEM, lake / "data", ["days"])
    assert (run.as_of, run.as_of_columns) == (date(2026, 3, 2), ["visits.day"])
    assert rows(run.tables["days"]) == [
        {"day": date(2026, 3, 1), "visits": 2, "age_days": 1},
        {"day": date(2026, 3, 2), "visits": 1, "age_days": 0},
    ]
    gated = run.datasets["visits"]
    assert (gated.received, gated.accepted, gated.quarantined, dict(gated.reasons)) == (4, 3, 1, {"type": 1})


def test_a_model_is_built_with_the_models_that_it_reads_and_without_the_others(lake: Path) -> None:
    (lake / "data" / "staff.csv").unlink()
    run = run_system_locally(MODELS_SYSTEM, lake / "data", ["busy_days"])
    assert [*run.tables] == ["busy_days", "days"]
    assert rows(run.tables["busy_days"]) == [{"day": date(2026, 3, 1), "visits": 2}]


def test_without_names_every_model_is_built(lake: Path) -> None:
    assert [*run_system_locally(MODELS_SYSTEM, lake / "data").tables] == ["busy_days", "days", "staff_names"]


def test_a_python_system_runs_as_the_models_do(lake: Path) -> None:
    run = run_system_locally("visit-counts", lake / "data")
    assert [row["visits"] for row in rows(run.tables["visits_by_day"])] == [2, 1]


def test_a_folder_of_files_is_merged_and_the_same_key_counts_once(lake: Path) -> None:
    (lake / "data" / "visits.csv").unlink()
    clinic.write(
        lake / "data" / "visits",
        {"old/march.csv": VISITS, "new.jsonl": '{"visit_id": "3", "day": "2026-03-02"}\n', "_note": "x"},
    )
    pq.write_table(
        pa.table({"visit_id": ["5"], "day": [date(2026, 3, 3)]}), lake / "data" / "visits" / "april.parquet"
    )
    run = run_system_locally("visit-counts", lake / "data")
    assert [row["visits"] for row in rows(run.tables["visits_by_day"])] == [2, 1, 1]
    assert run.datasets["visits"].files == 3


def test_a_file_without_rows_is_a_dataset_without_rows(lake: Path) -> None:
    clinic.write(lake, {"data/visits.csv": "visit_id,day\n"})
    assert run_system_locally("visit-counts", lake / "data").tables["visits_by_day"].num_rows == 0


def test_the_day_of_the_data_can_be_given(lake: Path) -> None:
    run = run_system_locally(MODELS_SYSTEM, lake / "data", ["days"], date(2026, 3, 11))
    assert [row["age_days"] for row in rows(run.tables["days"])] == [10, 9]


def test_a_missing_file_is_named_with_its_reader_and_its_place(lake: Path) -> None:
    (lake / "data" / "visits.csv").rename(lake / "data" / "visit.csv")
    with pytest.raises(
        NotFoundError,
        match=(
            r"dataset visits, which is read by models/days.sql and models/busy_days.sql.*staff.csv, "
            r"visit.csv"
        ),
    ):
        run_system_locally(MODELS_SYSTEM, lake / "data")
    with pytest.raises(
        NotFoundError,
        match=(
            r"which is read by the system visit-counts.*Put its rows into .*visits.csv.*or rename "
            r"visit.csv"
        ),
    ):
        run_system_locally("visit-counts", lake / "data")


def test_a_file_that_the_gate_rejects_is_named(lake: Path) -> None:
    clinic.write(lake, {"data/visits.csv": "patient\nx\n"})
    with pytest.raises(BadInputError, match=r"visits\.csv"):
        run_system_locally("visit-counts", lake / "data")


def test_a_table_that_breaks_its_contract_is_an_error_as_in_the_lake(lake: Path) -> None:
    clinic.write(
        lake, {"models/days.sql": DAYS.replace("group by", "where visit_id > '' group by visit_id,")}
    )
    with pytest.raises(AuditError, match="days"):
        run_system_locally(MODELS_SYSTEM, lake / "data", ["days"])


@pytest.mark.parametrize(
    ("system", "names", "message"), [("own-models", ["nix"], "no model nix"), ("nix", [], "no system nix")]
)
def test_an_unknown_name_is_answered_with_all_names(
    lake: Path, system: str, names: list[str], message: str
) -> None:
    with pytest.raises(NotFoundError, match=message):
        run_system_locally(system, lake / "data", names)


def test_the_error_of_a_project_without_models_says_how_to_write_one(lake: Path) -> None:
    for path in (lake / "models").iterdir():
        path.unlink()
    for table in ("days", "busy_days", "staff_names"):
        (lake / "contracts" / "prod" / f"{table}.yaml").unlink()
    with pytest.raises(NotFoundError, match=r"Write models/<table>\.sql"):
        run_system_locally(MODELS_SYSTEM, lake / "data")


def test_the_command_shows_first_rows_and_writes_parquet(lake: Path) -> None:
    arguments = [
        "run",
        "--local",
        "--data",
        str(lake / "data"),
        "--rows",
        "1",
        "--output",
        str(lake / "out"),
        "days",
    ]
    screen = CliRunner().invoke(models, arguments)
    assert screen.exit_code == 0, screen.output
    assert all(
        text in screen.output
        for text in (
            "type 1",
            "contract check FILE --dataset visits",
            "days: 2 rows, the first 1",
            "2026-03-01",
        )
    )
    assert "2026-03-02 " not in screen.output.partition("days: 2 rows")[2]
    assert pq.read_table(lake / "out" / "days.parquet").num_rows == 2


def test_the_command_for_a_system_has_one_json_document(lake: Path) -> None:
    done = CliRunner().invoke(
        systems, ["run", "visit-counts", "--local", "--data", str(lake / "data"), "--json"]
    )
    assert json.loads(done.output)["tables"]["visits_by_day"]["rows"] == 2


@pytest.mark.parametrize("arguments", [["run"], ["run", "--local"], ["run", "--data", "."]])
def test_a_run_without_local_or_data_says_what_to_state(arguments: list[str]) -> None:
    done = CliRunner().invoke(models, arguments)
    assert (done.exit_code, "--local --data FOLDER" in done.output) == (2, True)


def with_system(lake: Path, name: str, code: str) -> Path:
    """The lake with a system of its own, which owns a table."""
    table = clinic.contract(f"{name}_rows", ("name", "string", "TEXT"), system=name)
    return clinic.write(lake, {f"systems/{name}.py": code, f"contracts/prod/{name}_rows.yaml": table})


def test_a_dataset_without_a_contract_is_named_with_the_nearest(lake: Path) -> None:
    with_system(lake, "busy", 'READS = ("visit",)\n\n\ndef build(tables, as_of, shelf):\n    return {}\n')
    with pytest.raises(NotFoundError, match=r"has no contract\. Did you mean visits\?"):
        run_system_locally("busy", lake / "data")


def test_a_system_without_a_function_build_is_named_with_what_to_do(lake: Path) -> None:
    with_system(lake, "idle", 'READS = ("visits",)\n\n\ndef bild(tables, as_of, shelf):\n    return {}\n')
    with pytest.raises(SettingsError, match=r"idle has no function `build"):
        run_system_locally("idle", lake / "data")


def test_rows_out_of_order_are_put_in_the_order_of_the_key(lake: Path) -> None:
    """So the table here has the same rows at the same places as the deployed one."""
    backwards = clinic.SYSTEM.replace(".to_pandas()", ".to_pandas()[::-1]")
    clinic.write(lake, {"systems/visit_counts.py": backwards})
    table = run_system_locally("visit-counts", lake / "data").tables["visits_by_day"]
    assert table["day"].to_pylist() == [date(2026, 3, 1), date(2026, 3, 2)]


@pytest.mark.parametrize(
    ("build", "why"),
    [
        ("pd.DataFrame({'day': [day, day], 'visits': [1, 2]})", "day: unique broken by 1 rows. Correct"),
        ("pd.DataFrame({'day': [day, None], 'visits': [1, 2]})", "day: required broken by 1 rows"),
        (
            "pd.DataFrame({'day': [day], 'visits': ['many']})",
            "visits is BIGINT in the contract, and the rows have (Python values of the type )?str",
        ),
        ("pd.DataFrame({'day': [day], 'visits': [1.5]})", "visits is BIGINT .* float64 .* Round visits"),
        ("pd.DataFrame({'day': [day]})", "the rows lack visits. The columns are day, visits"),
        ("tables['visits']", "returned Table as the table. Return a pandas frame"),
    ],
)
def test_rows_that_a_deployed_run_would_refuse_are_refused_here(lake: Path, build: str, why: str) -> None:
    text = f"""
from datetime import date

import pandas as pd

READS = ("visits",)


def build(tables, as_of):
    day = date(2026, 3, 1)
    return {{"visits_by_day": {build}}}
"""
    clinic.write(lake, {"systems/visit_counts.py": text})
    with pytest.raises(AuditError, match=why):
        run_system_locally("visit-counts", lake / "data")


def test_a_build_that_returns_no_tables_by_name_is_an_error(lake: Path) -> None:
    clinic.write(
        lake,
        {"systems/visit_counts.py": "READS = ('visits',)\n\n\ndef build(tables, as_of):\n    return []\n"},
    )
    with pytest.raises(AuditError, match=r"build returned list\. Return a dict"):
        run_system_locally("visit-counts", lake / "data")


@pytest.mark.parametrize("reads", ["", "READS = 'visits'"])
def test_a_system_states_the_datasets_that_it_reads(lake: Path, reads: str) -> None:
    clinic.write(lake, {"systems/visit_counts.py": clinic.SYSTEM.replace('READS = ("visits",)', reads)})
    with pytest.raises(SettingsError, match="It is the tuple of the datasets"):
        run_system_locally("visit-counts", lake / "data")


BROKEN = """
READS = ("visits",)


def busiest(visits):
    return visits.count() / 0


def build(tables, as_of):
    return {"visits_by_day": busiest(tables["visits"].to_pandas().dayy)}
"""


def test_an_error_in_the_projects_own_code_names_its_lines_only(lake: Path) -> None:
    clinic.write(lake, {"systems/visit_counts.py": BROKEN})
    with pytest.raises(OwnCodeError) as raised:
        run_system_locally("visit-counts", lake / "data")
    lines = str(raised.value).splitlines()
    assert lines[1:4] == [
        "  systems/visit_counts.py, line 10, in build",
        '    return {"visits_by_day": busiest(tables["visits"].to_pandas().dayy)}',
        "AttributeError: 'DataFrame' object has no attribute 'dayy'",
    ]
    assert isinstance(raised.value.__cause__, AttributeError)


def test_a_system_that_is_no_python_is_named_with_its_line(lake: Path) -> None:
    clinic.write(lake, {"systems/visit_counts.py": "READS = ('visits',)\ndef build(\n"})
    with pytest.raises(OwnCodeError, match=r"systems/visit_counts\.py, line 2"):
        run_system_locally("visit-counts", lake / "data")


def test_all_frames_are_shown_where_they_are_wanted(lake: Path) -> None:
    clinic.write(lake, {"systems/visit_counts.py": BROKEN})
    asked = ["run", "visit-counts", "--local", "--data", str(lake / "data")]
    assert isinstance(CliRunner().invoke(systems, asked).exception, OwnCodeError)
    assert isinstance(CliRunner().invoke(systems, [*asked, "--traceback"]).exception, AttributeError)


BOARD = """system: visit-counts
title: Visits
panels:
- {name: days, question: "Which?", kind: line, table: visits_by_day, x: day, y: [visits], sql: "SELECT %s FROM visits_by_day"}
"""  # noqa: E501 a panel in a line


def test_statements_of_dashboards_and_questions_run_on_the_built_tables(lake: Path) -> None:
    clinic.write(lake, {"dashboards/visit-counts.yaml": BOARD % "day, visits"})
    ran = CliRunner().invoke(systems, ["run", "visit-counts", "--local", "--data", str(lake / "data")])
    assert ran.exit_code == 0
    assert "Ran the statements of 1 panel, 2 questions on these tables." in ran.output


def test_a_misspelt_column_of_a_dashboard_fails_the_run_after_its_tables(lake: Path) -> None:
    clinic.write(lake, {"dashboards/visit-counts.yaml": BOARD % "day, visitors AS visits"})
    ran = CliRunner().invoke(systems, ["run", "visit-counts", "--local", "--data", str(lake / "data")])
    assert "visits_by_day: 2 rows" in ran.output
    assert isinstance(ran.exception, SettingsError)
    assert "dashboard visit-counts, panel days: COLUMN_NOT_FOUND" in str(ran.exception)


def test_rows_whose_parent_is_in_no_file_are_counted_with_examples(lake: Path) -> None:
    """They stay, because a parent may come later; the lake lists them in `missing_parents`."""
    staff = json.loads(clinic.contract("staff", ("name", "string", "TEXT"), ("visit_id", "string", "TEXT")))
    staff["schema"][0]["properties"][1]["relationships"] = [{"to": "visits.visit_id"}]
    own = {
        "contracts/source/staff.yaml": json.dumps(staff),
        "models/staff_names.sql": "select s.name from staff s left join visits v on v.visit_id = s.visit_id",
        "data/staff.csv": "name,visit_id\nAda,1\nBob,99\n",
    }
    clinic.write(lake, own)
    ran = CliRunner().invoke(models, ["run", "staff_names", "--local", "--data", str(lake / "data")])
    assert "staff.visit_id: 1 rows have no visits.visit_id, for example 99." in ran.output.replace("\n", " ")


def test_files_with_the_names_of_aliases_are_read_as_the_lake_reads_them(lake: Path) -> None:
    contract = lake / "contracts" / "source" / "visits.yaml"
    document = json.loads(contract.read_text(encoding="utf-8"))
    (table,) = document["schema"]
    table.setdefault("customProperties", []).append(
        {"property": "headgate.aliases", "value": {"day": ["Besuchstag"]}}
    )
    contract.write_text(json.dumps(document), encoding="utf-8")
    named = VISITS.replace("day\n", "Besuchstag\n", 1).replace("4,no day\n", "")
    (lake / "data" / "visits.csv").write_text(named, encoding="utf-8")
    run = run_system_locally(MODELS_SYSTEM, lake / "data", ["days"])
    assert [row["visits"] for row in rows(run.tables["days"])] == [2, 1]


def test_a_file_whose_columns_a_person_would_decide_is_refused_with_its_name(lake: Path) -> None:
    (lake / "data" / "staff.csv").write_text("moniker\nAda\n", encoding="utf-8")
    with pytest.raises(BadInputError) as raised:
        run_system_locally(MODELS_SYSTEM, lake / "data", ["staff_names"])
    assert raised.value.file.endswith("staff.csv")
