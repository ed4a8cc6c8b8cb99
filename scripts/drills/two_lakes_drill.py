"""Deploy two lakes of different name and region into one account of an emulator: they share no resource, and
both work.

Example:
    python scripts/drills/two_lakes_drill.py

Exit code 0 when no ARN or bucket is in both states and the smoke test of both lakes passes. Nothing of the
drill stays.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.emulator import emulator
from scripts.terraform_cli import STATE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "lakes-first", "lakes-second"
SECOND_VARIABLES = ("name=second", "region=eu-central-1", "full_names=true")


def identities(state: Mapping[str, Any]) -> set[str]:
    """Return the ARNs and buckets of all resources that a state manages."""
    attributes = [
        instance["attributes"]
        for resource in state["resources"]
        if resource["mode"] == "managed"
        for instance in resource.get("instances", [])
    ]
    return {
        str(attribute[name]) for attribute in attributes for name in ("arn", "bucket") if attribute.get(name)
    }


def main() -> int:
    """Run the drill; 0 when nothing is shared."""
    try:
        _run("deploy.py", "apply", "emulator", "--name", FIRST, "--own")
        running = emulator.running(STATE / FIRST)
        url = running.url if running else ""
        options = [part for variable in SECOND_VARIABLES for part in ("--var", variable)]
        _run("deploy.py", "apply", "emulator", "--name", SECOND, *options, AWS_ENDPOINT_URL=url)
        first, second = (
            identities(json.loads((STATE / name / "terraform.tfstate").read_text("utf-8")))
            for name in (FIRST, SECOND)
        )
        for name in (FIRST, SECOND):
            _run("smoke_test.py", name)
    finally:
        emulator.stop(STATE / FIRST)
        for name in (FIRST, SECOND):
            shutil.rmtree(STATE / name, ignore_errors=True)
    print(json.dumps({"first": len(first), "second": len(second), "shared": sorted(first & second)}))
    return int(bool(first & second))


def _run(script: str, *arguments: str, **further: str) -> None:
    environment = {**emulator.shell_of_no_deployment(), **further}
    subprocess.run([sys.executable, f"scripts/{script}", *arguments], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
