"""Every role of the lake is made where its trust policy is checked by
`terraform/tests/policies.tftest.hcl`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

TERRAFORM = Path(__file__).resolve().parents[3] / "terraform"


def test_roles_of_services_are_made_by_one_module_that_asks_for_the_account() -> None:
    with_roles = {
        path.relative_to(TERRAFORM).as_posix()
        for path in _files()
        if 'resource "aws_iam_role"' in path.read_text(encoding="utf-8")
    }
    assert with_roles == {"modules/role/main.tf", "people.tf"}  # a role of people names its principals


def test_no_other_file_lets_anybody_assume_a_role() -> None:
    assert _with('"sts:AssumeRole"', "principals {") == {"modules/role/main.tf", "people.tf"}


def test_one_job_alone_may_ask_for_roles_and_it_names_them() -> None:
    assert _with('"sts:AssumeRole"') - _with('"sts:AssumeRole"', "principals {") == {"analytics.tf"}
    (behind,) = (TERRAFORM / "analytics.tf").read_text(encoding="utf-8").split('"sts:AssumeRole"')[1:]
    assert "module.job[job].role_arn if contains(local.systems_together, system)" in behind.splitlines()[1]


def test_the_readers_of_the_masking_key_are_those_that_the_runbook_names() -> None:
    """A policy that is added here must be added to the list below *Keys*."""
    readers = set()
    for path in _files():
        for block in re.split(r"\n(?=data |resource |locals |module )", path.read_text(encoding="utf-8")):
            if re.search(
                r'GetSecretValue"[^\]]*\],?\s+resources\s+= \[aws_secretsmanager_secret\.masking_key\.arn\]',
                block,
            ):
                readers.add(block.split("{", 1)[0].strip())
    assert readers == {
        'data "aws_iam_policy_document" "gate"',  # raw_to_curated, curate_large, the undo of an upload
        'data "aws_iam_policy_document" "dry_run"',
        'data "aws_iam_policy_document" "records"',
        'data "aws_iam_policy_document" "export_mysql"',
        "locals",  # people.tf: the operator
    }


def _with(*texts: str) -> set[str]:
    """Which files hold all of these texts."""
    bodies = {path.relative_to(TERRAFORM).as_posix(): path.read_text(encoding="utf-8") for path in _files()}
    return {name for name, body in bodies.items() if all(text in body for text in texts)}


def _files() -> list[Path]:
    return sorted([*TERRAFORM.glob("*.tf"), *TERRAFORM.glob("modules/*/*.tf")])
