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

from scripts import policy_lint
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
# The emulator asks for a right on everything; on AWS policies name workgroups (local.followed_queries).
OF_THE_EMULATOR = {
    ("RESOURCE_STAR", "athena:GetQueryExecution"),
    ("RESOURCE_STAR", "athena:GetQueryResults"),
    ("RESOURCE_STAR", "athena:GetQueryRuntimeStatistics"),
    ("RESOURCE_STAR", "athena:StopQueryExecution"),
}


def widen(build: Path) -> None:
    """Add datasets with personal data until there are `TABLES`, give one system as many tables, and let it
    read every dataset.

    The tables have one column each: no policy names columns, and Terraform plans each of them.
    """
    catalog, reads = (
        json.loads((build / name).read_text(encoding="utf-8")) for name in ("catalog.json", "reads.json")
    )
    system = min(reads)
    customers, published = catalog["curated"]["customers"], next(iter(catalog["prod"].values()))
    for number in range(TABLES):
        name = f"supplier_invoice_lines_by_region_{number:03}"
        catalog["curated"][name] = {**_narrow(customers), "personal": ["email"]}
        catalog["prod"][name] = {**_narrow(published), "system": system}
    reads[system] = sorted(catalog["curated"])
    (build / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    (build / "reads.json").write_text(json.dumps(reads), encoding="utf-8")


def _narrow(table: Mapping[str, Any]) -> dict[str, Any]:
    return {**table, "columns": table["columns"][:1]}


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
    """Return what parliament finds in the policies of a lake on the emulator and is true of AWS."""
    if not policy_lint.PARLIAMENT.is_file():
        subprocess.run(["make", ".venv/lint/.ready"], cwd=ROOT, check=True, capture_output=True)
    return policy_lint.findings(policies, folder, OF_THE_EMULATOR)
