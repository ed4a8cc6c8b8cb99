"""Checks before anything is deployed. Nothing here needs an emulator."""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from headgate.export.server.login import secret_from_url
from scripts import deploy, terraform_cli
from scripts.emulator import corrected_ministack
from scripts.packages import job_packages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_what_packages_need_is_followed_to_its_end() -> None:
    found = job_packages.closure([Requirement("boto3")])
    assert {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"} <= found
    assert "duckdb" in job_packages.closure([Requirement("ibis-framework[duckdb]")]) - job_packages.closure(
        [Requirement("ibis-framework")]
    )


def test_a_stated_plugin_folder_is_taken(tmp_path: Path) -> None:
    assert terraform_cli.find_mirror({"TF_PLUGIN_DIR": str(tmp_path)}) == tmp_path


def test_a_missing_terraform_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(terraform_cli.TerraformError, match="Neither terraform nor tofu") as missing:
        terraform_cli.find_binary()
    assert "\n" not in str(missing.value)


def test_progress_counts_changes_and_keeps_errors() -> None:
    reported = terraform_cli.Progress()
    reported.hear('{"type": "planned_change", "change": {"action": "create"}}')
    reported.hear('{"type": "planned_change", "change": {"action": "read"}}')
    reported.hear('{"type": "apply_complete", "hook": {"action": "read"}}')
    reported.hear('{"type": "apply_complete", "hook": {"action": "create"}}')
    reported.hear(
        '{"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "No", "detail": '
        '"because", "address": "a.b"}}'
    )
    reported.hear("not JSON")
    assert (reported.planned, reported.changed, reported.errors) == (1, 1, ["a.b: No: because"])


def test_a_mysql_url_is_taken_apart_with_its_escapes() -> None:
    login = secret_from_url("mysql://reader:p%40ss@db.example.com:3307/ecommerce")
    assert login == {
        "host": "db.example.com",
        "port": "3307",
        "username": "reader",
        "password": "p@ss",
        "dbname": "ecommerce",
    }


class DeployedTables:
    """A Terraform whose state has two tables of curated and one of prod, and quarantine.

    What is deployed next has `orders` only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "build").mkdir()
        (folder / "build" / "catalog.json").write_text(
            json.dumps({"curated": {"orders": {}, "quarantine": {}}, "prod": {}})
        )

    def resources(self) -> list[str]:
        named = [
            f'aws_glue_catalog_table.published["{name}"]'
            for name in ("curated.orders", "curated.verkaeufe", "prod.best_days")
        ]
        return [
            *named,
            "aws_glue_catalog_table.quarantine",
            'module.crawler["curated"].aws_glue_crawler.this',
        ]


def test_a_deployment_names_the_tables_that_leave_sql_and_how_they_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy._print_leaving_tables(DeployedTables(tmp_path)) == ["curated.verkaeufe", "prod.best_days"]  # type: ignore[arg-type]
    dataset, model = capsys.readouterr().out.splitlines()
    assert "no contract for the dataset verkaeufe any more, so its table leaves SQL. Its data stay" in dataset
    assert "restore the contract, deploy and run `headgate run`" in dataset
    assert "The table best_days is no longer built" in model


def test_a_table_does_not_leave_sql_before_somebody_agreed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an emulator, too: nothing is applied where nobody is there to answer and --yes is not given."""
    target = deploy.Target("emulator", "eu-west-1", "000000000000", {}, {})
    monkeypatch.setattr(deploy, "_prepared", lambda *_: DeployedTables(tmp_path))
    monkeypatch.setattr(deploy, "_stated", lambda *_: {"domain": "bikes"})
    with pytest.raises(
        deploy.MissingError, match=r"Remove 2 tables from SQL\? Nobody is there to answer: give --yes"
    ):
        deploy.apply(target, tmp_path, {}, ask=True)


class Ledgers:
    """A target's DynamoDB and a lake's Terraform, as far as the ledger is adopted."""

    region = "eu-west-1"

    def __init__(self, tables: list[str], resources: list[str]) -> None:
        self.tables, self.addresses = tables, resources
        self.files: dict[str, str] = {}

    def client(self, _: str) -> Ledgers:
        return self

    def get_paginator(self, _: str) -> Ledgers:
        return self

    def paginate(self) -> list[dict[str, list[str]]]:
        return [{"TableNames": self.tables}]

    def resources(self) -> list[str]:
        return self.addresses

    def add_to_root(self, name: str, text: str) -> None:
        self.files[name] = text


@pytest.mark.parametrize(
    ("resources", "has_new_ledger"),
    [([], False), (["aws_s3_bucket.raw"], False), (["aws_dynamodb_table.files"], True)],
)
def test_a_ledger_that_is_not_there_ends_a_deployment(
    resources: list[str], has_new_ledger: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong name would begin with an empty ledger, and accept every file again."""
    monkeypatch.setattr(deploy, "_ledger_in_state", lambda _: "bikes-files")
    target: Any = Ledgers(["bikes-files-restored"], resources)
    with pytest.raises(deploy.MissingError, match=r"no such table.*Restore the ledger.*--new-ledger"):
        deploy.adopt_ledger(
            target, target, {"files_table": "bikes-files-restord"}, has_new_ledger=has_new_ledger
        )
    assert not target.files


@pytest.mark.parametrize(("tables", "imports"), [([], 0), (["bikes-ledger"], 1)])
def test_a_new_lake_has_a_new_ledger_where_one_is_meant_and_none_is_there(
    tables: list[str], imports: int
) -> None:
    target: Any = Ledgers(tables, [])
    deploy.adopt_ledger(target, target, {"files_table": "bikes-ledger"}, has_new_ledger=True)
    assert len(target.files) == imports


def state_of(folder: Path, kind: str, **attributes: object) -> Path:
    resource = {"mode": "managed", "type": kind, "instances": [{"attributes": attributes}]}
    (folder / "terraform.tfstate").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return folder / "terraform.tfstate"


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("aws_s3_bucket", {"force_destroy": False}),
        ("aws_dynamodb_table", {"deletion_protection_enabled": True}),
    ],
)
def test_protected_data_is_not_destroyed_half_way(
    tmp_path: Path, kind: str, attributes: dict[str, object]
) -> None:
    with pytest.raises(deploy.MissingError, match="--var force_destroy=true") as refused:
        deploy.refuse_to_lose(state_of(tmp_path, kind, **attributes))
    assert "\n" not in str(refused.value)


def test_what_was_applied_to_be_destroyed_may_be(tmp_path: Path) -> None:
    deploy.refuse_to_lose(state_of(tmp_path, "aws_s3_bucket", force_destroy=True))
    deploy.refuse_to_lose(state_of(tmp_path, "aws_dynamodb_table", deletion_protection_enabled=False))
    deploy.refuse_to_lose(state_of(tmp_path, "aws_s3_object", force_destroy=False))


def test_an_alarm_is_described_with_all_its_settings() -> None:
    alarm = {
        "Period": 60,
        "Statistic": "Maximum",
        "ActionsEnabled": True,
        "AlarmActions": ["arn:x"],
        "Dimensions": [{"Name": "n", "Value": "v"}],
    }
    answer = b'<R xmlns="urn:x"><MetricAlarms><member><AlarmName>a</AlarmName></member></MetricAlarms></R>'
    described = ET.fromstring(corrected_ministack.complete(answer, {"a": alarm}))  # noqa: S314 our own text
    found = {element.tag.partition("}")[2]: element.text for element in described.iter() if element.text}
    assert (
        found
        | {"Period": "60", "Statistic": "Maximum", "ActionsEnabled": "true", "Value": "v", "member": "arn:x"}
        == found
    )


def test_a_mapping_with_a_batching_window_rests_after_a_batch() -> None:
    now = [0.0]
    mappings = [
        ("0", "us-east-1", {"UUID": "a", "MaximumBatchingWindowInSeconds": 5}),
        ("0", "us-east-1", {"UUID": "b"}),
    ]
    sent: list[object] = []
    windows = corrected_ministack.Windows(lambda: mappings, lambda *batch: sent.append(batch), lambda: now[0])
    for _, _, esm in windows.ready():
        windows.dispatch(esm["UUID"], print, esm, "records")
    assert [esm["UUID"] for _, _, esm in windows.ready()] == ["b"]
    now[0] = 5.0
    assert [esm["UUID"] for _, _, esm in windows.ready()] == ["a", "b"]
    assert len(sent) == 2


def test_a_greedy_parameter_takes_a_line_end() -> None:
    assert corrected_ministack.path_parameters("/v1/{proxy+}", "/v1/a\nb") == {"proxy": "a\nb"}
    assert corrected_ministack.path_parameters("/v1/lake", "/v1/lake") == {}
    assert corrected_ministack.path_parameters("/v1/lake", "/v1/files") is None


TERRAFORM = (b"user-agent", b"APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/5.80.0")


class Server:
    """Carries out each request that it is sent, with these statuses one after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.carried_out = list(statuses), 0
        self.application = corrected_ministack.Repeats(self._answer)

    async def _answer(
        self, _scope: object, _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        self.carried_out += 1
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": self.statuses.pop(0)})
        await send({"type": "http.response.body", "body": str(self.carried_out).encode()})

    async def ask(
        self, call: bytes, *headers: tuple[bytes, bytes], method: str = "POST"
    ) -> tuple[int, bytes]:
        """Status and body of the answer."""
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        scope = {"type": "http", "method": method, "headers": [(b"amz-sdk-invocation-id", call), *headers]}
        await self.application(scope, asyncio.Event().wait, send)  # type: ignore[arg-type]  # nothing is received
        return said[0]["status"], said[1]["body"]


def test_a_call_of_terraform_that_is_sent_again_is_carried_out_once() -> None:
    async def sent_thrice(server: Server) -> list[tuple[int, bytes]]:
        at_once = await asyncio.gather(server.ask(b"a", TERRAFORM), server.ask(b"a", TERRAFORM))
        return [*at_once, await server.ask(b"a", TERRAFORM)]

    server = Server(200)
    assert asyncio.run(sent_thrice(server)) == [(200, b"1")] * 3


@pytest.mark.parametrize(("method", "status"), [("PUT", 200), ("POST", 201), ("PATCH", 200), ("DELETE", 204)])
def test_a_change_of_any_kind_that_is_sent_again_is_carried_out_once(method: str, status: int) -> None:
    async def sent_twice(server: Server) -> list[tuple[int, bytes]]:
        return [
            await server.ask(b"a", TERRAFORM, method=method),
            await server.ask(b"a", TERRAFORM, method=method),
        ]

    assert asyncio.run(sent_twice(Server(status, 412))) == [(status, b"1")] * 2


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_read_again_is_read_as_it_is_then(method: str) -> None:
    async def read_twice(server: Server) -> list[tuple[int, bytes]]:
        return [
            await server.ask(b"a", TERRAFORM, method=method),
            await server.ask(b"a", TERRAFORM, method=method),
        ]

    assert asyncio.run(read_twice(Server(200, 404))) == [(200, b"1"), (404, b"2")]


def test_a_call_that_failed_is_tried_again_when_it_is_repeated() -> None:
    async def sent_twice(server: Server) -> list[tuple[int, bytes]]:
        return [await server.ask(b"a", TERRAFORM), await server.ask(b"a", TERRAFORM)]

    assert asyncio.run(sent_twice(Server(503, 200))) == [(503, b"1"), (200, b"2")]


def test_other_calls_and_calls_of_others_are_each_carried_out() -> None:
    async def sent(server: Server) -> list[tuple[int, bytes]]:
        return [
            await server.ask(b"a", TERRAFORM),
            await server.ask(b"b", TERRAFORM),
            await server.ask(b"b"),
            await server.ask(b"b"),
        ]

    assert [body for _, body in asyncio.run(sent(Server(*[200] * 4)))] == [b"1", b"2", b"3", b"4"]


def test_a_call_is_carried_out_though_its_client_has_gone() -> None:
    async def gone_and_back(server: Server) -> tuple[int, bytes]:
        first = asyncio.ensure_future(server.ask(b"a", TERRAFORM))
        await asyncio.sleep(0)
        first.cancel()
        return await server.ask(b"a", TERRAFORM)

    server = Server(200)
    assert asyncio.run(gone_and_back(server)) == (200, b"1")
    assert server.carried_out == 1
