"""Policies of a deployed lake's roles, as they would be with many more tables, and what a linter finds in
them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from scripts.terraform_cli import STATE, Terraform
from tests.e2e.lakes import PEOPLE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.lakes import Lake

TABLES = 200
# Characters of a managed policy without white space; the inline policies of a role may have 10,240.
# Source: IAM user guide, "IAM and AWS STS quotas".
LIMIT = 6_144
PARLIAMENT = ROOT / ".venv" / "lint" / "bin" / "parliament"
# Findings that are not true of AWS: the linter's data lags behind, or the emulator's policy differs.
NOT_A_FINDING = {
    # Source: service authorization reference, AWS Step Functions: one of both types of resource is enough.
    ("RESOURCE_MISMATCH", "states:ListExecutions"),
    ("RESOURCE_MISMATCH", "states:DescribeExecution"),
    # Source: CloudWatch Logs API permissions reference: the log groups of the region.
    ("RESOURCE_MISMATCH", "logs:DescribeLogGroups"),
    # Source: CloudWatch API reference, DescribeAlarms: "scoped to *".
    ("RESOURCE_STAR", "cloudwatch:DescribeAlarms"),
    # The emulator asks for a right on everything; on AWS policies name workgroups (local.followed_queries).
    ("RESOURCE_STAR", "athena:GetQueryExecution"),
    ("RESOURCE_STAR", "athena:GetQueryResults"),
    ("RESOURCE_STAR", "athena:StopQueryExecution"),
}


def widen(build: Path) -> None:
    """Add datasets with personal data until there are `TABLES`, give one system as many tables, and let it
    read every dataset.
    """
    catalog, reads = (
        json.loads((build / name).read_text(encoding="utf-8")) for name in ("catalog.json", "reads.json")
    )
    system = min(reads)
    for number in range(TABLES):
        name = f"supplier_invoice_lines_by_region_{number:03}"
        catalog["curated"][name] = {**catalog["curated"]["customers"], "personal": ["email"]}
        catalog["prod"][name] = {**next(iter(catalog["prod"].values())), "system": system}
    reads[system] = sorted(catalog["curated"])
    (build / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    (build / "reads.json").write_text(json.dumps(reads), encoding="utf-8")


def planned_policies(lake: Lake, folder: Path) -> dict[str, str]:
    """Return the policies of every role as a plan of this lake with many more tables has them."""
    own = STATE / lake.name
    build = folder / "build"
    shutil.copytree(own / "build", build, symlinks=True)
    widen(build)
    variables = {
        "platform": "emulator",
        "emulator_url": lake.environment["AWS_ENDPOINT_URL"],
        "region": lake.environment["AWS_REGION"],
        "build_dir": str(build),
        "engine": "athena",
        PEOPLE.partition("=")[0]: PEOPLE.partition("=")[2],
    }
    terraform = Terraform(own, {**os.environ, **lake.environment})
    options = [option for name, value in variables.items() for option in ("-var", f"{name}={value}")]
    terraform.run(
        "plan",
        "-no-color",
        "-input=false",
        "-lock=false",
        "-refresh=false",
        f"-out={folder}/plan",
        *options,
    )
    planned = json.loads(terraform.run("show", "-json", f"{folder}/plan"))["planned_values"]["root_module"]
    return {
        resource["address"]: resource["values"].get("policy", "")
        for resource in resources_of(planned)
        if resource["type"] in {"aws_iam_role_policy", "aws_iam_policy"}
    }


def resources_of(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the resources of a planned module and of those in it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources_of(child)


def size(policy: str) -> int:
    """Return the characters that AWS counts of a policy."""
    return len(re.sub(r"\s", "", policy))


def findings(policies: Mapping[str, str], folder: Path) -> list[str]:
    """Return what parliament finds in policies and is true of AWS."""
    folder.mkdir(parents=True, exist_ok=True)
    for address, policy in policies.items():
        (folder / f"{re.sub('[^a-z0-9]+', '-', address)}.json").write_text(policy, encoding="utf-8")
    if not PARLIAMENT.is_file():
        subprocess.run(["make", ".venv/lint/.ready"], cwd=ROOT, check=True, capture_output=True)
    command = [str(PARLIAMENT), "--directory", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    flaws = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        f"{flaw['issue']} {action} in {flaw['location']['filepath']}"
        for flaw in flaws
        for action in _actions(flaw["detail"])
        if (flaw["issue"], action) not in NOT_A_FINDING
    ]


def _actions(detail: Any) -> list[str]:  # noqa: ANN401 parliament's own shapes
    entries = detail if isinstance(detail, list) and detail else [detail]
    return [
        entry["action"] if isinstance(entry, dict) and "action" in entry else str(entry) for entry in entries
    ]
