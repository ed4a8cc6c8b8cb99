"""`headgate export`, as a person types it: a real server on one side, the emulator's S3 on the other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from headgate.contracts import odcs_reader
from tests.conftest import unique
from tests.warm_commands import warm_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import Emulator
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

RUN = "20260102T010000Z"


@dataclass(frozen=True)
class Terminal:
    """A folder to type commands in, and the variables that they find."""

    folder: Path
    environment: Mapping[str, str]

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Return the answer of `headgate export …`."""
        program = ["-m", "headgate.cli.main", "export", *words]
        return warm_python.run(program, self.environment, self.folder, timeout_s=120)

    def ask(self, *words: str) -> Any:  # noqa: ANN401 a JSON document
        """The JSON that it answers, after it has succeeded."""
        done = self.type(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def terminal(shop: Shop, emulator: Emulator, tmp_path: Path) -> Terminal:
    """A laptop with a database of three regions, and a lake."""
    shop.run(
        "CREATE TABLE regions (region_id VARCHAR(8) PRIMARY KEY, region_name VARCHAR(64), country_code "
        "CHAR(2), continent CHAR(2), "
        "population BIGINT, gdp_usd DECIMAL(18, 2), updated_at DATETIME(6) NOT NULL)",
        "INSERT INTO regions VALUES ('GB', 'United Kingdom', 'GB', 'EU', 1, 0.10, '2026-01-01 00:00:00'), "
        "('FR', 'France', 'FR', 'EU', 1, 0.10, '2026-01-01 00:00:01'), ('DE', 'Germany', 'DE', 'EU', 1, "
        "0.10, '2026-01-01 00:00:02')",
    )
    buckets = {zone: unique(zone) for zone in ("raw", "artifacts")}
    for bucket in buckets.values():
        emulator.client("s3").create_bucket(Bucket=bucket)
    login = shop.login()
    return Terminal(
        tmp_path,
        {
            **emulator.environment,
            "MYSQL_URL": f"mysql://{login.username}:@{login.host}:{login.port}/{login.database}",
            "HEADGATE_RAW_BUCKET": buckets["raw"],
            "HEADGATE_ARTIFACTS_BUCKET": buckets["artifacts"],
        },
    )


def landed(terminal: Terminal, emulator: Emulator) -> list[str]:
    found = emulator.client("s3").list_objects_v2(Bucket=terminal.environment["HEADGATE_RAW_BUCKET"])
    return [item["Key"] for item in found.get("Contents", [])]


def test_a_run_lands_is_listed_and_holds(terminal: Terminal, emulator: Emulator) -> None:
    [report] = terminal.ask("run", "--tables", "regions", "--run", RUN)
    assert (report["run"], report["changed"], report["rows"], report["tables"][0]["day"]) == (
        RUN,
        True,
        3,
        "2026-01-02",
    )
    folder = f"regions/dt=2026-01-02/run={RUN}"
    assert landed(terminal, emulator) == [f"{folder}/_manifest.json", f"{folder}/part-00000.parquet"]
    assert [one["run"] for one in terminal.ask("runs", "regions")] == [RUN]
    assert [one["holds"] for one in terminal.ask("verify", "regions", "--run", RUN)] == [True]


def test_the_same_run_again_changes_nothing(terminal: Terminal) -> None:
    terminal.ask("run", "--tables", "regions", "--run", RUN)
    [report] = terminal.ask("run", "--tables", "regions", "--run", RUN)
    assert not report["changed"]


def test_an_incremental_run_takes_what_changed(terminal: Terminal, shop: Shop) -> None:
    terminal.ask("run", "--tables", "regions", "--run", RUN, "--incremental")
    shop.run("INSERT INTO regions VALUES ('IE', 'Ireland', 'IE', 'EU', 1, 0.10, '2026-01-03 00:00:00')")
    [report] = terminal.ask(
        "run", "--tables", "regions", "--run", "20260103T010000Z", "--incremental", "--overlap-s", "0"
    )
    assert report["rows"] == 2, "the new row, and the one that has the watermark's own second"


def test_a_file_that_was_changed_in_raw_is_found(terminal: Terminal, emulator: Emulator) -> None:
    terminal.ask("run", "--tables", "regions", "--run", RUN)
    part = next(key for key in landed(terminal, emulator) if key.endswith(".parquet"))
    emulator.client("s3").put_object(
        Bucket=terminal.environment["HEADGATE_RAW_BUCKET"], Key=part, Body=b"PAR1"
    )
    done = terminal.type("verify", "regions", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)[0]["findings"] == [
        "part-00000.parquet: its bytes are not those that were certified"
    ]


@pytest.mark.parametrize("cut", [1, 400])
def test_a_damaged_manifest_is_a_finding(terminal: Terminal, emulator: Emulator, cut: int) -> None:
    terminal.ask("run", "--tables", "regions", "--run", RUN)
    place = {
        "Bucket": terminal.environment["HEADGATE_RAW_BUCKET"],
        "Key": f"regions/dt=2026-01-02/run={RUN}/_manifest.json",
    }
    body = emulator.client("s3").get_object(**place)["Body"].read()
    emulator.client("s3").put_object(**place, Body=body[:-cut])
    done = terminal.type("verify", "regions", "--json")
    assert done.returncode == 3, done.stderr
    [found] = json.loads(done.stdout)
    assert (found["run"], found["holds"]) == (RUN, False)
    [finding] = found["findings"]
    assert finding.startswith("_manifest.json: the manifest is damaged: JSONDecodeError.")
    assert terminal.ask("runs", "regions") == []


def test_a_failed_run_is_gone_on_with(terminal: Terminal, shop: Shop) -> None:
    shop.run("UPDATE regions SET updated_at = '0000-00-00' WHERE region_id = 'DE'")
    failed = terminal.type("run", "--tables", "regions", "--run", RUN, "--stop-on-impossible-dates")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("headgate: ")
    shop.run("UPDATE regions SET updated_at = '2026-01-02' WHERE region_id = 'DE'")
    assert [report["rows"] for report in terminal.ask("run", "--resume")] == [3]
    assert "No run is unfinished." in terminal.type("run", "--resume").stdout


def test_progress_is_plain_lines_where_nobody_watches(terminal: Terminal) -> None:
    done = terminal.type("run", "--tables", "regions", "--run", RUN)
    assert "regions: 3 rows landed" in done.stderr.splitlines()


def test_a_run_that_never_landed_cannot_be_verified(terminal: Terminal) -> None:
    done = terminal.type("verify", "regions", "--run", "never")
    assert done.returncode == 1
    assert "headgate export runs" in done.stderr


def test_without_a_login_the_missing_variable_is_named(terminal: Terminal) -> None:
    without = Terminal(terminal.folder, {**terminal.environment, "MYSQL_URL": ""})
    assert "HEADGATE_MYSQL_SECRET" in without.type("run").stderr


def test_contracts_are_drafted_from_the_server_and_never_written_over(terminal: Terminal) -> None:
    """Without a lake: it takes a login only."""
    done = terminal.type("contract", "--tables", "regions", "--into", "drafts")
    assert (done.returncode, done.stdout) == (0, "drafts/regions.yaml: 7 columns, 0 sensitive\n"), done.stderr
    drafted = odcs_reader.load(terminal.folder / "drafts" / "regions.yaml")
    assert (drafted.dataset, drafted.key, drafted.column("gdp_usd").type.scale) == (
        "regions",
        ("region_id",),
        2,
    )
    assert "exists already" in terminal.type("contract", "--tables", "regions", "--into", "drafts").stderr
    assert terminal.type("contract", "--tables", "regions").stdout.startswith("---\napiVersion: v3.1.0")


@pytest.fixture
def laptop(terminal: Terminal) -> Terminal:
    """The same laptop without a deployment."""
    kept = {name: value for name, value in terminal.environment.items() if not name.startswith("HEADGATE_")}
    return Terminal(terminal.folder, kept)


def test_without_a_deployment_a_database_is_exported_to_a_folder(laptop: Terminal, shop: Shop) -> None:
    shop.run(
        "CREATE TABLE notes (id INT PRIMARY KEY, t TEXT)", "INSERT INTO notes VALUES (1, 'a'), (2, NULL)"
    )
    (report,) = laptop.ask("run", "--to", "copy", "--run", RUN)
    assert [(table["table"], table["rows"]) for table in report["tables"]] == [("notes", 2), ("regions", 3)]
    rows = pq.read_table(
        laptop.folder / "copy" / "notes" / "dt=2026-01-02" / f"run={RUN}" / "part-00000.parquet"
    )
    assert rows.to_pylist() == [{"id": 1, "t": "a"}, {"id": 2, "t": None}]
    assert [one["table"] for one in laptop.ask("runs", "--to", "copy")] == ["notes", "regions"]
    assert all(one["holds"] for one in laptop.ask("verify", "--to", "copy"))


def test_without_a_deployment_a_database_is_exported_to_a_bucket(
    laptop: Terminal, emulator: Emulator
) -> None:
    bucket = unique("anywhere")
    emulator.client("s3").create_bucket(Bucket=bucket)
    (report,) = laptop.ask("run", "--to", f"s3://{bucket}/some/place", "--tables", "regions", "--run", RUN)
    assert report["rows"] == 3
    found = {item["Key"] for item in emulator.client("s3").list_objects_v2(Bucket=bucket)["Contents"]}
    assert f"some/place/regions/dt=2026-01-02/run={RUN}/_manifest.json" in found
    assert laptop.ask("verify", "--to", f"s3://{bucket}/some/place")[0]["holds"]


def test_a_view_a_filter_and_a_query_are_exported(laptop: Terminal, shop: Shop) -> None:
    shop.run(
        "CREATE VIEW early AS SELECT region_name, updated_at, gdp_usd / 3 AS third FROM regions WHERE "
        "region_id <> 'DE'"
    )
    assert laptop.ask("run", "--to", "views", "--tables", "early")[0]["rows"] == 2
    assert (
        laptop.ask("run", "--to", "some", "--tables", "regions", "--where", "region_id > 'E' -- not Germany")[
            0
        ]["rows"]
        == 2
    )
    sql = (
        "select country_code, count(*) as regions, sum(population) / 2.0 as half, max(updated_at) as "
        "newest from regions group by 1;"
    )
    assert laptop.ask("run", "--to", "sums", "--sql", sql, "--name", "totals", "--run", RUN)[0]["rows"] == 3
    rows = pq.read_table(
        laptop.folder / "sums" / "totals" / "dt=2026-01-02" / f"run={RUN}" / "part-00000.parquet"
    ).to_pylist()
    newest = datetime(2026, 1, 1, 0, 0, 2)
    assert {"country_code": "DE", "regions": 1, "half": Decimal("0.50000"), "newest": newest} in rows
    assert laptop.ask("verify", "--to", "sums")[0]["holds"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sql", "select nothing from nowhere", "--name", "x"), "does not accept the query"),
        (
            ("--sql", "select 1 as a, 2 as a", "--name", "x"),
            "does not accept the query: Duplicate column name 'a'",
        ),
        (("--sql", "select 1"), "--sql and --name need each other"),
        (("--tables", "regions", "--where", "TRUE", "--incremental"), "cannot be incremental"),
        (("--mask-at-source",), "needs the contracts and the masking key of a deployment. Remove --to."),
    ],
)
def test_what_cannot_be_exported_is_explained(laptop: Terminal, words: tuple[str, ...], said: str) -> None:
    done = laptop.type("run", "--to", "nowhere", *words)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split()), done.stderr


def test_each_of_several_databases_has_its_own_login_and_datasets(laptop: Terminal) -> None:
    named = Terminal(
        laptop.folder,
        {**laptop.environment, "MYSQL_URL": "", "MYSQL_URL_CRM": laptop.environment["MYSQL_URL"]},
    )
    done = named.type("contract", "--source", "crm", "--into", "drafts")
    assert (done.returncode, done.stdout) == (0, "drafts/crm_regions.yaml: 7 columns, 0 sensitive\n"), (
        done.stderr
    )
    drafted = odcs_reader.load(named.folder / "drafts" / "crm_regions.yaml")
    assert (drafted.properties["headgate.source"], drafted.properties["headgate.table"]) == ("crm", "regions")
    assert named.ask("run", "--source", "crm", "--to", "copy", "--tables", "regions")[0]["rows"] == 3
    assert "cannot name a source" in named.type("run", "--source", "C R M", "--to", "copy").stderr


def test_a_login_of_a_named_source_is_a_secret_of_its_own(
    terminal: Terminal, emulator: Emulator, shop: Shop
) -> None:
    secret, login = unique("lake") + "/mysql", shop.login()
    stated = {
        "host": login.host,
        "port": login.port,
        "username": login.username,
        "password": "",
        "dbname": login.database,
    }
    emulator.client("secretsmanager").create_secret(Name=f"{secret}/crm", SecretString=json.dumps(stated))
    without_url = Terminal(
        terminal.folder, {**terminal.environment, "MYSQL_URL": "", "HEADGATE_MYSQL_SECRET": secret}
    )
    assert without_url.ask("run", "--source", "crm", "--tables", "regions")[0]["rows"] == 3


def test_runs_are_listed_and_verified_by_source(terminal: Terminal) -> None:
    """`regions` of the source crm is the dataset crm_regions of the lake."""
    drafts = terminal.folder / "contracts" / "source"
    (terminal.folder / "headgate.toml").write_text('name = "shop"\ndomains = ["retail"]\n', encoding="utf-8")
    several = Terminal(
        terminal.folder, {**terminal.environment, "MYSQL_URL_CRM": terminal.environment["MYSQL_URL"]}
    )
    assert several.type("contract", "--source", "crm", "--into", str(drafts)).returncode == 0
    several.ask("run", "--tables", "regions", "--run", RUN)
    several.ask("run", "--source", "crm", "--run", RUN)
    assert [one["table"] for one in several.ask("runs")] == ["crm_regions", "regions"]
    assert [one["table"] for one in several.ask("runs", "--source", "crm")] == ["crm_regions"]
    assert [one["table"] for one in several.ask("runs", "regions", "--source", "crm")] == ["crm_regions"]
    assert [(one["table"], one["holds"]) for one in several.ask("verify", "--source", "crm")] == [
        ("crm_regions", True)
    ]
    assert "no contract for orders" in several.type("runs", "orders", "--source", "crm").stderr
    assert "Remove one" in several.type("verify", "--source", "crm", "--to", "copy").stderr


def test_a_login_is_stored_for_the_job_and_replaced(terminal: Terminal, emulator: Emulator) -> None:
    secret, client = unique("lake") + "/mysql", emulator.client("secretsmanager")
    client.create_secret(Name=f"{secret}/crm")
    deployed = {**terminal.environment, "HEADGATE_MYSQL_SECRET": secret}
    for password in ("first", "second"):
        named = Terminal(terminal.folder, {**deployed, "MYSQL_URL_CRM": f"mysql://reader:{password}@db/crm"})
        done = named.type("login", "--source", "crm")
        assert (done.returncode, password in done.stdout + done.stderr) == (0, False), done.stderr
        assert (
            json.loads(client.get_secret_value(SecretId=f"{secret}/crm")["SecretString"])["password"]
            == password
        )
    missing = Terminal(terminal.folder, {**deployed, "MYSQL_URL_ERP": "mysql://reader:p@db/erp"}).type(
        "login", "--source", "erp"
    )
    assert "Add [export_sources.erp] to headgate.toml" in " ".join(missing.stderr.split())
