"""`headgate systems init` writes a system whose own test passes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.commands.project.systems import systems
from headgate.contracts.registry import Registry
from headgate.project import project
from headgate.systems.dashboards import dashboards
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


def test_the_system_has_contract_dashboard_and_a_test_that_passes(lake: Path) -> None:
    done = CliRunner().invoke(systems, ["init", "completeness"])
    assert done.exit_code == 0, done.output
    assert project().systems == ("completeness", "visit-counts")
    assert [*Registry.load().tables_of("completeness")] == ["completeness"]
    assert dashboards()["completeness"].panels[0].table == "completeness"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_completeness.py"]
    tested = subprocess.run(command, cwd=lake, capture_output=True, text=True, check=False)
    assert "3 passed" in tested.stdout, tested.stdout + tested.stderr
