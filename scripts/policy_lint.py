"""Check every AWS policy of the Terraform root with parliament.

A Terraform test with a mock provider applies the root: no account is needed, and every ARN has AWS's form.

Examples:
    python scripts/policy_lint.py
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from scripts.terraform_cli import STATE, TERRAFORM_ROOT, Terraform, TerraformError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

PARLIAMENT = Path(__file__).resolve().parents[1] / ".venv" / "lint" / "bin" / "parliament"
FOLDER = "policy_lint"
# Findings that are false for AWS, because the linter's data are old.
NOT_A_FINDING = frozenset(
    {
        # Source: service authorization reference, AWS Step Functions: one of both types is enough.
        ("RESOURCE_MISMATCH", "states:ListExecutions"),
        ("RESOURCE_MISMATCH", "states:DescribeExecution"),
        # Source: CloudWatch Logs API permissions reference: the log groups of the region.
        ("RESOURCE_MISMATCH", "logs:DescribeLogGroups"),
        # Source: CloudWatch API reference, DescribeAlarms: "scoped to *".
        ("RESOURCE_STAR", "cloudwatch:DescribeAlarms"),
    }
)
PROVIDER = 'mock_provider "aws" {'
# ARNs of resources that the tests of the root tell apart by random texts.
ARNS = {
    "aws_s3_bucket": "arn:aws:s3:::mocked",
    "aws_dynamodb_table": "arn:aws:dynamodb:us-east-1:123456789012:table/mocked",
    "aws_athena_workgroup": "arn:aws:athena:us-east-1:123456789012:workgroup/mocked",
    "aws_glue_job": "arn:aws:glue:us-east-1:123456789012:job/mocked",
    "aws_backup_vault": "arn:aws:backup:us-east-1:123456789012:backup-vault:mocked",
    "aws_glue_crawler": "arn:aws:glue:us-east-1:123456789012:crawler/mocked",
}
# With people, the trail and copies elsewhere, which add policies.
RUN = """
run "every_policy" {
  command = apply

  variables {
    audit_trail = true
    people = {
      for role in ["uploader", "analyst", "operator", "auditor"] : role => ["arn:aws:iam::123456789012:root"]
    }
    backup = {
      account_id = "210987654321"
      buckets    = { for zone in ["raw", "curated", "quarantine", "artifacts"] : zone => "copy-of-${zone}" }
      key_arn    = "arn:aws:kms:eu-west-1:210987654321:key/33333333-3333-3333-3333-333333333333"
      vault_arn  = "arn:aws:backup:eu-west-1:210987654321:backup-vault:copies"
    }
  }
}
"""


def stated_policies() -> dict[str, str]:
    """Return the policies of roles as JSON, by the address of their document in Terraform."""
    terraform = Terraform(STATE / "check-policies", has_state=False)
    terraform.init()
    folder = terraform.root / FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "policies.tftest.hcl").write_text(_mocks() + RUN, encoding="utf-8")
    try:
        with terraform.with_running_provider() as running:
            report = running.run("test", "-json", "-verbose", f"-test-directory={FOLDER}")
    finally:
        rmtree(folder)
    (state,) = (line for line in report.splitlines() if '"type":"test_state"' in line)
    documents = {
        resource["address"]: policy_of(resource["values"]["statement"] or [])
        for resource in _resources(json.loads(state)["test_state"]["root_module"])
        if resource["type"] == "aws_iam_policy_document"
    }
    return {address: policy for address, policy in documents.items() if policy}


def _mocks() -> str:
    """Return the mocks of the policies' tests, and those of `ARNS`."""
    text = (TERRAFORM_ROOT / "tests" / "policies.tftest.hcl").read_text(encoding="utf-8")
    blocks = [
        f'  mock_resource "{kind}" {{\n    defaults = {{ arn = "{arn}" }}\n  }}\n'
        for kind, arn in ARNS.items()
    ]
    return text.partition('\nrun "')[0].replace(PROVIDER, "\n".join([PROVIDER, *blocks]))


def _resources(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def policy_of(statements: Sequence[Mapping[str, Any]]) -> str:
    """Return a policy of the statements as IAM has it; empty if there are none.

    Statements with principals are left out: they belong to policies of resources, which follow other rules.
    """
    own = [_statement(statement) for statement in statements if not statement["principals"]]
    return json.dumps({"Version": "2012-10-17", "Statement": own}) if own else ""


def _statement(statement: Mapping[str, Any]) -> dict[str, object]:
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in statement["condition"]:
        conditions.setdefault(condition["test"], {})[condition["variable"]] = condition["values"]
    parts = {
        "Sid": statement["sid"],
        "Effect": statement["effect"] or "Allow",
        "Action": statement["actions"],
        "NotAction": statement["not_actions"],
        "Resource": statement["resources"],
        "NotResource": statement["not_resources"],
        "Condition": conditions,
    }
    return {name: value for name, value in parts.items() if value}


def findings(
    policies: Mapping[str, str], folder: Path, also_untrue: Collection[tuple[str, str]] = ()
) -> list[str]:
    """Return parliament's findings about policies that are true for AWS.

    Args:
        also_untrue: more kinds of findings with their actions to ignore, in addition to `NOT_A_FINDING`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for address, policy in policies.items():
        (folder / f"{re.sub('[^a-z0-9]+', '-', address)}.json").write_text(policy, encoding="utf-8")
    command = [str(PARLIAMENT), "--directory", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    flaws = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        f"{flaw['issue']} {action} in {flaw['location']['filepath']}"
        for flaw in flaws
        for action in _actions(flaw["detail"])
        if (flaw["issue"], action) not in {*NOT_A_FINDING, *also_untrue}
    ]


def _actions(detail: Any) -> list[str]:  # noqa: ANN401 parliament's own shapes
    entries = detail if isinstance(detail, list) and detail else [detail]
    return [
        entry["action"] if isinstance(entry, dict) and "action" in entry else str(entry) for entry in entries
    ]


def main() -> int:
    """Run the command line; 0 if nothing is found."""
    try:
        policies = stated_policies()
    except TerraformError as error:
        print(error, file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder:
        flaws = findings(policies, Path(folder))
    print("\n".join(flaws) if flaws else f"parliament: ok, {len(policies)} policies")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main())
