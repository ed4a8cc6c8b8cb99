"""`headgate systems init` writes nothing over existing files, only valid names, and tidy files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from headgate.cli.commands.project.systems import systems
from tests import clinic

pytestmark = pytest.mark.unit

HEADGATE = Path(__file__).parents[5]


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["visit-counts"], "a system or a table visit-counts already"),
        (["visits_by_day"], "a system or a table visits_by_day already"),
        (["Completeness"], "is no name of a system"),
        (["completeness", "--reads", "orders"], "There is no dataset orders. Datasets: visits"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_written(
    lake: Path, arguments: list[str], message: str
) -> None:
    before = sorted(lake.rglob("*"))
    done = CliRunner().invoke(systems, ["init", *arguments])
    assert (done.exit_code, message in done.output) == (1, True), done.output
    assert sorted(lake.rglob("*")) == before


def test_an_existing_file_is_never_changed(lake: Path) -> None:
    clinic.write(lake, {"tests/test_completeness.py": "mine"})
    done = CliRunner().invoke(systems, ["init", "completeness"])
    assert "test_completeness.py exists already" in done.output
    assert not (lake / "systems" / "completeness.py").exists()


@pytest.mark.parametrize("has_own_rules", [False, True], ids=["default", "of Headgate's examples"])
def test_the_written_files_have_no_findings_of_ruff(lake: Path, *, has_own_rules: bool) -> None:
    assert CliRunner().invoke(systems, ["init", "completeness"]).exit_code == 0
    folder, rules = (HEADGATE, []) if has_own_rules else (lake, ["--isolated"])
    for name in ("systems/completeness.py", "tests/test_completeness.py"):
        path = f"examples/clinic/{name}"
        ruff = [sys.executable, "-m", "ruff", "check", *rules, "--stdin-filename", path, "-"]
        text = (lake / name).read_text(encoding="utf-8")
        done = subprocess.run(ruff, input=text, capture_output=True, text=True, cwd=folder, check=False)
        assert done.returncode == 0, done.stdout
