"""What a deployment promises about itself."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.lakes import DEPLOY, ROOT, TEST_VARIABLES

if TYPE_CHECKING:
    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e


def test_the_plan_after_an_apply_is_empty(shop_lake: Lake) -> None:
    options = [option for variable in TEST_VARIABLES for option in ("--var", variable)]
    command = [sys.executable, DEPLOY, "plan", "emulator", "--name", shop_lake.name, "--own", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Nothing would change." in done.stdout


def test_planning_for_aws_without_credentials_says_so_in_one_line() -> None:
    bare = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "eu-central-1"}
    done = subprocess.run([sys.executable, DEPLOY, "plan", "aws"], cwd=ROOT, capture_output=True, text=True, check=False, env=bare)
    assert done.returncode == 2
    assert "No AWS credentials" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
