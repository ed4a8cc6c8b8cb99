"""docs/use/your-own-data.md on a deployed lake without a ready-made domain: the page's commands, in the
page's order.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pytest
from pyiceberg.table import StaticTable

from headgate.contracts.model import Kind
from headgate.contracts.odcs_reader import load
from tests.e2e.api import machine, signed_in
from tests.e2e.lakes import deploy, deployed
from tests.own_data_page import commands, run, shown
from tests.trace_collector import trace_collector
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.api import Response
    from tests.e2e.lakes import Lake
    from tests.own_data_page import Ran
    from tests.trace_collector import TraceCollector

pytestmark = pytest.mark.e2e

NAME = "e2e-own"
VARIABLES = ("quiet_s=3600", "redelivery_s=10", "max_receive_count=2", "iceberg=true")
NOT_ACCEPTED_EXIT = 3
SALES, SALES_IN_JULY = 206, 24


def on_lake(command: str, home: Path, *, expect: int = 0) -> str:
    """Return the output of a command of the page about the deployed lake."""
    done = run(f"{command} --deployment {NAME}", home)
    assert done.exit_code == expect, done.stderr[-4000:] + done.stdout[-4000:]
    return done.stdout


def here(command: str, home: Path, *, expect: int = 0) -> None:
    """Run a command of the page that needs no lake."""
    done = run(command, home)
    assert done.exit_code == expect, done.stderr[-4000:] + done.stdout[-4000:]


def cells(screen: str) -> list[str]:
    return re.findall(r"[\w.,#-]+", screen)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which the page's first section was followed."""
    folder = tmp_path_factory.mktemp("home")
    for command in commands("1. Draft contracts from the files")[1:]:
        here(command, folder)
    return folder


@pytest.fixture(scope="module")
def collector() -> Iterator[TraceCollector]:
    """The server that gets the lake's traces."""
    with trace_collector() as server:
        yield server


@pytest.fixture(scope="module")
def variables(collector: TraceCollector) -> tuple[str, ...]:
    """The settings of each deployment of the lake."""
    return (*VARIABLES, f"traces_url={collector.url}")


@pytest.fixture(scope="module")
def new_lake(home: Path, variables: tuple[str, ...]) -> Iterator[Lake]:
    """The shop's lake, after its first files were sent."""
    ask_about_new_columns(home)
    with deployed(NAME, *variables, project=home / "bikes") as lake:
        deploying, upload, _ = commands("2. Deploy, send the files, build the tables")
        assert deploying == "HEADGATE_PROJECT=~/bikes make deploy-localstack"
        on_lake(upload, home)
        yield lake


@pytest.fixture(scope="module")
def asked_before_the_first_run(new_lake: Lake, home: Path) -> Ran:
    """Return the output of the page's question before any table was built."""
    assert new_lake
    return run(f"{commands('3. Ask, and draw')[0]} --deployment {NAME}", home)


@pytest.fixture(scope="module")
def lake(new_lake: Lake, asked_before_the_first_run: Ran, home: Path) -> Lake:
    """The shop's lake, after its tables were built."""
    assert asked_before_the_first_run
    on_lake(commands("2. Deploy, send the files, build the tables")[-1], home)
    return new_lake


def contract_of_articles(home: Path) -> Path:
    return home / "bikes" / "contracts" / "source" / "artikel.yaml"


def ask_about_new_columns(home: Path) -> None:
    """Edit the contract of articles, so that a later file with a new column is pending."""
    path = contract_of_articles(home)
    text = path.read_text(encoding="utf-8")
    assert "keep_as_text" in text
    path.write_text(text.replace("keep_as_text", "ask"), encoding="utf-8")


def leave_a_file_pending(home: Path) -> None:
    """Send a file of articles with a new column, and then add the column to the contract.

    The deployment of the page's own edit takes up the file.
    """
    file, path = home / "artikel-neu.csv", contract_of_articles(home)
    file.write_text(
        "Artikelnr,Bezeichnung,Preis,Lieferbar,Seit,Lager\nK-9,Klingel,9.90,ja,2026-08-01,Nord\n",
        encoding="utf-8",
    )
    on_lake(f"headgate upload {file} --dataset artikel", home, expect=NOT_ACCEPTED_EXIT)
    text = path.read_text(encoding="utf-8").replace("version: 0.1.0", "version: 0.2.0")
    path.write_text(
        f"{text}  - name: lager\n    logicalType: string\n    physicalType: TEXT\n", encoding="utf-8"
    )


@pytest.fixture(scope="module")
def july(lake: Lake, home: Path, variables: tuple[str, ...]) -> Lake:
    """The lake, after the file with a new column was replayed by a contract that has it."""
    upload, *edits, deploying = commands("A new column")
    on_lake(upload, home)
    assert [record["new_columns"] for record in lake.records() if record["new_columns"]] == [
        {"Filiale": SALES_IN_JULY}
    ]
    for edit in edits:
        here(edit, home, expect=NOT_ACCEPTED_EXIT if "contract check" in edit else 0)
    assert deploying == "HEADGATE_PROJECT=~/bikes make deploy-localstack"
    leave_a_file_pending(home)
    deploy(NAME, *variables, project=home / "bikes")
    replay, listing, build, _ = commands("Replay")
    on_lake(replay, home)
    refused = json.loads(on_lake(f"{listing} --json", home))
    assert "type" in json.dumps(refused)
    on_lake(build, home)
    return lake


def test_a_question_before_the_first_run_says_how_the_tables_are_built(
    asked_before_the_first_run: Ran,
) -> None:
    assert asked_before_the_first_run.exit_code == 0, asked_before_the_first_run.stderr[-4000:]
    assert "`headgate run` builds them" in asked_before_the_first_run.stderr


def test_gate_and_api_send_traces_without_a_value_of_a_file(lake: Lake, collector: TraceCollector) -> None:
    assert machine(lake).call("GET", "/machine/v1/files").status == 200

    def routes() -> set[str]:
        return {name for name, _ in collector.spans("headgate-api")}

    assert "GET /v1/files" in eventually(lambda: routes() or None, 20)
    files = {
        facts["headgate.dataset"]: facts["headgate.rows_accepted"]
        for name, facts in collector.spans("headgate-gate")
        if name == "process file"
    }
    assert files["verkaeufe"] == SALES
    for value in ("Müller", "04109", "R-00001", "verkaeufe.csv"):
        assert not [body for body in collector.bodies if value.encode() in body], value


def test_the_chart_is_the_one_that_the_page_shows(lake: Lake, home: Path) -> None:
    assert lake
    (ask,) = commands("3. Ask, and draw")
    assert cells(on_lake(ask, home)) == cells(shown("3. Ask, and draw"))


def test_a_lake_without_a_domain_has_no_empty_systems(lake: Lake) -> None:
    assert json.loads(lake.environment["HEADGATE_PROD_BUCKETS"]) == {}
    buckets = [one["Name"] for one in lake.client("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if "-prod-" in name] == []
    assert [name for name in lake.outputs["jobs"] if name.startswith("build_")] == []
    assert [name for name in lake.outputs["crawlers"] if name not in {"curated", "quarantine"}] == []


def test_the_run_of_a_lake_without_a_domain_succeeds(lake: Lake) -> None:
    runs: list[dict[str, Any]] = lake.headgate("runs")
    assert {run["status"] for run in runs} == {"succeeded"}


def test_values_are_typed_and_postal_codes_keep_their_zeros(lake: Lake) -> None:
    row = "select datum, plz, betrag, abgeholt, artikel from bikes_curated.verkaeufe where beleg = 'R-00003'"
    assert lake.query(row) == [
        {
            "datum": "2026-01-05",
            "plz": "01099",
            "betrag": "749.00",
            "abgeholt": True,
            "artikel": "Citybike Münster",
        }
    ]


def test_a_workbook_and_nested_json_are_tables_beside_the_csv_file(lake: Lake, home: Path) -> None:
    (ask,) = commands("Lists in JSON and Parquet")
    assert json.loads(on_lake(f"{ask} --json", home)) == [
        {"bestellung": 1, "kunde_plz": "04109", "artikel": "K-1"},
        {"bestellung": 2, "kunde_plz": "01099", "artikel": "K-2"},
        {"bestellung": 3, "kunde_plz": "80331", "artikel": None},
    ]
    row = "select bezeichnung, preis, lieferbar, seit from bikes_curated.artikel where artikelnr = 'K-2'"
    assert lake.query(row) == [
        {"bezeichnung": "Citybike", "preis": "1299.00", "lieferbar": False, "seit": "2025-04-01"}
    ]


def test_a_new_column_is_in_the_table_after_a_replay(july: Lake, home: Path) -> None:
    document = json.loads(on_lake(commands("Replay")[-1] + " --json", home))
    counts = {one["filiale"]: int(one["verkaeufe"]) for one in document}
    assert counts.pop(None) == SALES
    assert set(counts) == {"Altstadt", "Neustadt"}
    assert sum(counts.values()) == SALES_IN_JULY - 1
    assert july


def test_a_pending_file_is_taken_up_by_the_next_deployment(july: Lake) -> None:
    """The contract of articles asks about new columns, and has gained the column of the file."""
    (record,) = (record for record in july.records() if record["key"] == "artikel/artikel-neu.csv")
    assert (record["state"], record["accepted"]) == ("done", 1)
    row = "select preis, lager from bikes_curated.artikel where artikelnr = 'K-9'"
    assert july.query(row) == [{"preis": "9.90", "lager": "Nord"}]


@pytest.fixture(scope="module")
def corrected(july: Lake, home: Path) -> Lake:
    """The lake, after the shop sent corrected rows."""
    upload, build, _ = commands("A correction")
    on_lake(upload, home)
    on_lake(build, home)
    return july


def test_corrected_rows_replace_those_of_the_same_key(corrected: Lake, home: Path) -> None:
    ask = commands("A correction")[-1]
    found = {
        one["beleg"]: (one["menge"], one["betrag"]) for one in json.loads(on_lake(f"{ask} --json", home))
    }
    assert found == {"R-00207": (2, "49.90"), "R-00216": (1, "1299.00")}
    assert corrected.query("select count(*) as n from bikes_curated.verkaeufe") == [
        {"n": SALES + SALES_IN_JULY}
    ]


def test_a_published_table_is_an_iceberg_table_that_shows_what_it_was_before(corrected: Lake) -> None:
    """An engine that knows the address of the metadata alone reads through the emulator's S3."""
    glue, environment = corrected.client("glue"), corrected.environment
    shown = glue.get_table(DatabaseName="bikes_curated", Name="verkaeufe")["Table"]["Parameters"]
    table = StaticTable.from_metadata(
        shown["metadata_location"],
        {
            "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
            "s3.endpoint": environment["AWS_ENDPOINT_URL"],
            "s3.access-key-id": environment["AWS_ACCESS_KEY_ID"],
            "s3.secret-access-key": environment["AWS_SECRET_ACCESS_KEY"],
            "s3.region": environment["AWS_REGION"],
        },
    )
    versions = [table.scan(snapshot_id=version.snapshot_id).to_arrow() for version in table.snapshots()]
    assert [rows.num_rows for rows in versions] == [SALES, SALES + SALES_IN_JULY - 1, SALES + SALES_IN_JULY]
    corrected_row = table.scan().to_arrow().filter(pc.field("beleg") == "R-00207")
    assert corrected_row["betrag"].to_pylist() == [Decimal("49.90")]


def test_sql_answers_what_a_table_showed_at_an_earlier_version(corrected: Lake) -> None:
    versions = corrected.headgate("tables", "iceberg", "verkaeufe")["versions"]
    counts = []
    for version in versions:
        moment = version["published_at"].replace("T", " ").replace("+00:00", " UTC")
        for clause in (f"version as of {version['snapshot']}", f"timestamp as of timestamp '{moment}'"):
            table = f"bikes_curated.verkaeufe for {clause} v"
            counts += corrected.query(f"select count(v.beleg) as n from {table} where v.menge > 0")  # noqa: S608 own names
    assert [row["n"] for row in counts] == [
        rows for rows in (SALES + SALES_IN_JULY, SALES + SALES_IN_JULY - 1, SALES) for _ in range(2)
    ]
    changed = corrected.query(
        "select n.beleg, n.menge as now_sold, b.menge as sold_before from verkaeufe n join verkaeufe "  # noqa: S608 own names
        f"for version as of {versions[1]['snapshot']} b on n.beleg = b.beleg where n.menge <> b.menge"
    )
    assert changed == [{"beleg": "R-00207", "now_sold": 2, "sold_before": 1}]


def test_the_api_answers_an_earlier_version_without_the_columns_about_people(corrected: Lake) -> None:
    before = corrected.headgate("tables", "iceberg", "verkaeufe")["versions"][1]
    moment = before["published_at"].replace("T", " ").replace("+00:00", " UTC")
    api = signed_in(corrected, "viewer")

    def started(clause: str, columns: str = "*") -> Response:
        sql = f"select {columns} from verkaeufe for {clause} v where v.beleg in ('R-00207', 'R-00216')"  # noqa: S608 own names
        return api.call("POST", "/v1/queries", {"sql": sql})

    for clause in (f"version as of {before['snapshot']}", f"timestamp as of timestamp '{moment}'"):
        query = f"/v1/queries/{started(clause).json['query_id']}"
        api.until(query, lambda answer: answer["state"] == "succeeded")
        answer = api.call("GET", f"{query}/rows").json
        names = [column["name"] for column in answer["columns"]]
        assert "kunde" not in names
        rows = [dict(zip(names, row, strict=True)) for row in answer["rows"]]
        assert [(row["beleg"], row["menge"]) for row in rows] == [("R-00207", 1)]
    refused = started(f"version as of {before['snapshot']}", "v.kunde")
    assert (refused.status, "personal data" in refused.json["detail"]) == (422, True)


def test_a_contract_is_imported_from_a_table_of_the_glue_catalog(corrected: Lake, tmp_path: Path) -> None:
    output = tmp_path / "source" / "imported.yaml"
    output.parent.mkdir()
    importing = ["contract", "import", "glue", "bikes_curated.verkaeufe", "--output", str(output)]
    done = subprocess.run(
        [sys.executable, "-m", "headgate.cli.main", *importing],
        env={**os.environ, **corrected.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    columns = {column.name: column.type.kind for column in load(output).columns}
    glue = corrected.client("glue").get_table(DatabaseName="bikes_curated", Name="verkaeufe")["Table"]
    assert [*columns] == [column["Name"] for column in glue["StorageDescriptor"]["Columns"]]
    assert (columns["betrag"], columns["datum"]) == (Kind.DECIMAL, Kind.DATE)


def test_an_undone_correction_gives_back_the_rows_that_it_had_replaced(corrected: Lake, home: Path) -> None:
    """Runs last: the tables are those of the lake that the correction never came to."""
    revert, build, ask = commands("An undo")
    on_lake(revert, home)
    on_lake(build, home)
    found = {
        one["beleg"]: (one["menge"], one["betrag"]) for one in json.loads(on_lake(f"{ask} --json", home))
    }
    assert found == {"R-00207": (1, "49.90")}
    assert corrected.query("select count(*) as n from bikes_curated.verkaeufe") == [
        {"n": SALES + SALES_IN_JULY - 1}
    ]
    assert {record["key"]: record["state"] for record in corrected.records()}[
        "verkaeufe/verkaeufe-korrektur.csv"
    ] == "reverted"
