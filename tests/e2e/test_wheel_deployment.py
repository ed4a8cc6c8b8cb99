"""A person without a clone installs the wheel, and deploys a lake project from an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.packages import release

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.e2e, pytest.mark.weekly]


class Person:
    """Someone in a folder of their own, whose pip has installed the wheel and its packages in an empty
    environment; nothing of this clone is on their path.
    """

    def __init__(self, folder: Path, installation: Path) -> None:
        self.folder = folder
        mine = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "HEADGATE_", "PYTHON", "VIRTUAL_ENV"))
        }
        others = [part for part in mine["PATH"].split(os.pathsep) if not Path(part).is_relative_to(ROOT)]
        self.environment = {**mine, "PATH": os.pathsep.join([str(installation / "bin"), *others])}
        self.command = str(installation / "bin" / "headgate")

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

    def settings(self, name: str) -> dict[str, str]:
        """Return the environment of a deployment."""
        note = self.folder / ".headgate" / name / "deployment.json"
        return dict(json.loads(note.read_text(encoding="utf-8"))["environment"])


@pytest.fixture
def person(tmp_path: Path) -> Person:
    folder, installation = tmp_path / "bikes", tmp_path / "installed"
    folder.mkdir()
    wheel = release.build(tmp_path)
    subprocess.run([sys.executable, "-m", "venv", installation], check=True)
    python = installation / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"{wheel}[localstack]"], check=True)
    return Person(folder, installation)


def test_an_empty_folder_becomes_a_deployed_lake_and_leaves_nothing(person: Person) -> None:
    where = [
        person.environment["PATH"].split(os.pathsep)[0] + "/python",
        "-c",
        "import headgate as h; print(h.__file__)",
    ]
    at = subprocess.run(
        where, cwd=person.folder, env=person.environment, check=True, capture_output=True, text=True
    )
    assert Path(at.stdout.strip()).is_relative_to(Path(person.command).parents[1])
    refused = person.run("deploy", "localstack", "--yes", expect=1)
    assert "headgate init ." in refused.stderr
    (person.folder / "readings.csv").write_text("id,value\n1,20.5\n2,21.0\n", encoding="utf-8")
    person.run("init", ".", "readings.csv", "--name", "bikes")
    ledger = ("--var", "files_table=bikes-records")
    missing = person.run("deploy", "localstack", "--name", "wheel", *ledger, "--yes", expect=2)
    assert "a new lake gets an empty table of this name with --new-ledger" in missing.stderr
    deployed = person.document("deploy", "localstack", "--name", "wheel", *ledger, "--new-ledger", "--yes")
    try:
        assert (deployed["deployed"], deployed["database"]) == (True, "bikes_curated")
        person.run("upload", "readings.csv", "--dataset", "readings")
        person.run("run")
        rows = person.document("query", "select count(*) as n from bikes_curated.readings")
        assert rows == [{"n": 2}]
        assert [file["state"] for file in person.document("files")] == ["done"]
        assert person.settings("wheel")["HEADGATE_FILES_TABLE"] == "bikes-records"
    finally:
        gone = person.document("destroy", "localstack", "--name", "wheel", "--yes")
    assert gone == {"deployment": "wheel", "deployed": False}
    assert not list(person.folder.glob(".headgate/*/deployment.json"))
