"""The pipeline for a lake project: it stores no key, its commands exist, and its step for contracts works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from headgate.cli.main import cli
from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

PAGE = ROOT / "headgate" / "cli" / "commands" / "project" / "github_pipeline.yaml"
CONTRACT = ROOT / "examples" / "bike-share" / "contracts" / "source"


def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(PAGE.read_text(encoding="utf-8"))["jobs"])


def scripts() -> Iterator[str]:
    for job in jobs().values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def run(script: str, folder: Path, **environment: str) -> None:
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]  # as GitHub's runner does
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_roles_are_taken_by_token_and_no_key_is_stored() -> None:
    assert "secrets." not in PAGE.read_text(encoding="utf-8")
    for name, job in jobs().items():
        takes_role = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert takes_role == (job["permissions"].get("id-token") == "write"), name
        assert job["environment"], name  # the role trusts one environment of the repository


def test_every_command_and_option_of_the_pipeline_exists() -> None:
    commands = [line for script in scripts() for line in re.findall(r"headgate ([a-z][^|;)\n]*)", script)]
    assert {words.split()[0] for words in commands} == {"contract", "deploy"}
    for words in commands:
        name = words.split()[0]
        for option in re.findall(r"--[a-z-]+", words):
            assert option in CliRunner().invoke(cli, [name, "--help"]).output, words


def test_a_project_gets_its_pipeline_once(tmp_path: Path) -> None:
    made = CliRunner().invoke(cli, ["init", str(tmp_path / "lake"), "--name", "bikes", "--pipeline"])
    assert made.exit_code == 0, made.output
    workflow = tmp_path / "lake" / ".github" / "workflows" / "headgate.yml"
    assert workflow.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    again = CliRunner().invoke(cli, ["init", str(tmp_path / "lake"), "--pipeline"])
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    workflow.unlink()
    added = CliRunner().invoke(cli, ["init", str(tmp_path / "lake"), "--pipeline", "--json"])
    assert json.loads(added.stdout)["written"] == [".github/workflows/headgate.yml"]


def test_the_comment_has_what_a_changed_contract_breaks(tmp_path: Path) -> None:
    (contracts,) = [step["run"] for step in jobs()["plan"]["steps"] if step.get("name") == "contracts"]
    source = min(CONTRACT.glob("*.yaml"))
    lake, contract = tmp_path / "lake", f"contracts/source/{source.name}"
    (lake / contract).parent.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    (lake / contract).write_text(text, encoding="utf-8")
    for name in ("gone.yaml", "old.yaml"):
        (lake / contract).with_name(name).write_text(text, encoding="utf-8")
    git = "git -c user.name=a -c user.email=a@example.com"
    run(f"git init -q -b main && git add -A && {git} commit -qm one && git rev-parse HEAD > ../base", lake)
    document = yaml.safe_load(text)
    removed = document["schema"][0]["properties"].pop()["name"]
    (lake / contract).write_text(yaml.safe_dump(document), encoding="utf-8")
    (lake / contract).with_name("gone.yaml").unlink()
    (lake / contract).with_name("old.yaml").rename((lake / contract).with_name("new.yaml"))
    run(f"git add -A && {git} commit -qm two", lake)
    run(contracts, tmp_path, BASE=(tmp_path / "base").read_text(encoding="utf-8").strip())
    written = (tmp_path / "contracts.md").read_text(encoding="utf-8")
    gone = "".join(
        f"### contracts/source/{name}\ncontract removed: its readers break\n"
        for name in ("gone.yaml", "old.yaml")
    )
    new = "### contracts/source/new.yaml\nnew contract\n"
    assert written.startswith(f"{new}{gone}### {contract}\n```\n")
    assert removed in written
    run(contracts, tmp_path / "again", BASE=head(tmp_path))
    assert (tmp_path / "again" / "contracts.md").read_text(encoding="utf-8") == "No contract changed.\n"


def head(folder: Path) -> str:
    """Put the lake of a workspace into another one, `again`, and return its revision."""
    (folder / "again").mkdir()
    run("git clone -q ../lake lake && git -C lake rev-parse HEAD > base", folder / "again")
    return (folder / "again" / "base").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    "contracts", ["No contract changed.\n", "### a\n```\n" + "a column\n" * 9000 + "```\n"]
)
def test_a_comment_has_the_size_that_github_takes_and_ends_with_the_cost(
    tmp_path: Path, contracts: str
) -> None:
    """Source: GitHub's answer to a longer one, "Body is too long (maximum is 65536 characters)"."""
    (comment,) = [step["run"] for step in jobs()["plan"]["steps"] if step.get("name") == "comment"]
    (tmp_path / "contracts.md").write_text(contracts, encoding="utf-8")
    (tmp_path / "plan.txt").write_text("  + a resource\n" * 9000 + "Estimated cost: 15\n", encoding="utf-8")
    (tmp_path / "gh").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    run(f"PATH={tmp_path}:$PATH; {comment}", tmp_path, NUMBER="7", GITHUB_REPOSITORY="you/lake")
    posted = (tmp_path / "comment.md").read_text(encoding="utf-8")
    assert len(posted) <= 65_536
    assert posted.count("\n```\n") % 2 == 0
    assert posted.endswith("Estimated cost: 15\n```\n")
    assert contracts[:500] in posted
