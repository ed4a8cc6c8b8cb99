"""`headgate push` on a lake in memory: what it asks, writes and answers."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.lake import keys
from headgate.lake.definitions import DefinitionVersions
from headgate.lake.ports import ObjectRef
from headgate.query.written_dashboards import dashboard_versions, write_version
from headgate.systems.packed_files import package_files
from headgate.wiring import definitions, push, stores

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.unit

EXAMPLE = Path(__file__).parents[5] / "examples" / "airports"
ARTIFACTS = "artifacts"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake project that is deployed as it is."""
    made = shutil.copytree(EXAMPLE, tmp_path / "lake", ignore=shutil.ignore_patterns("data"))
    monkeypatch.setenv("HEADGATE_PROJECT", str(made))
    for name in ("RAW_BUCKET", "WORKGROUP"):
        monkeypatch.setenv(f"HEADGATE_{name}", "unused")
    for zone in ("CURATED", "PROD"):
        monkeypatch.setenv(f"HEADGATE_{zone}_DATABASE", f"airports_{zone.lower()}")
    monkeypatch.setenv("HEADGATE_ARTIFACTS_BUCKET", ARTIFACTS)
    return made


@pytest.fixture(scope="module")
def deployed() -> bytes:
    """The archive of a deployment of the example."""
    body = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(body, "w") as archive:
        patch.setenv("HEADGATE_PROJECT", str(EXAMPLE))
        for path, content in package_files().items():
            archive.writestr(path, content)
    return body.getvalue()


@pytest.fixture
def versions(folder: Path, deployed: bytes, monkeypatch: pytest.MonkeyPatch) -> DefinitionVersions:
    """The versions of the deployment, whose archive has the project as `folder` begins."""
    assert folder
    objects = MemoryObjects()
    objects.write(ObjectRef(ARTIFACTS, keys.DEPLOYED_CODE), deployed)
    made = DefinitionVersions(objects, ARTIFACTS, "abcd1234")
    monkeypatch.setattr(stores, "objects", lambda: objects)
    monkeypatch.setattr(definitions, "versions", lambda _: made)
    monkeypatch.setattr(push.operations, "caller", lambda: "ann")
    return made


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "models" / "weather_of_airports.sql"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(cli, ["push", *arguments], input=answer)


def facts(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    return dict(json.loads(done.stdout))


def test_a_project_that_is_deployed_as_it_is_has_nothing_to_push(versions: DefinitionVersions) -> None:
    done = run("--yes")
    assert (done.exit_code, versions.in_use()) == (0, "deployed")
    assert "Nothing to push" in done.stdout


def test_a_dry_run_names_what_changes_and_changes_nothing(versions: DefinitionVersions, folder: Path) -> None:
    edit(folder, "a.name,", "upper(a.name) as name,")
    answer = facts("--dry-run")
    assert (answer["pushed"], answer["changed"], answer["before"]) == (
        False,
        ["models/weather_of_airports.sql"],
        "deployed",
    )
    assert (versions.in_use(), versions.pushed()) == ("deployed", [])


@pytest.fixture
def undeployed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same project before its first deployment."""
    monkeypatch.delenv("HEADGATE_RAW_BUCKET")
    monkeypatch.chdir(folder)
    return folder


def test_a_dry_run_before_the_first_deployment_checks_the_project(undeployed: Path) -> None:
    done = run("--dry-run")
    assert (done.exit_code, "`headgate deploy` creates one" in " ".join(done.stdout.split())) == (0, True)
    edit(undeployed, "a.name,", "a.no_such_column,")
    assert run("--dry-run").exit_code == 1


def test_a_push_before_the_first_deployment_is_refused(undeployed: Path) -> None:
    assert undeployed
    done = run("--yes")
    assert (done.exit_code, "deploy" in done.output) == (1, True)


def test_nothing_is_pushed_without_a_yes(versions: DefinitionVersions, folder: Path) -> None:
    edit(folder, "a.name,", "upper(a.name) as name,")
    assert run(answer="n\n").exit_code == 1
    assert versions.in_use() == "deployed"
    assert run(answer="y\n").exit_code == 0
    assert versions.in_use() != "deployed"


def test_a_push_of_the_deployed_sql_puts_the_deployment_in_use_again(
    versions: DefinitionVersions, folder: Path
) -> None:
    edit(folder, "a.name,", "upper(a.name) as name,")
    first = facts("--yes")
    edit(folder, "upper(a.name) as name,", "a.name,")
    again = facts("--yes")
    assert (again["version"], again["before"]) == ("deployed", first["version"])
    assert versions.in_use() == "deployed"


def test_a_version_is_used_again_only_if_it_was_pushed_and_is_not_in_use(
    versions: DefinitionVersions, folder: Path
) -> None:
    edit(folder, "a.name,", "upper(a.name) as name,")
    version = facts("--yes")["version"]
    assert facts("--back", "deployed", "--yes")["before"] == version
    assert facts("--back", version, "--dry-run")["pushed"] is False
    assert versions.in_use() == "deployed"
    assert facts("--back", version, "--yes")["pushed"]
    for back in (version, "0123456789abcdef"):
        assert run("--back", back, "--yes").exit_code == 1
    assert versions.in_use() == version


def test_the_list_names_who_pushed_and_what_is_in_use(versions: DefinitionVersions, folder: Path) -> None:
    assert facts("--list")["current"]["version"] == "deployed"
    edit(folder, "a.name,", "upper(a.name) as name,")
    run("--yes")
    (row,) = facts("--list")["versions"]
    assert (row["version"], row["pushed_by"], row["in_use"]) == (versions.in_use(), "ann", True)
    assert run("--list", "--dry-run").exit_code == 2


def test_dashboards_of_the_console_are_written_into_the_project(
    versions: DefinitionVersions, folder: Path
) -> None:
    written = dashboard_versions(versions.objects, ARTIFACTS)
    assert facts("--pull") == {"files": [], "written": True}
    board = {"system": "heat", "title": "Heat", "panels": [], "written_by": "ana", "written_at": "2026-01-02"}
    write_version(written, {"heat": board}, "", "ana", "2026-01-02")
    assert facts("--pull", "--dry-run") == {"files": ["dashboards/heat.yaml"], "written": False}
    assert facts("--pull")["written"]
    file = folder / "dashboards" / "heat.yaml"
    assert file.read_text() == "system: heat\ntitle: Heat\npanels: []\n"  # in the order of reading
    file.write_text("edited")
    assert run("--pull", answer="n\n").exit_code == 1
    assert file.read_text() == "edited"
    assert run("--pull", "--yes").exit_code == 0
    assert file.read_text() != "edited"
    assert versions.in_use() == "deployed"  # nothing was pushed
    assert run("--pull", "--list").exit_code == 2


def test_sql_that_cannot_be_run_is_an_error_that_names_its_file(
    versions: DefinitionVersions, folder: Path
) -> None:
    edit(folder, "from weather as w", "from weathr as w")
    done = run("--yes")
    assert done.exit_code == 1
    assert "models/weather_of_airports.sql" in str(done.exception)
    assert versions.in_use() == "deployed"


def test_an_edited_and_a_new_dashboard_are_pushed_and_a_broken_one_is_named(
    versions: DefinitionVersions, folder: Path
) -> None:
    board = folder / "dashboards" / "weather.yaml"
    text = board.read_text(encoding="utf-8").replace("Weather of the airports", "Weather of 2013")
    board.write_text(text, encoding="utf-8")
    board.with_name("winds.yaml").write_text("system: winds\ntitle: Winds\npanels: []\n", encoding="utf-8")
    assert facts("--yes")["changed"] == ["dashboards/weather.yaml", "dashboards/winds.yaml"]
    assert set(versions.read(versions.in_use()).dashboards) == {"weather", "winds"}
    board.write_text("title: no system\n", encoding="utf-8")
    assert "dashboards/weather.yaml is not a dashboard" in str(run("--yes").exception)


CONTRACT = "contracts/source/weather.yaml"
NUMBER = "physicalType: DECIMAL(10,2)\n"  # of the first column of this type, the temperature


def edit_contract(folder: Path, old: str, new: str) -> None:
    text = (EXAMPLE / CONTRACT).read_text(encoding="utf-8")
    assert old in text
    (folder / CONTRACT).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_rule_is_pushed_with_what_it_means_for_senders(versions: DefinitionVersions, folder: Path) -> None:
    edit_contract(folder, NUMBER, f"{NUMBER}    logicalTypeOptions: {{maximum: 40}}\n")
    answer = facts("--yes")
    assert (answer["pushed"], answer["changed"]) == (True, [CONTRACT])
    assert answer["effects"] == ["weather.temp: maximum 40 is new (quarantine); breaks senders"]
    pushed = versions.read(versions.in_use())
    assert Registry.load(packed=pushed.contracts).source["weather"].column("temp").rules[0].argument == 40


def test_an_edit_that_needs_a_replay_is_refused_and_its_file_named(
    versions: DefinitionVersions, folder: Path
) -> None:
    edit_contract(folder, NUMBER, "physicalType: TEXT\n")
    done = run("--yes")
    assert (done.exit_code, versions.in_use()) == (1, "deployed")
    (refusal,) = facts("--yes")["refused"]
    assert refusal["file"] == CONTRACT
    assert refusal["reason"].startswith("temp: stored values are cast exactly")


def test_a_push_from_an_older_checkout_takes_no_pushed_mask_back(
    versions: DefinitionVersions, folder: Path
) -> None:
    """A person who goes back on purpose may: the deployment has no such mask."""
    note = "  - {name: note, logicalType: string, physicalType: TEXT}\n"
    masked = note.replace("}", ", customProperties: [{property: headgate.mask, value: free_text}]}")
    last = "  - name: time_hour\n"
    edit_contract(folder, last, note + last)
    first = facts("--yes")["version"]
    edit_contract(folder, last, masked + last)
    second = facts("--yes")["version"]
    edit_contract(folder, last, note + last)
    assert [refusal["reason"] for refusal in facts("--yes")["refused"]] == [
        "note: its mask is gone or is another"
    ]
    assert versions.in_use() == second
    assert facts("--back", first, "--yes")["pushed"]
