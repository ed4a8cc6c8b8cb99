"""The pipeline for a lake project: it stores no key, its commands exist, and its step for contracts works."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.lakes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

PAGE = ROOT / "examples" / "pipeline" / "headgate.yml"
CONTRACT = ROOT / "examples" / "bike-share" / "contracts" / "source"


def jobs() -> dict[str, Any]:
    return dict(yaml.safe_load(PAGE.read_text(encoding="utf-8"))["jobs"])


def scripts() -> Iterator[str]:
    for job in jobs().values():
        yield from (step["run"] for step in job["steps"] if "run" in step)


def run(script: str, folder: Path, **environment: str) -> None:
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]  # as GitHub's runner does
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_roles_are_taken_by_token_and_no_key_is_stored() -> None:
    assert "secrets." not in PAGE.read_text(encoding="utf-8")
    for name, job in jobs().items():
        takes_role = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert takes_role == (job["permissions"].get("id-token") == "write"), name
        assert job["environment"], name  # the role trusts one environment of the repository


def test_every_target_of_the_pipeline_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for script in scripts() for target in re.findall(r"make -C headgate ([a-z-]+)", script)}
    assert targets == {"setup", "plan-aws", "bootstrap-aws", "deploy-aws", "test-aws"}
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_the_comment_has_what_a_changed_contract_breaks(tmp_path: Path) -> None:
    (contracts,) = [step["run"] for step in jobs()["plan"]["steps"] if step.get("name") == "contracts"]
    source = min(CONTRACT.glob("*.yaml"))
    lake, contract = tmp_path / "lake", f"contracts/source/{source.name}"
    (lake / contract).parent.mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    (lake / contract).write_text(text, encoding="utf-8")
    git = "git -c user.name=a -c user.email=a@example.com"
    run(f"git init -q -b main && git add -A && {git} commit -qm one && git rev-parse HEAD > ../base", lake)
    document = yaml.safe_load(text)
    removed = document["schema"][0]["properties"].pop()["name"]
    (lake / contract).write_text(yaml.safe_dump(document), encoding="utf-8")
    run(f"git add -A && {git} commit -qm two", lake)
    (tmp_path / "headgate").symlink_to(ROOT)
    run(contracts, tmp_path, BASE=(tmp_path / "base").read_text(encoding="utf-8").strip())
    written = (tmp_path / "contracts.md").read_text(encoding="utf-8")
    assert written.startswith(f"### {contract}\n```\n")
    assert removed in written
