"""The pipeline of a lake project, run step by step as GitHub's runner does, against an emulator for each
stage: a pull request, a merge that goes from dev to prod, and a rollback.

The steps that GitHub's own actions do are not run: checkout, Python, Terraform, and taking a role. `gh` is a
script that keeps the comment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scripts.emulator import emulator
from scripts.packages import release

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.weekly]

SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]  # as GitHub's runner
GH = '#!/usr/bin/env bash\ncp comment.md posted.md\necho "$@" > gh.txt\n'
NEEDS_A_PERSON = 3
STAGES = ("dev", "prod")


@dataclass(frozen=True)
class Runner:
    """A runner's workspace, with the lake project checked out in `lake`."""

    folder: Path
    environment: dict[str, str]

    @property
    def lake(self) -> Path:
        """The project's folder."""
        return self.folder / "lake"

    def run(self, script: str, expect: int = 0, **further: str) -> str:
        """Run a script in the workspace, and return what it printed."""
        done = subprocess.run(
            [*SHELL, script],
            cwd=self.folder,
            env={**self.environment, **further},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, done.stdout[-3000:] + done.stderr[-4000:]
        return done.stdout

    def job(self, name: str, **expressions: str) -> None:
        """Run the steps of a job that have a script; `expressions` are GitHub's values by their texts."""
        workflow = yaml.safe_load((self.lake / ".github/workflows/headgate.yml").read_text(encoding="utf-8"))
        for step in workflow["jobs"][name]["steps"]:
            if "run" in step:
                stated = {key: _evaluated(value, expressions) for key, value in step.get("env", {}).items()}
                self.run(step["run"], **stated)

    def git(self, words: str) -> str:
        """Run git in the project."""
        return self.run(f"git -C lake -c user.name=a -c user.email=a@example.com {words}").strip()

    def commit(self, message: str) -> str:
        """Commit everything in the project, and return the revision."""
        self.git("add -A")
        self.git(f"commit -qm {message}")
        return self.git("rev-parse HEAD")

    def asked(self, words: str, expect: int = 0) -> Any:  # noqa: ANN401 whatever JSON the command prints
        """Return what a command of headgate prints for the project."""
        return json.loads(self.run(f"cd lake && headgate {words} --json", expect))


def _evaluated(text: str, expressions: dict[str, str]) -> str:
    for expression, value in expressions.items():
        text = text.replace("${{ " + expression.replace("__", ".") + " }}", value)
    assert "${{" not in text, text
    return text


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """A workspace whose pip installs the wheel, without its packages, which this environment has."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH, encoding="utf-8")
    (tools / "gh").chmod(0o755)
    (tools / "pip").write_text(f'#!/usr/bin/env bash\nexec {sys.executable} -m pip "$@"\n', encoding="utf-8")
    (tools / "pip").chmod(0o755)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HEADGATE_"))}
    site = tmp_path / "site"
    environment = {
        **mine,
        "HEADGATE": str(release.build(tmp_path)),
        "PLATFORM": "localstack",
        "PIP_TARGET": str(site),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_UPGRADE": "1",
        "PYTHONPATH": str(site),
        "PATH": os.pathsep.join(
            [str(site / "bin"), str(tools), str(Path(sys.executable).parent), mine["PATH"]]
        ),
        "GITHUB_REPOSITORY": "you/lake",
    }
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    runner = Runner(workspace, environment)
    yield runner
    for stage in STAGES:
        emulator.stop(runner.lake / ".headgate" / stage)


def add_column(contract: Path) -> None:
    """Add a column to a contract that files may lack, and remove the one that they must have."""
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    columns = document["schema"][0]["properties"]
    columns.append({"name": "note", "logicalType": "string", "physicalType": "TEXT"})
    columns[:] = [column for column in columns if column["name"] != "value"]
    document["version"] = "2.0.0"
    contract.write_text(yaml.safe_dump(document), encoding="utf-8")


def test_a_change_is_planned_promoted_and_rolled_back(runner: Runner) -> None:
    runner.run('pip install "$HEADGATE"')
    (runner.folder / "readings.csv").write_text("id,value\n1,20.5\n2,21.0\n", encoding="utf-8")
    runner.run("headgate init lake readings.csv --name bikes --pipeline")
    runner.git("init -q -b main")
    (runner.lake / ".gitignore").write_text(".headgate\n", encoding="utf-8")
    before = runner.commit("one")
    add_column(runner.lake / "contracts/source/readings.yaml")
    merged = runner.commit("two")

    runner.job(
        "plan",
        github__event__pull_request__base__sha=before,
        github__token="",
        github__event__pull_request__number="7",
    )
    comment = (runner.folder / "posted.md").read_text(encoding="utf-8")
    assert "### contracts/source/readings.yaml" in comment
    assert "the column is gone" in comment
    assert "to add, 0 to change, 0 to destroy" in comment
    assert "\x1b" not in comment  # codes of colours
    assert "Estimated cost in US dollars a month" in comment.partition("## Plan and cost")[2]
    assert (runner.folder / "gh.txt").read_text(encoding="utf-8").startswith("pr comment 7")

    for stage in STAGES:
        runner.job("deploy", matrix__stage=stage)
    (runner.folder / "new.csv").write_text("id,note\n3,new\n", encoding="utf-8")
    for stage in STAGES:
        runner.asked(f"upload ../new.csv --dataset readings --deployment {stage}")

    runner.git(f"checkout -q {before}")
    runner.job("deploy", matrix__stage="dev")
    (runner.folder / "newer.csv").write_text("id,note\n4,newer\n", encoding="utf-8")
    runner.asked("upload ../newer.csv --dataset readings --deployment dev", NEEDS_A_PERSON)
    runner.asked("upload ../readings.csv --dataset readings --deployment dev")
    assert merged != before
