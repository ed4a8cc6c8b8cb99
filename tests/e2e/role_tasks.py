"""Commands of `headgate` run with the rights of a role of people.

A role's commands run in one process of its own, as a person does who has assumed the role:
`python -m tests.e2e.role_tasks` reads them as JSON and prints how each ended.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner

from headgate.cli.main import cli
from headgate.errors import HeadgateError
from scripts.terraform_cli import STATE
from tests.e2e.lakes import ROOT
from tests.e2e.test_shop_api import PAYMENTS
from tests.unit.docs.test_commands import commands_of_roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tests.e2e.lakes import Lake

ROLES = ("uploader", "analyst", "auditor", "operator")  # the last one changes keys, files and tables
ENDS = {0, 3}  # 3: somebody has to act
DATASET = "payments"
# The name of payments' column `amount` in files of other senders: one is mapped beforehand, one by the
# operator, and one stays pending.
FOREIGN = {"BEFORE": b"betrag", "MAPPED": b"wert", "PENDING": b"summe"}

# Arguments of each command in the order in which an operator runs them: first those that only read. Words in
# capitals are the lake's own, as `words_of` finds them.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "cost": (),
    "data-docs": ("--to", "TO"),
    "dbt init": ("TO",),
    "dlq list": (),
    "dlq show": ("MESSAGE",),
    "file": ("KEY",),
    "files": (),
    "files show": ("KEY",),
    "forget": ("CUSTOMER", "--dry-run"),
    "keys list": (),
    "lineage": ("orders",),
    "logs": ("--minutes", "60"),
    "mapping list": (),
    "mapping show": ("PENDING",),
    "models": (),
    "models card": ("MODEL",),
    "quarantine list": (),
    "quarantine show": ("REFUSED",),
    "query": ("select count(*) as n from orders",),
    "questions": (),
    "queue status": (),
    "report": (),
    "runs": (),
    "runs show": ("RUN",),
    "status": (),
    "tables versions": ("customer_segments",),
    "upload": ("FOLDER",),
    "users add": ("role@example.com", "--group", "uploader"),
    "dlq redrive": ("--yes",),
    "files replace-originals": ("--yes",),
    "keys rotate": ("--yes",),
    "keys retoken": ("--dry-run",),
    "mapping set": ("MAPPED", "wert=amount"),
    "mapping forget": ("SOURCE", "HEADER", "--yes"),
    "push": ("--yes",),
    "quarantine replay": ("--dataset", "regions"),
    "quarantine settle": ("BEFORE", "--by", "AFTER"),
    "files revert": ("KEY", "--yes"),
    "rebuild": (),
    "restore": ("curated", "--since", "2100-01-01T00:00"),
    "run": (),
    "tables rollback": ("regional_performance", "--yes"),
}
NOT_RUN = {
    "tables iceberg": "without the setting it reads the catalog as `tables versions`, and then it ends",
    "mapping accept": "works as `mapping set`, with a suggestion",
    "mcp": "it ends when its client does, and a client runs it in test_shop_client.py",
}
# The run after the operator's revert builds a second version; before it nobody is denied a rollback.
LAST = "tables rollback"


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and the error that it reported."""

    code: int
    error: str

    @property
    def is_done(self) -> bool:
        """Whether the command did its work."""
        return self.code in ENDS

    @property
    def is_denied(self) -> bool:
        """Whether AWS refused it for want of a right."""
        return self.code == 1 and any(text in self.error for text in ("AccessDenied", "403 on HeadObject"))


def run_as(lake: Lake, role: str, names: Iterable[str], words: Mapping[str, str]) -> dict[str, Outcome]:
    """Run commands on the lake with a role's own rights."""
    chosen = set(names)
    commands = {
        name: [*name.split(), *(words.get(word, word) for word in arguments)]
        for name, arguments in ARGUMENTS.items()
        if name in chosen
    }
    folder = STATE / f"{lake.name}-{role}"
    folder.mkdir(exist_ok=True)
    environment = {**lake.environment, **_credentials(lake, role)}
    deployment = {"environment": environment, "outputs": lake.outputs}
    (folder / "deployment.json").write_text(json.dumps(deployment), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.role_tasks", folder.name],
            cwd=ROOT,
            input=json.dumps(commands),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(folder)  # a later command without --deployment takes the newest one
    assert done.returncode == 0, done.stderr[-4000:]
    return {name: Outcome(**outcome) for name, outcome in json.loads(done.stdout.splitlines()[-1]).items()}


def run_all(lake: Lake, shop: Path, folder: Path) -> dict[str, dict[str, Outcome]]:
    """Run every command with the rights of every role, and return how each ended, by role and command."""
    words = words_of(lake, shop, folder)
    outcomes = {role: run_as(lake, role, ARGUMENTS.keys() - {LAST}, words) for role in ROLES}
    for role in ROLES:
        outcomes[role] |= run_as(lake, role, [LAST], words)
    return outcomes


def not_as_documented(outcomes: Mapping[str, Mapping[str, Outcome]]) -> dict[str, str]:
    """Return the commands that a role should run and could not, and those that it ran and should not."""
    permitted = commands_of_roles()
    return {
        f"{role}: {name}": f"{outcome.code} {outcome.error[-500:]}"
        for role, of_role in outcomes.items()
        for name, outcome in of_role.items()
        if not (outcome.is_done if name in permitted[role] else outcome.is_denied)
    }


def _credentials(lake: Lake, role: str) -> dict[str, str]:
    name = f"{lake.environment['HEADGATE_WORKGROUP']}-{role}"
    arn = lake.client("iam").get_role(RoleName=name)["Role"]["Arn"]
    taken = lake.client("sts").assume_role(RoleArn=arn, RoleSessionName="person")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }


def words_of(lake: Lake, shop: Path, folder: Path) -> dict[str, str]:
    """Return the lake's own words for the arguments. Files with foreign headers and a broken message are sent
    for it.
    """
    for number, (word, column) in enumerate(FOREIGN.items(), 2):
        file = folder / f"{word.lower()}.csv"
        file.write_bytes(PAYMENTS.replace(b"amount", column).replace(b"\n90", b"\n9%d" % number))
        lake.headgate("upload", str(file), "--dataset", DATASET, expect=3)
    lake.headgate("mapping", "set", f"{DATASET}/before.csv", "betrag=amount", expect=3)
    after = folder / "after.csv"
    header, row, *_ = (
        PAYMENTS.replace(b"amount", b"betrag").replace(b"\n90", b"\n95").splitlines(keepends=True)
    )
    after.write_bytes(header + row)
    lake.headgate("upload", str(after), "--dataset", DATASET)
    remembered = next(mapping for mapping in lake.headgate("mapping", "list") if mapping["source"] == DATASET)
    lake.client("sqs").send_message(QueueUrl=lake.outputs["raw_dead_letter_queue_url"], MessageBody="{}")
    records = lake.records()
    accepted = [file["key"] for file in records if file["dataset"] == "regions" and file["state"] == "done"]
    refused = [file["key"] for file in records if file["state"] == "done" and file["quarantined"]]
    (customer,) = lake.query("select min(customer_id) as id from ecommerce_curated.customers")
    return {
        "KEY": min(accepted),
        "REFUSED": min(refused),
        "CUSTOMER": str(customer["id"]),
        "FOLDER": str(shop / "regions"),
        "MAPPED": f"{DATASET}/mapped.csv",
        "PENDING": f"{DATASET}/pending.csv",
        "MESSAGE": lake.headgate("dlq", "list")[0]["message_id"],
        "MODEL": lake.headgate("models")[0]["model"],
        "RUN": lake.headgate("runs")[0]["run"],
        "BEFORE": f"{DATASET}/before.csv",
        "AFTER": f"{DATASET}/after.csv",
        "SOURCE": remembered["source"],
        "HEADER": remembered["header"],
        "TO": str(folder / "data-docs"),
    }


def main(deployment: str, commands: Mapping[str, Sequence[str]]) -> dict[str, dict[str, object]]:
    """Run commands one after the other in this process, and return how each ended."""
    os.environ.pop("HEADGATE_RAW_BUCKET", None)
    return {
        name: vars(_run([*words, "--deployment", deployment, "--json"])) for name, words in commands.items()
    }


def _run(words: Sequence[str]) -> Outcome:
    result = CliRunner().invoke(cli, words)
    if isinstance(result.exception, HeadgateError):  # as `headgate.cli.main.run_command`
        return Outcome(1, str(result.exception))
    return Outcome(
        result.exit_code, result.stderr[-1000:] + (repr(result.exception) if result.exception else "")
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], json.load(sys.stdin))) + "\n")
