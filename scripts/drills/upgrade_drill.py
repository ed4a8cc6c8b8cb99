"""Deploy an earlier revision to an emulator of its own, and plan this revision over it: nothing that holds
data may be replaced.

Examples:
    python scripts/drills/upgrade_drill.py 7e7414e
    python scripts/drills/upgrade_drill.py 7e7414e --orders 1000    # load a shop first, apply the plan, and
    ask each table again

Exit code 0 when the plan keeps each bucket, table, key and secret, and with --orders when each table has its
rows after the upgrade, and after a run of this revision each dataset has its rows and no table of a system is
lost or empty; else 1. Nothing of the drill stays.
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

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts import deploy
from scripts.emulator import emulator
from scripts.terraform_cli import STATE, Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
NAME = "upgrade"
FOLDER = STATE / NAME
# Types of resources with data, or without which data cannot be read.
KEPT = {
    "aws_s3_bucket",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_secretsmanager_secret",
    "aws_glue_catalog_table",
    "aws_glue_catalog_database",
}


def deploy_revision(revision: str) -> None:
    """Deploy the revision, with its state where this revision expects it."""
    tree = FOLDER / "tree"
    _git("worktree", "add", "--detach", "--force", str(tree), revision)
    command = [sys.executable, "scripts/deploy.py", "apply", "emulator", "--name", NAME, "--own"]
    subprocess.run(
        command, cwd=tree, env={**emulator.shell_of_no_deployment(), "PYTHONPATH": str(tree)}, check=True
    )
    for name in ("terraform.tfstate", "emulator.json", "deployment.json"):
        shutil.copy(tree / ".headgate" / NAME / name, FOLDER / name)


def planned_changes() -> list[Mapping[str, Any]]:
    """Return the changes that this revision would make, in Terraform's JSON."""
    target, path = deploy.emulator_target(FOLDER, own=True), FOLDER / "upgrade.plan"
    deploy.plan(target, FOLDER, {}, out=path)
    shown = json.loads(Terraform(FOLDER, target.process).run("show", "-json", str(path)))
    return [
        change
        for change in shown["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"])
    ]


def lost(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the addresses of resources with data that would be deleted or replaced."""
    return sorted(
        change["address"]
        for change in changes
        if "delete" in change["change"]["actions"] and change["type"] in KEPT
    )


def load_shop(orders: int) -> dict[str, int]:
    """Load a shop that this revision generates with the earlier revision, and build its tables.

    Return the rows of each table.
    """
    tree, shop = FOLDER / "tree", str(FOLDER / "shop")
    sizes = ("--orders", str(orders), "--customers", str(orders // 2), "--defect-rate", "0")
    subprocess.run([sys.executable, ROOT / "scripts" / "sample_shop.py", *sizes, shop], check=True)
    _headgate(tree, "upload", shop)
    _headgate(tree, "run")
    return rows_of_tables(tree)


def upgrade() -> None:
    """Apply this revision over the earlier one."""
    deploy.apply(deploy.emulator_target(FOLDER, own=True), FOLDER, {}, ask=False)


def rows_of_tables(tree: Path) -> dict[str, int]:
    """Return the rows of each table of the lake, as the revision in `tree` counts them."""
    catalog = deploy.emulator_target(FOLDER, own=True).client("glue")
    databases = [item["Name"] for item in catalog.get_databases()["DatabaseList"]]
    tables = [
        (database, item["Name"])
        for database in databases
        for page in catalog.get_paginator("get_tables").paginate(DatabaseName=database)
        for item in page["TableList"]
    ]
    return counted(sorted(tables), lambda sql: json.loads(_headgate(tree, "query", "--json", sql)))


def counted(
    tables: Sequence[tuple[str, str]], ask: Callable[[str], list[Mapping[str, Any]]]
) -> dict[str, int]:
    """Return the rows of tables, as `database.table`; -1 for a table that cannot be read.

    Args:
        ask: answers an SQL statement; raises CalledProcessError on failure.
    """
    counts = [
        f'select \'{database}.{table}\' as name, count(*) as count from "{database}"."{table}"'  # noqa: S608 names of the catalog
        for database, table in tables
    ]
    try:  # each question is a process of its own
        return {row["name"]: int(row["count"]) for row in ask(" union all ".join(counts))}
    except subprocess.CalledProcessError:
        if len(tables) <= 1:
            return {f"{database}.{table}": -1 for database, table in tables}
    middle = len(tables) // 2
    return counted(tables[:middle], ask) | counted(tables[middle:], ask)


def changed(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, list[int]]:
    """Return the tables whose row counts changed in the upgrade, as [before, after].

    -1 is a table that cannot be read.
    """
    return {
        table: [count, after.get(table, -1)]
        for table, count in before.items()
        if after.get(table, -1) != count
    }


def lost_tables(before: Mapping[str, int], after: Mapping[str, int], prod: str) -> dict[str, list[int]]:
    """Return the tables with missing rows after a run of another revision, in the form of `changed`.

    Systems of another revision may build other rows from the same data, so their tables count only if they
    had rows and now have none.

    Args:
        prod: the database of the systems' tables.
    """
    differing = changed(before, after).items()
    return {
        table: rows
        for table, rows in differing
        if not table.startswith(f"{prod}.") or (rows[0] > 0 and rows[1] <= 0)
    }


def _headgate(tree: Path, *arguments: str) -> str:
    """Run a command of the revision in `tree` on the drill's deployment; return its output."""
    code = "import sys; from headgate.cli.entry import main; sys.exit(main())"
    state = tree / ".headgate" / NAME
    if state != FOLDER:
        state.mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / "deployment.json", state / "deployment.json")
    environment = {**emulator.shell_of_no_deployment(), "PYTHONPATH": str(tree)}
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--deployment", NAME],
        cwd=tree,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        print(
            f"headgate {' '.join(arguments)} ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}",
            flush=True,
        )
    ran.check_returncode()
    return ran.stdout


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Run the drill; 0 when nothing is lost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revision", help="the revision that is deployed first, such as that of release 0.1.0")
    parser.add_argument(
        "--orders", type=int, default=0, help="of the shop that is loaded before the upgrade; 0 only plans it"
    )
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    emulator.keep_state(FOLDER / "state")
    rows: dict[str, dict[str, list[int]]] = {}
    built: dict[str, list[int]] = {}
    try:
        deploy_revision(arguments.revision)
        before = load_shop(arguments.orders) if arguments.orders else {}
        if before:
            emulator.restart(
                FOLDER
            )  # jobs then run the code of this revision; before, they ran that of its tree
        changes = planned_changes()
        if before:
            upgrade()
            rows["after the upgrade"] = changed(before, rows_of_tables(ROOT))
            _headgate(ROOT, "upload", str(FOLDER / "shop"))
            _headgate(ROOT, "run")
            after, prod = rows_of_tables(ROOT), _environment()["HEADGATE_PROD_DATABASE"]
            rows["after a run"] = lost_tables(before, after, prod)
            built = {
                table: counts
                for table, counts in changed(before, after).items()
                if table not in rows["after a run"]
            }
    finally:
        emulator.stop(FOLDER)
        _git("worktree", "remove", "--force", str(FOLDER / "tree"))
        shutil.rmtree(FOLDER)
    return report(arguments.revision, changes, rows, built)


def _environment() -> dict[str, str]:
    environment: dict[str, str] = json.loads((FOLDER / "deployment.json").read_text(encoding="utf-8"))[
        "environment"
    ]
    return environment


def report(
    revision: str,
    changes: list[Mapping[str, Any]],
    rows: Mapping[str, Mapping[str, list[int]]],
    built: Mapping[str, list[int]],
) -> int:
    """Print the changes of the upgrade; return the exit code.

    Args:
        rows: the tables with wrong rows, by step.
        built: the systems' tables that this revision builds with other rows than the earlier one.
    """
    actions = Counter(" and ".join(change["change"]["actions"]) for change in changes)
    replaced = sorted(change["address"] for change in changes if len(change["change"]["actions"]) > 1)
    deleted = sorted(change["address"] for change in changes if change["change"]["actions"] == ["delete"])
    print(f"replaced: {', '.join(replaced) or 'nothing'}\ndeleted: {', '.join(deleted) or 'nothing'}")
    print(
        json.dumps(
            {
                "revision": revision,
                "changes": dict(actions),
                "lost": lost(changes),
                "wrong_rows": rows,
                "built_otherwise": built,
            }
        )
    )
    return int(bool(lost(changes)) or any(rows.values()))


if __name__ == "__main__":
    sys.exit(main())
