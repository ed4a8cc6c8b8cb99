"""How far a lake is at home on AWS, measured without an account: on an emulator that enforces IAM, with
linters of policies, and with fakes of what the emulator lacks (docs/operate/emulator.md).

Prints one JSON object in its last line: roles_tasks (commands that the pages give to a role, each run with
its rights), roles_failed (those that did not work, and commands of others that were not denied), datasets
(added to the shop's), policy_chars_max (of the longest policy with them), fakes (behaviours of AWS whose
tests pass), checkov_failed, parliament_findings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e import role_policies, role_tasks
from tests.e2e.lakes import PEOPLE, ROOT, TEST_VARIABLES, deployed, sample_shop
from tests.unit.docs.test_commands import commands_of_roles
from tests.unit.docs.test_emulator import behaviours_of_the_page

REFUSED_FILES_EXIT = 3
ORDERS, CUSTOMERS = 800, 200
ONCE_EACH = {"CHECKOV_ENABLE_FOREACH_HANDLING": "False", "CHECKOV_ENABLE_MODULES_FOREACH_HANDLING": "False"}


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        figures = {**measured_on_a_lake(Path(folder)), "fakes": fakes(), "checkov_failed": checkov_failed()}
    print(json.dumps(figures))


def measured_on_a_lake(folder: Path) -> dict[str, int]:
    """Return the figures of roles and policies, and print what is not as the pages say."""
    shop = folder / "shop"
    sample_shop(str(shop), "--orders", str(ORDERS), "--customers", str(CUSTOMERS), "--defect-rate", "0.02")
    with deployed("bench-aws", *TEST_VARIABLES, PEOPLE) as lake:
        lake.headgate("upload", str(shop))
        lake.headgate("run")
        policies = role_policies.planned_policies(lake, folder)
        failed = role_tasks.not_as_documented(role_tasks.run_all(lake, shop, folder))
    flaws = role_policies.findings(policies, folder / "policies")
    print("\n".join([*(f"{task}: {why}" for task, why in failed.items()), *flaws]))
    permitted = commands_of_roles()
    return {
        "roles_tasks": sum(len(permitted[role] - role_tasks.NOT_RUN.keys()) for role in role_tasks.ROLES),
        "roles_failed": len(failed),
        "datasets": role_policies.TABLES,
        "policy_chars_max": max(map(role_policies.size, policies.values())),
        "parliament_findings": len(flaws),
    }


def fakes() -> int:
    """Return how many behaviours of AWS have a fake; 0 where one of their tests fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "unit and behaviour", "tests/unit/aws"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout.splitlines()[-1])
    return 0 if done.returncode else len(behaviours_of_the_page())


def checkov_failed() -> int:
    """Return how many of checkov's checks fail."""
    subprocess.run(["make", ".venv/lint/.ready"], cwd=ROOT, check=True, capture_output=True)
    command = [".venv/lint/bin/checkov", "--config-file", ".checkov.yaml", "-o", "json"]
    environment = {**os.environ, **ONCE_EACH}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return int(json.loads(done.stdout)["summary"]["failed"])


if __name__ == "__main__":
    main()
