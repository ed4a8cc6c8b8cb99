"""What is built and found before anything is deployed. Nothing here needs an emulator."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement

from headgate.contracts.registry import Registry
from headgate.domains.retail import SYSTEMS
from headgate.export.server.login import secret_from_url
from scripts import build, corrected_ministack, deploy, job_packages, terraform_cli

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.unit

# What a function finds on AWS besides Python's own: Lambda's boto3 with what it stands on, and its layers (scripts/layer.py).
RUNTIME = "boto3,botocore,s3transfer,dateutil,six,urllib3,jmespath"
TOOLS = f"{RUNTIME},aws_lambda_powertools,typing_extensions"
ARROW = f"{TOOLS},numpy,pyarrow"
SETTINGS = (
    "CURATED_BUCKET QUARANTINE_BUCKET ARTIFACTS_BUCKET RAW_QUEUE_URL FILES_TABLE MASKING_KEY_SECRET "
    "ALERTS_TOPIC_ARN DEBOUNCE_SCHEDULE SCHEDULER_ROLE_ARN CURATED_QUEUE_ARN STATE_MACHINE_ARN"
)
BARE_IMPORT = """
import importlib.abc, sys
allowed = set({layers!r}.split(",")) | set(sys.stdlib_module_names) | {{"headgate", "handler"}}

class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed and not name.startswith("_"):
            raise ModuleNotFoundError(f"not in Lambda: {{name}}", name=name)

sys.meta_path.insert(0, Nothing())
sys.path.insert(0, {archive!r})
import handler
{call}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build.build(folder)
    return folder


def test_the_same_input_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    build.build(tmp_path)
    files = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert all((built / path).read_bytes() == (tmp_path / path).read_bytes() for path in files)


def test_a_second_build_touches_nothing(built: Path) -> None:
    assert build.build(built) == []


def test_compiled_modules_are_those_that_python_itself_would_load(built: Path, tmp_path: Path) -> None:
    """And it looks at no source for them: a wrong source beside them changes nothing."""
    with zipfile.ZipFile(built / "lambdas" / "raw_to_curated.zip") as packed:
        packed.extractall(tmp_path)
    (tmp_path / "headgate" / "errors.py").write_text("raise SystemExit('read from its source')", encoding="utf-8")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import headgate.errors; print(headgate.errors.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(tmp_path / "headgate" / "errors.py"), done.stderr


def test_archives_do_not_depend_on_the_order_of_files() -> None:
    assert build.archive({"a": b"1", "b": b"2"}) == build.archive({"b": b"2", "a": b"1"})


def test_archives_hold_handler_package_and_contracts_and_nothing_else(built: Path) -> None:
    for path in (built / "lambdas").iterdir():
        names = zipfile.ZipFile(io.BytesIO(path.read_bytes())).namelist()
        assert {name.partition("/")[0] for name in names} == {"handler.py", "headgate"}
        assert "headgate/_contracts/source/orders.json" in names


def test_packed_contracts_say_what_the_written_ones_say(built: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(built / "headgate.zip").extractall(tmp_path)
    packed, written = Registry.load(tmp_path / "headgate" / "_contracts"), Registry.load()
    assert packed == written


@pytest.mark.parametrize(
    ("function", "layers", "call"),
    [
        ("raw_to_curated", ARROW, "import os; handler.wiring.runs(os.environ); handler.wiring.alerts(os.environ)"),
        ("start_pipeline", TOOLS, "import os; handler.wiring.pending_start(os.environ)"),
    ],
)
def test_a_function_needs_nothing_but_its_archive_and_the_layers(built: Path, function: str, layers: str, call: str) -> None:
    environment = {f"HEADGATE_{name}": "x" for name in SETTINGS.split()} | {
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_TRACE_DISABLED": "1",
    }
    script = BARE_IMPORT.format(layers=layers, archive=str(built / "lambdas" / f"{function}.zip"), call=call)
    done = subprocess.run([sys.executable, "-I", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_contracts_are_read_from_an_archive_that_nobody_unpacked(built: Path) -> None:
    """So does Glue import --extra-py-files."""
    script = "\n".join(
        (
            f"import sys; sys.path.insert(0, {str(built / 'headgate.zip')!r})",
            "from headgate.contracts.registry import Registry, folders",
            "print(type(folders('source')[0]).__module__, len(Registry.load().source))",
        )
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["zipfile", str(len(Registry.load().source))]


def test_every_system_has_tables_in_the_catalog(built: Path) -> None:
    catalog = json.loads((built / "catalog.json").read_text(encoding="utf-8"))
    assert {table["system"] for table in catalog["prod"].values()} == set(SYSTEMS)
    assert "quarantine" in catalog["curated"]


def test_jobs_install_all_they_need_at_locked_versions_and_nothing_of_development(built: Path) -> None:
    lines = (built / "requirements" / "build_system.txt").read_text(encoding="utf-8").splitlines()
    stated = {line.partition("==")[0] for line in lines}
    assert {"ibis-framework", "duckdb", "great-expectations", "botocore", "python-dateutil"} <= stated
    assert not stated & {"pytest", "ruff", "mypy", "ministack", "hypothesis", "localstack-client", "awswrangler"}
    assert all("--hash=sha256:" in line for line in lines)


def test_what_packages_need_is_followed_to_its_end() -> None:
    found = job_packages.closure([Requirement("boto3")])
    assert {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"} <= found
    assert "duckdb" in job_packages.closure([Requirement("ibis-framework[duckdb]")]) - job_packages.closure([Requirement("ibis-framework")])


def test_a_stated_plugin_folder_is_taken(tmp_path: Path) -> None:
    assert terraform_cli.find_mirror({"TF_PLUGIN_DIR": str(tmp_path)}) == tmp_path


def test_a_missing_terraform_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(terraform_cli.TerraformError, match="Neither terraform nor tofu") as missing:
        terraform_cli.find_binary()
    assert "\n" not in str(missing.value)


def test_progress_counts_changes_and_keeps_errors() -> None:
    reported = terraform_cli.Progress()
    reported.hear('{"type": "planned_change"}')
    reported.hear('{"type": "apply_complete", "hook": {"action": "read"}}')
    reported.hear('{"type": "apply_complete", "hook": {"action": "create"}}')
    reported.hear('{"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "No", "detail": "because", "address": "a.b"}}')
    reported.hear("not JSON")
    assert (reported.planned, reported.changed, reported.errors) == (1, 1, ["a.b: No: because"])


def test_a_mysql_url_is_taken_apart_with_its_escapes() -> None:
    login = secret_from_url("mysql://reader:p%40ss@db.example.com:3307/ecommerce")
    assert login == {"host": "db.example.com", "port": "3307", "username": "reader", "password": "p@ss", "dbname": "ecommerce"}


def state_of(folder: Path, kind: str, **attributes: object) -> Path:
    resource = {"mode": "managed", "type": kind, "instances": [{"attributes": attributes}]}
    (folder / "terraform.tfstate").write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    return folder / "terraform.tfstate"


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [("aws_s3_bucket", {"force_destroy": False}), ("aws_dynamodb_table", {"deletion_protection_enabled": True})],
)
def test_protected_data_is_not_destroyed_half_way(tmp_path: Path, kind: str, attributes: dict[str, object]) -> None:
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
    assert found | {"Period": "60", "Statistic": "Maximum", "ActionsEnabled": "true", "Value": "v", "member": "arn:x"} == found


def test_a_mapping_with_a_batching_window_rests_after_a_batch() -> None:
    now = [0.0]
    mappings = [("0", "us-east-1", {"UUID": "a", "MaximumBatchingWindowInSeconds": 5}), ("0", "us-east-1", {"UUID": "b"})]
    sent: list[object] = []
    windows = corrected_ministack.Windows(lambda: mappings, lambda *batch: sent.append(batch), lambda: now[0])
    for _, _, esm in windows.ready():
        windows.dispatch(esm["UUID"], print, esm, "records")
    assert [esm["UUID"] for _, _, esm in windows.ready()] == ["b"]
    now[0] = 5.0
    assert [esm["UUID"] for _, _, esm in windows.ready()] == ["a", "b"]
    assert len(sent) == 2


TERRAFORM = (b"user-agent", b"APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/5.80.0")


class Server:
    """Carries out each request that it is sent, with these statuses one after the other."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.carried_out = list(statuses), 0
        self.application = corrected_ministack.Repeats(self._answer)

    async def _answer(self, _scope: object, _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self.carried_out += 1
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": self.statuses.pop(0)})
        await send({"type": "http.response.body", "body": str(self.carried_out).encode()})

    async def ask(self, call: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, bytes]:
        """Status and body of the answer."""
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        scope = {"type": "http", "method": "POST", "headers": [(b"amz-sdk-invocation-id", call), *headers]}
        await self.application(scope, asyncio.Event().wait, send)  # type: ignore[arg-type]  # nothing is received
        return said[0]["status"], said[1]["body"]


def test_a_call_of_terraform_that_is_sent_again_is_carried_out_once() -> None:
    async def sent_thrice(server: Server) -> list[tuple[int, bytes]]:
        at_once = await asyncio.gather(server.ask(b"a", TERRAFORM), server.ask(b"a", TERRAFORM))
        return [*at_once, await server.ask(b"a", TERRAFORM)]

    server = Server(200)
    assert asyncio.run(sent_thrice(server)) == [(200, b"1")] * 3


def test_a_call_that_failed_is_tried_anew_when_it_is_sent_again() -> None:
    async def sent_twice(server: Server) -> list[tuple[int, bytes]]:
        return [await server.ask(b"a", TERRAFORM), await server.ask(b"a", TERRAFORM)]

    assert asyncio.run(sent_twice(Server(503, 200))) == [(503, b"1"), (200, b"2")]


def test_other_calls_and_calls_of_others_are_each_carried_out() -> None:
    async def sent(server: Server) -> list[tuple[int, bytes]]:
        return [await server.ask(b"a", TERRAFORM), await server.ask(b"b", TERRAFORM), await server.ask(b"b"), await server.ask(b"b")]

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
