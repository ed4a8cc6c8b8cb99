"""`headgate datasets` and the client remove and restore like the page of a dataset."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.api import deployed_lake
from headgate.cli import command_deployment
from headgate.cli.commands.files.datasets import datasets
from headgate.client.lake import Lake
from headgate.wiring import operations
from tests.unit.api.files.test_edited_uploads import created, drafted
from tests.unit.api.files.test_removals import DATASET, MORE, ROWS, sent, states
from tests.unit.api.lakes import Caller, MemoryLake

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.unit

DEPLOYER = "arn:aws:iam::123456789012:user/deployer"


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Who created a dataset with one file, in the lake of the commands."""
    caller = Caller(MemoryLake(), groups=("uploader",))
    monkeypatch.setattr(
        command_deployment, "activate", lambda: command_deployment.Deployment("memory", {}, {})
    )
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: caller.lake)
    monkeypatch.setattr(operations, "caller", lambda: DEPLOYER)
    created(caller, drafted(caller))
    sent(caller, "a.csv", ROWS)
    return caller


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(datasets, arguments, input=typed)


def test_the_command_asks_for_the_name_and_says_what_goes(maker: Caller) -> None:
    refused = run("remove", DATASET, typed="lieferant\n")
    assert (refused.exit_code, states(maker)) == (1, {f"{DATASET}/a.csv": "done"})
    assert f"The typed name differs from {DATASET}. Nothing was removed." in refused.output
    assert "1 file with 3 accepted and 0 refused rows leave the lake" in refused.output
    removed = run("remove", DATASET, typed=f"{DATASET}\n")
    assert (removed.exit_code, states(maker)) == (0, {f"{DATASET}/a.csv": "reverted"})
    (listed,) = json.loads(run("list", "--json").output)
    assert (listed["state"], listed["created_by"], listed["removed_by"]) == ("removed", "ana", DEPLOYER)


def test_a_removal_is_restored_by_its_name(maker: Caller) -> None:
    assert json.loads(run("remove", DATASET, "--yes", "--json").output)["done"] == 1
    assert "Restored lieferant_mueller: 1 file." in run("restore", DATASET).output
    assert states(maker) == {f"{DATASET}/a.csv": "done"}
    assert run("restore", DATASET).exit_code == 1


def test_a_file_that_does_not_come_back_is_not_counted_as_restored(maker: Caller) -> None:
    sent(maker, "b.csv", MORE)
    run("remove", DATASET, "--yes")
    (gone,) = [record for record in maker.lake.ledger.records() if record.key == f"{DATASET}/a.csv"]
    maker.lake.objects.delete(gone.ref)
    restored = run("restore", DATASET)
    printed = " ".join(restored.output.split())  # lines are broken at the width of the terminal
    assert f"Restored {DATASET}: 1 file. " in printed
    assert f"Not restored: {DATASET}/a.csv." in printed
    assert restored.exit_code == 3


def test_the_client_removes_and_restores_the_same(maker: Caller) -> None:
    lake = Lake("memory", {})
    assert lake.remove_dataset(DATASET).done == 1
    assert states(maker) == {f"{DATASET}/a.csv": "reverted"}
    assert lake.restore_dataset(DATASET).done == 1
    assert states(maker) == {f"{DATASET}/a.csv": "done"}


def test_a_dataset_of_the_project_is_refused_with_the_way_to_remove_it(maker: Caller) -> None:
    answer = run("remove", "payments", "--yes")
    assert maker.lake.contracts.source["payments"]
    assert (answer.exit_code, "removed by a deployment" in str(answer.exception)) == (1, True)
