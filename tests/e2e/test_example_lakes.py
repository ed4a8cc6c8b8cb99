"""The examples as one deployed lake: the commands of their pages, and what their dashboards, questions and
scorer answer.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.api import signed_in
from tests.e2e.lakes import ROOT, deployed
from tests.own_data_page import commands_in, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.api import Api
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NAME = "e2e-examples"
EXAMPLES = ROOT / "examples"
DEPLOYING = "HEADGATE_PROJECT=examples/{} make deploy-localstack"


def page(example: str) -> list[list[str]]:
    """The commands of an example's page before the deployment, and those after it."""
    listed = commands_in((EXAMPLES / example / "README.md").read_text(encoding="utf-8"))
    place = listed.index(DEPLOYING.format(example))
    return [listed[:place], listed[place + 1 :]]


def here(command: str, home: Path) -> str:
    done = run(command, home)
    assert done.exit_code == 0, done.stderr[-4000:] + done.stdout[-4000:]
    return done.stdout


def on_lake(command: str, home: Path) -> Any:  # noqa: ANN401 whatever JSON the command prints
    """Return the output of a command of a page about the lake of both examples, which has the bike share's
    name.
    """
    return json.loads(here(f"{command.replace('airports_', 'bikes_')} --json --deployment {NAME}", home))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def lake(home: Path) -> Iterator[Lake]:
    """A lake with the contracts, systems, models and dashboards of both examples, after their files were sent
    and a run.
    """
    project = home / "lake"
    for example in ("airports", "bike-share"):
        shutil.copytree(
            EXAMPLES / example, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    with deployed(NAME, "quiet_s=3600", "redelivery_s=10", project=project) as lake:
        before, (upload, run_command, *_) = page("bike-share")
        for command in [*before, *page("airports")[0]]:
            here(command, home)
        on_lake(upload, home)
        on_lake(page("airports")[1][0], home)
        on_lake(run_command, home)
        yield lake


@pytest.fixture(scope="module")
def viewer(lake: Lake) -> Api:
    return signed_in(lake, "viewer")


def rows_of(viewer: Api, sql: str) -> list[dict[str, Any]]:
    """The answer to a query of the API."""
    query = viewer.call("POST", "/v1/queries", {"sql": sql}).json["query_id"]
    viewer.until(f"/v1/queries/{query}", lambda answer: answer["state"] == "succeeded")
    answer = viewer.call("GET", f"/v1/queries/{query}/rows").json
    names = [column["name"] for column in answer["columns"]]
    return [dict(zip(names, row, strict=True)) for row in answer["rows"]]


def test_the_first_commands_of_the_page_draft_the_contract_of_the_example(lake: Lake, home: Path) -> None:
    assert lake
    assert (home / "drafted.yaml").read_bytes() == (
        EXAMPLES / "bike-share" / "contracts" / "source" / "rentals.yaml"
    ).read_bytes()


def test_the_forecast_is_a_table(lake: Lake, home: Path) -> None:
    assert lake
    day = on_lake(page("bike-share")[1][-2], home)
    assert (len(day), day[0]["hour_at"][:10]) == (24, "2012-02-05")
    assert all(row["lower_80"] <= row["mean"] <= row["upper_80"] for row in day)


def test_each_stage_of_the_run_has_its_time_its_rows_and_its_parts(lake: Lake, viewer: Api) -> None:
    """One job builds both systems, and each has a time of its own; the command and the API show the same."""
    name = lake.headgate("runs")[0]["run"]
    stages = lake.headgate("runs", "show", name)["stages"]
    assert viewer.call("GET", f"/v1/runs/{name}").json["stages"] == stages
    worked = {stage["name"]: stage for stage in stages if stage["rows_read"] is not None}
    assert set(worked) == {stage["name"] for stage in stages} - {"queue"}
    assert worked["merge"]["rows_read"] == worked["merge"]["rows_changed"] > 0
    assert worked["quality gate"]["rows_read"] > 0
    systems = [worked[system] for system in ("hourly-demand", "own-models")]
    assert all(system["rows_read"] and system["rows_changed"] for system in systems)
    assert len({(system["began_at"], system["seconds"]) for system in systems}) == 2


def test_declared_tables_are_published_with_the_models(viewer: Api) -> None:
    """A contract without columns is enough for a forecast and for unusual days, also on a deployed lake."""
    (forecast,) = rows_of(
        viewer,
        (
            "SELECT count(*) AS days, min(past_error_naive - past_error) AS gain, min(upper_80 - lower_80) "
            "AS width FROM daily_rentals"
        ),
    )
    assert forecast["days"] == 14
    assert min(forecast["gain"], forecast["width"]) > 0
    (hours,) = rows_of(
        viewer, "SELECT count(*) AS hours, max(past_error / past_error_naive) AS share FROM declared_demand"
    )
    assert (hours["hours"], hours["share"] < 1) == (48, True)
    assert rows_of(viewer, "SELECT status, count(*) AS days FROM unusual_days GROUP BY status") == [
        {"status": "judged", "days": 400}
    ]


def test_a_column_of_a_declared_table_leads_through_a_model_to_its_dataset(
    lake: Lake, home: Path, viewer: Api
) -> None:
    """The command, the API and the event of the version name the same columns."""
    (column,) = on_lake("headgate lineage declared_demand --column mean", home)["columns"]
    sources = {(use["system"], use["table"], use["column"]) for use in column["sources"]}
    assert sources == {("own-models", "hourly_rentals", "rentals"), ("", "rentals", "cnt")}
    columns = viewer.call("GET", "/v1/lineage/rentals/columns").json["columns"]
    (fed,) = (each["feeds"] for each in columns if each["column"] == "cnt")
    assert {(use["table"], use["column"]) for use in fed} >= {
        ("declared_demand", "mean"),
        ("hourly_rentals", "rentals"),
    }
    event = lake.headgate("lineage", "declared_demand", "--openlineage")
    (named,) = event["outputs"][0]["facets"]["columnLineage"]["fields"]["mean"]["inputFields"]
    assert named["field"] == "cnt"


def test_the_saved_question_compares_with_the_naive_rule(lake: Lake, home: Path, viewer: Api) -> None:
    assert lake
    figures = {row["metric"]: row for row in on_lake(page("bike-share")[1][-1], home)}
    assert figures["mae"]["value"] < figures["mae"]["baseline"]
    listed = {
        question["name"]: question["sql"]
        for question in viewer.call("GET", "/v1/questions").json["questions"]
    }
    assert {"busiest_hours", "forecast_against_naive"} <= set(listed)
    assert len(rows_of(viewer, listed["busiest_hours"])) == 10


def test_every_panel_of_the_dashboards_has_an_answer(viewer: Api) -> None:
    boards = {board["system"]: board for board in viewer.call("GET", "/v1/dashboards").json["dashboards"]}
    assert set(boards) == {"hourly-demand", "own-models"}
    for panel in (panel for board in boards.values() for panel in board["panels"]):
        assert rows_of(viewer, panel["sql"]), panel["name"]


def test_the_scorer_answers_as_the_table_says(lake: Lake, viewer: Api) -> None:
    (row,) = lake.query(
        "select mean, lower_80, upper_80 from bikes_prod.hourly_demand where hour_at = timestamp "
        "'2012-02-05 08:00:00'"
    )
    answer = viewer.call("POST", "/v1/predictions/hourly-demand", {"hour_at": "2012-02-05T08:00:00"})
    assert {name: answer.json[name] for name in row} == row
    assert (
        viewer.call("POST", "/v1/predictions/hourly-demand", {"hour_at": "2012-03-05T08:00:00"}).status == 422
    )


def test_the_alert_is_raised_only_when_the_forecast_is_worse(lake: Lake, home: Path) -> None:
    report = f"headgate report --html {home / 'report.html'}"
    assert "hourly-demand" not in {alert["source"] for alert in on_lake(report, home)["alerts"]}
    board = home / "lake" / "dashboards" / "hourly-demand.yaml"
    board.write_text(board.read_text(encoding="utf-8").replace("above: 100", "above: 1"), encoding="utf-8")
    raised = on_lake(report, home)["alerts"]
    assert [alert["name"] for alert in raised if alert["source"] == "hourly-demand"] == ["worse_than_naive"]
    assert lake


def test_na_is_null_and_a_missing_airport_is_reported(lake: Lake, home: Path) -> None:
    assert lake
    planes, parents, weather = (on_lake(command, home) for command in page("airports")[1][-3:])
    assert planes == [{"planes": 2, "with_speed": 1, "with_year": 1}]
    assert parents == [
        {"column_name": "weather.origin", "references_column": "airports.faa", "first_keys": '["ZZZ"]'}
    ]
    assert [(row["origin"], row["hours"], row["hours_with_gusts"]) for row in weather] == [
        ("EWR", 2, 0),
        ("JFK", 2, 1),
    ]
