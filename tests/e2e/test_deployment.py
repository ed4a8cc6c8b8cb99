"""A deployment that cannot begin says why."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.lakes import DEPLOY, ROOT

pytestmark = pytest.mark.e2e


def test_planning_for_aws_without_credentials_says_so_in_one_line() -> None:
    bare = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "eu-central-1",
    }
    done = subprocess.run(
        [sys.executable, DEPLOY, "plan", "aws"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=bare,
    )
    assert done.returncode == 2
    assert "No AWS credentials" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
