"""Deployments have names that are safe as folders; all commands and make targets take them alike."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from headgate.plain_names import DEPLOYMENT_NAME_RULE, LAKE_NAME, LAKE_NAME_RULE
from scripts.deployment import deployment_name
from scripts.emulator import emulator

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
WRONG = ["../x", "Mein Lager", "", "a", "Zu", "1a", "-a", "a/b", "a\n", "\u00fcber", "a" * 21, "a'b; touch x"]
DEPLOYMENTS = (
    "deploy-localstack",
    "destroy-localstack",
    "clean-localstack",
    "plan-aws",
    "deploy-aws",
    "destroy-aws",
    "clean-aws",
)


def test_a_name_has_the_rule_of_the_terraform_variable() -> None:
    """A name that deploys as a folder may be the lake's name, too."""
    (stated,) = re.findall(
        r'regex\("\^(.*?)\$", var\.name\)', (ROOT / "terraform" / "variables.tf").read_text(encoding="utf-8")
    )
    assert deployment_name.VALID.pattern == stated


@pytest.mark.parametrize("name", ["zu", "fresh", "a1", "two-lakes", "a" * 20])
def test_a_valid_name_stays(name: str) -> None:
    assert deployment_name.deployment_name(name) == name


@pytest.mark.parametrize("script", ["deploy.py", "emulator/emulator.py"])
@pytest.mark.parametrize("name", ["../x", "Mein Lager"])
def test_another_name_is_refused_before_anything_is_written(script: str, name: str) -> None:
    words = ["destroy", "emulator"] if script == "deploy.py" else ["status"]
    command = [sys.executable, str(ROOT / "scripts" / script), *words, f"--name={name}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        f"{name!r} is not a name of a deployment. It must be 2 to 20 of the letters a to z, in lower "
        "case, digits and hyphens" in done.stderr
    )
    assert not (emulator.STATE / name).exists()


@pytest.mark.parametrize("name", WRONG)
def test_no_other_name_is_valid(name: str) -> None:
    with pytest.raises(deployment_name.DeploymentNameError, match="beginning with a letter"):
        deployment_name.deployment_name(name)


@pytest.mark.parametrize("name", ["fresh", "../x", "a'b; touch hacked", "Mein Lager"])
@pytest.mark.parametrize("target", DEPLOYMENTS)
def test_every_target_of_a_deployment_passes_its_name_as_one_word(target: str, name: str) -> None:
    assert shlex.split(_recipe(target, f"NAME={name}"))[4:6] == ["--name", name]


def test_the_name_of_the_machine_is_no_deployments() -> None:
    """WSL exports NAME."""
    assert "--name" not in _recipe("destroy-localstack", NAME="desktop")


@pytest.mark.parametrize("target", ["test-localstack", "test-aws"])
def test_a_deployment_is_checked_by_its_name(target: str) -> None:
    assert shlex.split(_recipe(target, "NAME=fresh"))[-1] == "fresh"
    assert shlex.split(_recipe(target))[-1] == target.replace("stack", "").rpartition("-")[2]


def _recipe(target: str, *variables: str, **environment: str) -> str:
    """The last line that make would run."""
    command = ["make", "--dry-run", "--silent", target, *variables]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "like"), [("\u00dcbung", "ubung"), ("Mein Lager", "mein-lager"), ("1a-b", "a-b")]
)
def test_a_message_suggests_a_name_with_the_same_letters(name: str, like: str) -> None:
    with pytest.raises(deployment_name.DeploymentNameError, match=f"for example {like}\\.$"):
        deployment_name.deployment_name(name)


def test_one_rule_holds_for_the_project_file_the_make_variable_and_terraform() -> None:
    """The messages say the same words, so that nobody reads of two rules."""
    text = (ROOT / "terraform" / "variables.tf").read_text(encoding="utf-8")
    assert f'regex("^{LAKE_NAME}$", var.domain)' in text
    assert f"domain must be {LAKE_NAME_RULE}." in text
    assert f"name must be {DEPLOYMENT_NAME_RULE}." in text
