"""A person without a clone installs the wheel, and deploys a lake project from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scripts.packages import release

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.weekly]


class Person:
    """Someone in a folder of their own, whose pip has installed the wheel."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder = folder
        mine = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HEADGATE_"))
        }
        self.environment = {**mine, "PYTHONPATH": str(site)}
        self.command = str(site / "bin" / "headgate")

    def run(self, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command of headgate."""
        done = subprocess.run(
            [self.command, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout[-2000:] + done.stderr[-4000:]
        return done

    def document(self, *words: str) -> Any:  # noqa: ANN401 whatever JSON the command prints
        """Return what a command prints for machines."""
        return json.loads(self.run(*words, "--json").stdout)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    folder = tmp_path / "bikes"
    folder.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*install, tmp_path / "site", release.build(tmp_path)], check=True)
    return Person(folder, tmp_path / "site")


def test_an_empty_folder_becomes_a_deployed_lake_and_leaves_nothing(person: Person) -> None:
    refused = person.run("deploy", "localstack", "--yes", expect=1)
    assert "headgate init ." in refused.stderr
    (person.folder / "readings.csv").write_text("id,value\n1,20.5\n2,21.0\n", encoding="utf-8")
    person.run("init", ".", "readings.csv", "--name", "bikes")
    deployed = person.document("deploy", "localstack", "--name", "wheel", "--yes")
    try:
        assert (deployed["deployed"], deployed["database"]) == (True, "bikes_curated")
        person.run("upload", "readings.csv", "--dataset", "readings")
        person.run("run")
        rows = person.document("query", "select count(*) as n from bikes_curated.readings")
        assert rows == [{"n": 2}]
    finally:
        gone = person.document("destroy", "localstack", "--name", "wheel", "--yes")
    assert gone == {"deployment": "wheel", "deployed": False}
    assert not list(person.folder.glob(".headgate/*/deployment.json"))
