"""The build before a deployment: archives, contracts, catalog, requirements."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.registry import Registry
from headgate.domains import discovery
from headgate.domains.retail import SYSTEMS
from headgate.errors import SettingsError
from headgate.systems import system_registry as systems
from headgate.systems.model_cards import descriptions
from headgate.systems.packed_files import package_files
from scripts.packages import build, job_packages
from scripts.packages.kept_builds import KEPT_BUILDS, build_key, delete_unused, shared_key
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

# What a function finds on AWS besides Python's own: Lambda's boto3 with what it stands on, and its layers
# (scripts/packages/layer.py).
API = "pydantic,pydantic_core,annotated_types,typing_inspection,sqlglot,sqlglotc,sqlglotrs"
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
    build.build(folder, kept=None)
    return folder


def test_the_same_input_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    build.build(tmp_path, kept=None)
    assert contents(tmp_path) == contents(built)


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_of_a_kept_build_have_the_bytes_of_a_new_one(built: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    build.build(tmp_path / "first", kept)
    (build_file,) = kept.glob("*.zip")
    written = build_file.stat().st_ino
    build.build(tmp_path / "second", kept)
    assert contents(tmp_path / "first") == contents(tmp_path / "second") == contents(built)
    assert [file.stat().st_ino for file in kept.glob("*.zip")] == [written]  # nothing was packed again


def test_a_damaged_kept_build_is_built_again(built: Path, tmp_path: Path) -> None:
    build.build(tmp_path / "first", tmp_path / "kept")
    (build_file,) = (tmp_path / "kept").glob("*.zip")
    body = bytearray(build_file.read_bytes())
    body[len(body) // 2] ^= 1
    build_file.write_bytes(body)
    build.build(tmp_path / "second", tmp_path / "kept")
    assert contents(tmp_path / "second") == contents(built)


def test_what_no_lake_project_changes_is_made_once_for_all_of_them(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imports and packages of jobs, bytecode of modules, and their compressed bytes."""
    build.build(tmp_path / "first", tmp_path / "kept")
    monkeypatch.setenv("HEADGATE_PROJECT", str(clinic.lake(tmp_path / "lake")))
    build.build(tmp_path / "alone", None)
    job_packages._followed.cache_clear()
    monkeypatch.setattr(build, "_compiled", {})
    monkeypatch.setattr(build, "_compressed", {})
    monkeypatch.setattr(job_packages, "_imports_of", None)  # nothing is followed again
    monkeypatch.setattr(job_packages, "closure", None)
    compiled: list[str] = []

    def recorded(source: bytes, name: str, mode: str, *, dont_inherit: bool) -> object:
        compiled.append(name)
        return compile(source, name, mode, dont_inherit=dont_inherit)

    monkeypatch.setattr(build, "compile", recorded, raising=False)
    build.build(tmp_path / "second", tmp_path / "kept")
    assert contents(tmp_path / "second") == contents(tmp_path / "alone")
    assert {name.rpartition("/")[0] for name in compiled} == {"headgate.zip/headgate/project_systems"}
    assert len([*(tmp_path / "kept").glob("*.zip")]) == 2
    locks = {name: text for name, text in contents(built).items() if name.startswith("requirements/")}
    assert locks
    assert locks.items() <= contents(tmp_path / "second").items()


@pytest.mark.parametrize(
    "path", ["headgate/a.py", "glue_jobs/a.py", "scripts/packages/a.py", "requirements/a.lock"]
)
def test_what_other_inputs_change_is_made_again(path: str, tmp_path: Path) -> None:
    edited = tmp_path / path
    edited.parent.mkdir(parents=True)
    keys = set()
    for text in ("import a", "import b"):
        edited.write_text(text, encoding="utf-8")
        keys.add(shared_key(tmp_path))
    assert len(keys) == 2


def test_an_edited_module_is_packed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a lake project and of the package alike: both are in the archives."""
    lake = clinic.lake(tmp_path / "lake")
    monkeypatch.setenv("HEADGATE_PROJECT", str(lake))
    module = lake / "systems" / "visit_counts.py"
    build.build(tmp_path / "before", tmp_path / "kept")
    module.write_text(module.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    changed = build.build(tmp_path / "before", tmp_path / "kept")
    assert tmp_path / "before" / "headgate.zip" in changed
    with zipfile.ZipFile(tmp_path / "before" / "headgate.zip") as packed:
        texts = [packed.read(name) for name in packed.namelist() if "project_systems" in name]
    assert any(b"EDITED = True" in text for text in texts)


def test_only_the_builds_that_were_used_last_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT_BUILDS + 2):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    delete_unused(tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == [
        str(number) for number in range(2, KEPT_BUILDS + 2)
    ]


@pytest.mark.parametrize(
    "path", ["lambdas/a/handler.py", "glue_jobs/a.py", "requirements/dev.lock", "scripts/packages/build.py"]
)
def test_what_a_build_reads_beside_the_package_has_a_key_of_its_own(path: str, tmp_path: Path) -> None:
    edited = tmp_path / path
    edited.parent.mkdir(parents=True)
    keys = set()
    for text in ("a = 1", "a = 2"):
        edited.write_text(text, encoding="utf-8")
        keys.add(build_key({"headgate/__init__.py": b""}, tmp_path))
    keys.add(build_key({"headgate/__init__.py": b"a = 3"}, tmp_path))
    assert len(keys) == 3


def test_a_second_build_touches_nothing(built: Path) -> None:
    assert build.build(built) == []


def test_compiled_modules_are_those_that_python_itself_would_load(built: Path, tmp_path: Path) -> None:
    """And it looks at no source for them: a wrong source beside them changes nothing."""
    with zipfile.ZipFile(built / "lambdas" / "raw_to_curated.zip") as packed:
        packed.extractall(tmp_path)
    (tmp_path / "headgate" / "errors.py").write_text(
        "raise SystemExit('read from its source')", encoding="utf-8"
    )
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import headgate.errors; "
        "print(headgate.errors.__file__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(tmp_path / "headgate" / "errors.py"), done.stderr


FAILED_JOB = """
import sys; sys.path.insert(0, {archive!r})
from headgate.aws.glue import job_arguments, job_process
print(job_arguments.__file__)
job_process.run(lambda _: job_arguments.required(None, "system"))
"""


def test_a_job_compiles_no_module_of_its_archive_and_names_the_line_of_an_error(built: Path) -> None:
    """`zipimport` neither looks at the source nor corrects the file name that a module was compiled with."""
    package = package_files()
    compiled = build.bytecode_in_archive(package)
    names = {path.removesuffix("c") for path in compiled}
    assert {"headgate/aws/glue/job_process.py", "headgate/merge/__init__.py"} <= names < {*package}
    archive, module = str(built / "headgate.zip"), "headgate/aws/glue/job_arguments.py"
    script = FAILED_JOB.format(archive=archive)
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False)
    lines = package[module].decode().splitlines()
    line = next(at for at, text in enumerate(lines, 1) if "arguments.get(name, " in text)
    assert done.stderr.strip() == f"unexpected AttributeError at job_arguments.py:{line}"
    assert done.stdout.startswith(f"{archive}/{module}c\n")
    logged = json.loads(done.stdout.splitlines()[-1])
    assert (
        f'File "headgate.zip/{module}", line {line}, in required\n    {lines[line - 1].strip()}'
        in logged["traceback"]
    )


def test_archives_do_not_depend_on_the_order_of_files() -> None:
    assert build.archive({"a": b"1", "b": b"2"}) == build.archive({"b": b"2", "a": b"1"})


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_an_archive_has_the_bytes_that_zipfile_writes(compression: int) -> None:
    files = {"a/one.txt": b"", "a/zwölf.txt": b"12" * 60, "large": bytes(range(256)) * 5_000}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, build.EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = compression, 0o644 << 16, 3
            packed.writestr(entry, body)
    assert build.archive(files, compression) == out.getvalue()


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
        ("raw_to_curated", ARROW, "import os; handler.intake.runs(os.environ)"),
        ("start_pipeline", TOOLS, "import os; handler.operations.pending_start(os.environ)"),
    ],
)
def test_a_function_needs_nothing_but_its_archive_and_the_layers(
    built: Path, function: str, layers: str, call: str
) -> None:
    environment = {f"HEADGATE_{name}": "x" for name in SETTINGS.split()} | {
        "HEADGATE_DEFINITIONS": "deployed",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_TRACE_DISABLED": "1",
    }
    script = BARE_IMPORT.format(layers=layers, archive=str(built / "lambdas" / f"{function}.zip"), call=call)
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


CARDS = """
import json
from dataclasses import asdict
from types import SimpleNamespace
import headgate.learning.store, headgate.snapshots.read_snapshots
from headgate.api.analytics.model_cards import every_card
from headgate.systems.model_cards import descriptions
lake = SimpleNamespace(systems={systems!r})
texts = descriptions()
print(json.dumps({{card.name: asdict(texts[card.name]) for card in every_card(lake).cards}}))
"""


@pytest.mark.parametrize("kind", ["a domain's", "a lake project's"])
def test_the_api_has_the_model_cards_and_the_modules_that_it_reads_them_with(
    kind: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them it would list no model, though the command lists them."""
    folder = built
    if kind == "a lake project's":
        monkeypatch.setenv("HEADGATE_PROJECT", str(build.ROOT / "examples" / "bike-share"))
        folder = tmp_path / "built"
        build.build(folder, kept=None)
    written = {name: asdict(about) for name, about in descriptions().items()}
    assert written
    systems_of_cards = sorted({about["system"] for about in written.values()})
    script = BARE_IMPORT.format(
        layers=f"{ARROW},{API}",
        archive=str(folder / "lambdas" / "api.zip"),
        call=CARDS.format(systems=systems_of_cards),
    )
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_TRACE_DISABLED": "1"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(json.dumps(written))


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


def test_each_systems_role_is_given_the_datasets_that_its_code_reads(built: Path) -> None:
    reads = json.loads((built / "reads.json").read_text(encoding="utf-8"))
    datasets = {*Registry.load().curated, *Registry.load().lake}
    assert reads == {name: sorted(datasets & set(systems.may_read(systems.system(name)))) for name in SYSTEMS}
    assert [name for name in SYSTEMS if "decided_items" in reads[name]] == ["compliance-guardian"]
    assert reads["global-market-pulse"] == ["order_items", "orders", "products", "regions"]
    assert reads["market-intelligence-hub"] == [
        "calendar",
        "order_items",
        "orders",
        "products",
    ]  # it looks at the calendar if there is one


def test_only_the_roles_of_systems_that_keep_models_are_given_their_folder(built: Path) -> None:
    assert {name: needs["models"] for name, needs in needs_of_systems(built).items()} == {
        "compliance-guardian": ["exports", "learns"],
        "demand-insights-engine": ["exports", "learns"],
        "global-market-pulse": [],
        "market-intelligence-hub": [],
        "retail-copilot": ["exports"],
    }


def test_only_the_jobs_of_systems_that_name_them_are_given_options_and_archives(built: Path) -> None:
    needs = needs_of_systems(built)
    assert {name: needs[name]["options"] for name in needs if needs[name]["options"]} == {
        "compliance-guardian": ["reviews_a_day", "margin_share"],
        "demand-insights-engine": ["margin_share"],
        "global-market-pulse": ["service_articles"],
        "market-intelligence-hub": ["forecast_grain", "forecast_horizon", "forecast_by"],
        "retail-copilot": ["margin_share"],
    }
    assert {name: needs[name]["archives"] for name in needs if needs[name]["archives"]} == {
        "retail-copilot": ["sentence_model"]
    }


def test_the_catalog_marks_the_tables_that_predictions_read(built: Path) -> None:
    catalog = json.loads((built / "catalog.json").read_text(encoding="utf-8"))
    assert [
        (zone, name) for zone in catalog for name, table in catalog[zone].items() if "predictions" in table
    ] == [("prod", "sales_forecast")]


def needs_of_systems(built: Path) -> dict[str, dict[str, list[str]]]:
    needs: dict[str, dict[str, list[str]]] = json.loads((built / "systems.json").read_text(encoding="utf-8"))
    return needs


def test_own_models_are_given_the_datasets_that_their_sql_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("orders", "regions"):
        write_contract(tmp_path / "contracts" / "source", name)
    write_contract(tmp_path / "contracts" / "prod", "order_ids")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "order_ids.sql").write_text("select id from own_curated.orders", encoding="utf-8")
    (tmp_path / "headgate.toml").write_text('name = "own"\ndomains = []\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert build.datasets_by_system(Registry.load()) == {"own-models": ["orders"]}
    assert build.needs_by_system(Registry.load()) == {
        "own-models": {"models": [], "options": [], "archives": []}
    }


def test_a_table_for_analysts_is_built_by_the_archive_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text(
        'name = "shop"\ndomains = ["retail"]\nanalyst_tables = ["customers"]\n', encoding="utf-8"
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    build.write(tmp_path / "headgate.zip", build.archive(package_files()))
    assert build.datasets_by_system(Registry.load())["own-models"] == ["customers"]
    tables = build.catalog(Registry.load())
    assert (
        tables["curated"]["customers"]["personal"],
        tables["prod"]["customers_for_analysts"]["personal"],
    ) == (
        ["email", "full_name", "phone"],
        [],
    )
    script = "\n".join(
        (
            f"import sys; sys.path.insert(0, {str(tmp_path / 'headgate.zip')!r})",
            "from headgate.contracts.registry import Registry",
            "from headgate.systems.sql_models import sql_models",
            "registry = Registry.load()",
            "print(*sql_models(registry.prod, registry.curated, None).queries)",
        )
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["customers_for_analysts"]


def test_a_lake_without_systems_gives_nobody_datasets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_contract(tmp_path / "contracts" / "source", "orders")
    (tmp_path / "headgate.toml").write_text('name = "own"\ndomains = []\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert build.datasets_by_system(Registry.load()) == {}


def write_contract(folder: Path, name: str) -> None:
    """Write the contract of a table with one column, its key."""
    folder.mkdir(parents=True, exist_ok=True)
    key = {
        "name": "id",
        "logicalType": "string",
        "physicalType": "TEXT",
        "primaryKey": True,
        "primaryKeyPosition": 1,
        "required": True,
    }
    table = {"name": name, "description": "Ids", "properties": [{**key, "description": "Its id"}]}
    head = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"own.{name}",
        "name": name,
        "version": "1.0.0",
        "status": "active",
    }
    (folder / f"{name}.yaml").write_text(json.dumps({**head, "schema": [table]}), encoding="utf-8")


def test_jobs_install_all_they_need_at_locked_versions_and_nothing_of_development(built: Path) -> None:
    lines = (built / "requirements" / "build_system.txt").read_text(encoding="utf-8").splitlines()
    stated = {line.partition("==")[0] for line in lines}
    assert {"ibis-framework", "duckdb", "great-expectations", "botocore", "python-dateutil"} <= stated
    assert not stated & {
        "pytest",
        "ruff",
        "mypy",
        "ministack",
        "hypothesis",
        "localstack-client",
        "awswrangler",
    }
    assert all("--hash=sha256:" in line for line in lines)


def test_a_projects_own_dashboards_are_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "headgate.toml").write_text('name = "library"\ndomains = []\n', encoding="utf-8")
    (tmp_path / "dashboards" / "loans.yaml").write_text(
        "system: own-models\ntitle: Loans\npanels: []\n", encoding="utf-8"
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert json.loads(package_files()["headgate/_dashboards/loans.json"])["title"] == "Loans"


def test_a_dashboard_that_the_console_could_not_show_stops_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing is deployed before it is corrected."""
    panel = (
        "{name: days, question: Days, kind: table, table: visits_by_day, sql: SELECT dy FROM visits_by_day}"
    )
    board = f"system: visit-counts\ntitle: Visits\npanels: [{panel}]\n"
    clinic.write(clinic.lake(tmp_path), {"dashboards/visit-counts.yaml": board})
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    with pytest.raises(SettingsError, match="panel days: COLUMN_NOT_FOUND: Column 'dy'"):
        build.build(tmp_path / "build")


PACKED_CLINIC = """
import sys
sys.path.insert(0, {archive!r})
from headgate.contracts.registry import Registry
from headgate.systems import system_registry as registry
from headgate.systems.dashboards import dashboards_of
from headgate.query.saved_questions import saved_questions
from headgate.api.routes import EVERY

assert "busy_days" in saved_questions(["visit-counts"])
assert "/v1/predictions/waiting" in {{access.path for group in EVERY for access in group.access}}
print(*registry.reads(registry.system("visit-counts")), *Registry.load().tables_of("visit-counts"))
print(registry.code_version("visit-counts"), dashboards_of(["visit-counts"])["visit-counts"].title)
"""


@pytest.mark.parametrize("kind", ["of a lake project", "of an installed package"])
def test_a_system_outside_the_package_runs_from_the_archive_alone(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "of a lake project":
        clinic.lake(tmp_path)
    else:
        monkeypatch.syspath_prepend(clinic.installed(tmp_path / "site"))
        clinic.write(tmp_path, {"headgate.toml": 'name = "clinic"\ndomains = ["clinic"]\n'})
    discovery.installed_domains.cache_clear()
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert build.datasets_by_system(Registry.load()) == {"visit-counts": ["visits"]}
    build.write(tmp_path / "away" / "headgate.zip", build.archive(package_files()))
    script = PACKED_CLINIC.format(archive=str(tmp_path / "away" / "headgate.zip"))
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path / "away",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["visits", "visits_by_day", systems.code_version("visit-counts"), "Visits"]
    discovery.installed_domains.cache_clear()
