"""The scheduled export as it is deployed: state machine, job, secret.

A server on one side, Athena on the other.
"""

from __future__ import annotations

import io
import json
import shutil
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from headgate.aws.athena.queries import AthenaQueries
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.quality.leaks import leaks_in_rows
from headgate.query import translate
from tests.e2e.lakes import TEST_VARIABLES, deployed
from tests.integration.export.conftest import free_port, install, launch
from tests.own_data_page import run
from tests.real_schemas import (
    CHINOOK,
    CLASSICMODELS,
    OPENCART,
    SAKILA,
    WORDPRESS,
    assert_equal_tables,
    statements,
)
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.lakes import Lake
    from tests.integration.export.conftest import Server

pytestmark = pytest.mark.e2e

JOB_TIMEOUT_S = 180.0
CURATED = "ecommerce_curated"
DUE = "2026-01-02T01:00:00Z"
CARD = "4111111111111111"  # a test number that payment gateways publish
FURTHER = {name: {"schedule": "cron(0 1 1 1 ? *)"} for name in ("crm", "shapes")}
PROJECT = 'name = "ecommerce"\nenvironment = "dev"\ndomains = ["retail"]\n'
TABLES = (
    "CREATE DATABASE ecommerce CHARACTER SET utf8mb4",
    "USE ecommerce",
    """CREATE TABLE regions (region_id VARCHAR(8) PRIMARY KEY, region_name VARCHAR(80) NOT NULL, country_code CHAR(2), continent CHAR(2),
    population BIGINT, gdp_usd DECIMAL(20,2), updated_at DATETIME(6) NOT NULL)""",  # noqa: E501 a listing
    """CREATE TABLE payments (payment_id BIGINT PRIMARY KEY, order_id VARCHAR(20), method VARCHAR(16), card_number VARCHAR(19),
    card_cvv VARCHAR(4), card_expiry CHAR(7), amount DECIMAL(14,4), currency CHAR(3), paid_at DATETIME, status VARCHAR(12), notes TEXT,
    updated_at DATETIME)""",  # noqa: E501 a listing
    (
        "INSERT INTO regions VALUES ('GB', 'United Kingdom', 'GB', 'EU', 67000000, 3070667732359.50, "
        "'2026-01-01')"
    ),
    f"""INSERT INTO payments SELECT seq, CONCAT('O-', seq), 'card', '{CARD}', '917', '2027-12', seq / 4, 'GBP', '2026-01-01', 'captured',
    'read out {CARD}', '2026-01-01' FROM seq_1_to_500""",  # noqa: E501, S608 literals of this file
    "COMMIT",
    "CREATE DATABASE crm CHARACTER SET utf8mb4",
    "CREATE TABLE crm.account (account_id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)",
    "INSERT INTO crm.account VALUES (1, 'ann'), (2, 'bob')",
    "COMMIT",
    "CREATE DATABASE shapes CHARACTER SET utf8mb4",
    "USE shapes",
    *(
        statement
        for script in (SAKILA, CHINOOK, CLASSICMODELS, WORDPRESS, OPENCART)
        for statement in statements(script)
    ),
    "COMMIT",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with two of the lake's tables, a database of customers, and one with the tables of five real
    schemas.
    """
    if not shutil.which("mariadbd"):
        pytest.skip(
            "mariadbd is not installed (Debian: apt install mariadb-server); the export's end-to-end "
            "test needs it"
        )
    folder = tmp_path_factory.mktemp("mariadb")
    install(folder / "data")
    started = launch(folder, free_port())
    with closing(MySqlSession(started.login())) as session:
        for statement in TABLES:
            session.do(statement)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def lake(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake that exports three databases of the server, and masks the first on the way.

    The shell that deploys knows the others' logins.

    The contracts of the third are drafts that nobody touched.
    """
    folder = tmp_path_factory.mktemp("project")
    (folder / "headgate.toml").write_text(PROJECT, encoding="utf-8")
    variables = (
        *TEST_VARIABLES,
        "export_mask_at_source=true",
        "export_enabled=true",
        f"export_sources={json.dumps(FURTHER)}",
    )
    with pytest.MonkeyPatch.context() as shell, ExitStack() as ending:
        for source in FURTHER:
            shell.setenv(f"MYSQL_URL_{source.upper()}", f"mysql://root:@127.0.0.1:{server.port}/{source}")
        done = run(f"headgate export contract --source shapes --into {folder}/contracts/source", folder)
        assert done.exit_code == 0, done.stderr
        standing = ending.enter_context(deployed("e2e-export", *variables, project=folder))
        login = {
            "host": "127.0.0.1",
            "port": server.port,
            "username": "root",
            "password": "",
            "dbname": "ecommerce",
        }
        secret = standing.environment["HEADGATE_MYSQL_SECRET"]
        standing.client("secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps(login))
        yield standing


def exported(lake: Lake) -> str:
    """How a run of the state machine ended that was due at DUE."""
    machines = lake.client("stepfunctions")
    arn = lake.environment["HEADGATE_STATE_MACHINE_ARN"].replace("curated_to_prod", "export_mysql")
    given = {"scheduled_at": DUE, "tables": "regions,payments", "mask_at_source": True}
    execution = machines.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]

    def ended() -> Any:  # noqa: ANN401 boto3's answer
        reported = machines.describe_execution(executionArn=execution)
        return reported if reported["status"] != "RUNNING" else None

    reported = eventually(ended, JOB_TIMEOUT_S)
    return str(reported["status"])


def merged(lake: Lake) -> None:
    """The merge's job has run."""
    glue = lake.client("glue")
    name = (
        lake.environment["HEADGATE_STATE_MACHINE_ARN"]
        .rpartition(":")[2]
        .replace("curated_to_prod", "merge_curated")
    )
    run = glue.start_job_run(JobName=name)["JobRunId"]

    def ended() -> str | None:
        state = str(glue.get_job_run(JobName=name, RunId=run)["JobRun"]["JobRunState"])
        return state if state in {"SUCCEEDED", "FAILED", "ERROR", "TIMEOUT", "STOPPED"} else None

    assert eventually(ended, JOB_TIMEOUT_S) == "SUCCEEDED"


def test_a_scheduled_export_reaches_athena_and_no_card_number_reaches_raw(lake: Lake) -> None:
    assert exported(lake) == "SUCCEEDED"
    raw = lake.objects("HEADGATE_RAW_BUCKET")
    assert sorted(key for key in raw if key.endswith("_manifest.json")) == [
        f"{table}/dt=2026-01-02/run=20260102T010000Z/_manifest.json" for table in ("payments", "regions")
    ]
    for key in raw:
        body = (
            lake.client("s3")
            .get_object(Bucket=lake.environment["HEADGATE_RAW_BUCKET"], Key=key)["Body"]
            .read()
        )
        assert CARD.encode() not in body
        assert not key.endswith(".parquet") or not leaks_in_rows(pq.read_table(io.BytesIO(body)))[1]

    ledger = lake.ledger()

    def all_in() -> bool:
        return sorted(record.state for record in ledger.records()) == [
            "done",
            "done",
            "ignored",
            "ignored",
        ]  # two parts, two manifests

    assert eventually(all_in, JOB_TIMEOUT_S)
    merged(lake)
    [found] = lake.query(
        "select count(*) as n, sum(amount) as total, min(card_last4) as last4, min(notes) as notes from "
        "ecommerce_curated.payments"
    )
    assert (int(found["n"]), float(found["total"]), found["last4"]) == (500, 500 * 501 / 8, "1111")
    assert CARD not in found["notes"]
    assert lake.query("select gdp_usd from ecommerce_curated.regions") == [{"gdp_usd": "3070667732359.50"}]


def test_the_same_run_again_lands_nothing_new(lake: Lake) -> None:
    assert exported(lake) == "SUCCEEDED"
    before = sorted(lake.objects("HEADGATE_RAW_BUCKET"))
    assert exported(lake) == "SUCCEEDED"
    assert sorted(lake.objects("HEADGATE_RAW_BUCKET")) == before


def test_only_the_database_whose_login_is_stored_is_scheduled(lake: Lake) -> None:
    """When the lake was deployed, the shell knew the login of crm.

    That of the deployment's own database was stored later.
    """
    schedules = lake.client("scheduler")
    prefix = (
        lake.environment["HEADGATE_STATE_MACHINE_ARN"]
        .rpartition(":")[2]
        .replace("curated_to_prod", "export_mysql")
    )
    states = {
        name: schedules.get_schedule(Name=name)["State"]
        for name in (prefix, f"{prefix}_crm", f"{prefix}_shapes")
    }
    assert states == {prefix: "DISABLED", f"{prefix}_crm": "ENABLED", f"{prefix}_shapes": "ENABLED"}


def test_a_further_database_is_exported_by_its_own_machine_and_login(lake: Lake) -> None:
    ended = lake.headgate(
        "export", "start", "--source", "crm", "--tables", "account", "--full", "--run", "20260103T010000Z"
    )
    assert (ended["status"], ended["cause"]) == ("SUCCEEDED", "")
    landed = lake.objects("HEADGATE_RAW_BUCKET", "account/")
    assert landed == [
        f"account/dt=2026-01-03/run=20260103T010000Z/{name}"
        for name in ("_manifest.json", "part-00000.parquet")
    ]


def test_real_schemas_reach_athena_by_drafts_that_nobody_touched_with_equal_values(
    lake: Lake, server: Server
) -> None:
    ended = lake.headgate("export", "start", "--source", "shapes", "--run", "20260104T010000Z")
    assert (ended["status"], ended["cause"]) == ("SUCCEEDED", "")
    landed = [key for key in lake.objects("HEADGATE_RAW_BUCKET") if key.startswith("shapes_")]

    ledger = lake.ledger()

    def all_in() -> bool:
        ours = [record for record in ledger.records() if record.key.startswith("shapes_")]
        return len(ours) == len(landed) and {record.state for record in ours} == {"done", "ignored"}

    assert eventually(all_in, JOB_TIMEOUT_S)
    assert sum(record["quarantined"] for record in lake.records() if record["key"].startswith("shapes_")) == 0
    merged(lake)
    athena = AthenaQueries(
        lake.client("athena"),
        lake.environment["HEADGATE_WORKGROUP"],
        CURATED,
        partial(translate, dialect="duckdb"),
    )
    with closing(MySqlSession(server.login("shapes"))) as session:
        assert_equal_tables(session, lambda sql: athena.run(sql).records(), prefix="shapes_")
