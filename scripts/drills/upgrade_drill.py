"""Deploy an earlier revision to an emulator of its own, and plan this revision over it: nothing that holds data may be replaced.

Example:
    python scripts/drills/upgrade_drill.py 7e7414e

Exit code 0 when the plan keeps each bucket, table, key and secret; 1 when it replaces or deletes one. Nothing of the drill stays.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the scripts are run by path and know each other as `scripts`

from scripts import deploy
from scripts.emulator import emulator
from scripts.terraform_cli import STATE, Terraform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parents[2]
NAME = "upgrade"
FOLDER = STATE / NAME
# What holds data, or what data cannot be read without.
KEPT = {
    "aws_s3_bucket",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_secretsmanager_secret",
    "aws_glue_catalog_table",
    "aws_glue_catalog_database",
}


def deploy_revision(revision: str) -> None:
    """The revision is deployed, and its state lies where this revision finds it."""
    tree = FOLDER / "tree"
    _git("worktree", "add", "--detach", "--force", str(tree), revision)
    command = [sys.executable, "scripts/deploy.py", "apply", "emulator", "--name", NAME, "--own"]
    subprocess.run(command, cwd=tree, env={**emulator.shell_of_no_deployment(), "PYTHONPATH": str(tree)}, check=True)
    for name in ("terraform.tfstate", "emulator.json", "deployment.json"):
        shutil.copy(tree / ".headgate" / NAME / name, FOLDER / name)


def planned_changes() -> list[Mapping[str, Any]]:
    """Return what this revision would change, as Terraform's JSON states it."""
    target, path = deploy.emulator_target(FOLDER, own=True), FOLDER / "upgrade.plan"
    deploy.plan(target, FOLDER, {}, out=path)
    shown = json.loads(Terraform(FOLDER, target.process).run("show", "-json", str(path)))
    return [one for one in shown["resource_changes"] if one["change"]["actions"] not in (["no-op"], ["read"])]


def lost(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the addresses of the resources with data that would be deleted, also to be made again."""
    return sorted(one["address"] for one in changes if "delete" in one["change"]["actions"] and one["type"] in KEPT)


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Run the drill; 0 when nothing is lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="the revision that is deployed first, such as that of release 0.1.0")
    revision = parser.parse_args().revision
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        deploy_revision(revision)
        changes = planned_changes()
    finally:
        emulator.stop(FOLDER)
        _git("worktree", "remove", "--force", str(FOLDER / "tree"))
        shutil.rmtree(FOLDER)
    actions = Counter(" and ".join(one["change"]["actions"]) for one in changes)
    replaced = sorted(one["address"] for one in changes if len(one["change"]["actions"]) > 1)
    deleted = sorted(one["address"] for one in changes if one["change"]["actions"] == ["delete"])
    print(f"replaced: {', '.join(replaced) or 'nothing'}\ndeleted: {', '.join(deleted) or 'nothing'}")
    print(json.dumps({"revision": revision, "changes": dict(actions), "lost": lost(changes)}))
    return int(bool(lost(changes)))


if __name__ == "__main__":
    sys.exit(main())
