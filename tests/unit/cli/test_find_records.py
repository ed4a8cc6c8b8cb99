"""A file whose key held a card or social security number is found by its name, and no number of
it is shown.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from headgate.api import deployed_lake
from headgate.cli import command_deployment
from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.errors import HeadgateError
from headgate.formats.read_table import sample_table
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import Replayer
from headgate.intake.files.revert_file import Reverter
from headgate.intake.quarantine.correction_outcomes import CorrectionOutcomes
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.senders import Senders
from headgate.lake.states import Action, FileState
from headgate.matching.mappings import Mappings
from headgate.wiring import intake, stores
from tests.unit.api.lakes import MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

PAN, SSN = "4111111111111111", "219-09-9999"
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)
BAD = f"2,O-2,barter,{PAN},917,2027-12,5.00,GBP,2011-12-09 12:51:00,captured,,2011-12-09 12:51:00\n"
MASKED = (
    "its key held a card or social security number, so the original cannot be found by it; send it "
    "again under another name"
)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts an object into the raw bucket of a lake in memory, and lets it through the gate."""
    lake, contracts = MemoryLake(), Registry.load().source
    objects, ledger = lake.objects, lake.ledger
    mappings = Mappings(objects, "artifacts", contracts, sample_table)
    ports = GatePorts(objects, ledger, "curated", "quarantine", lambda: dt.datetime(2024, 1, 2, 3, 4, 5), 300)
    rules = GateRules(contracts, lambda: MaskingKey("k1", b"0" * 32), mappings)
    monkeypatch.setattr(
        command_deployment,
        "activate",
        lambda: command_deployment.Deployment("test", {"HEADGATE_QUARANTINE_BUCKET": "quarantine"}, {}),
    )
    monkeypatch.setattr(stores, "objects", lambda: objects)
    monkeypatch.setattr(stores, "ledger", lambda _: ledger)
    monkeypatch.setattr(deployed_lake, "DeployedLake", lambda _: lake)
    monkeypatch.setattr(intake, "mappings", lambda _: mappings)
    monkeypatch.setattr(intake, "replayer", lambda _: Replayer(ports, rules))
    senders = Senders(objects, "artifacts")
    monkeypatch.setattr(intake, "reverter", lambda _: Reverter(ports, rules, senders))
    monkeypatch.setattr(
        intake, "correction_outcomes", lambda _: CorrectionOutcomes(objects, ledger, senders, "quarantine")
    )

    def putting(key: str, body: str) -> None:
        objects.write(ObjectRef("raw", key), body.encode())
        FileProcessor(ports, rules).process(ObjectRef("raw", key))

    return putting


def ran(*arguments: str) -> Result:
    """The command's result, which shows no number."""
    result = CliRunner().invoke(cli, arguments)
    assert PAN not in f"{result.output}{result.exception}"
    assert SSN not in f"{result.output}{result.exception}"
    return result


@pytest.mark.parametrize("key", [f"payments/card {PAN}.csv", f"payments/{SSN}.csv"])
@pytest.mark.parametrize("command", [["quarantine", "show"], ["files", "show"]])
def test_a_file_is_found_by_the_key_it_was_sent_under(
    put: Callable[[str, str], None], key: str, command: list[str]
) -> None:
    put(key, HEADER + BAD)
    assert ran(*command, key).exit_code == 0


@pytest.mark.parametrize(
    "command", [["quarantine", "show"], ["quarantine", "replay"], ["files", "show"], ["mapping", "show"]]
)
def test_what_is_found_nowhere_is_reported_without_its_number(
    put: Callable[[str, str], None], command: list[str]
) -> None:
    put("payments/a.csv", HEADER + BAD)
    reported = ran(*command, f"payments/card {PAN}.csv")
    assert reported.exit_code == 1
    assert "payments/card [PAN ****1111].csv" in f"{reported.output}{reported.exception}"


@pytest.mark.parametrize("key", [f"payments/card {PAN}.csv", f"payments/{SSN}.csv"])
def test_a_replay_says_that_the_original_cannot_be_found_by_a_masked_key(
    put: Callable[[str, str], None], key: str
) -> None:
    put(key, HEADER + BAD)
    reported = ran("quarantine", "replay", key, "--json")
    (done,) = json.loads(reported.stdout)
    assert (reported.exit_code, done["outcome"], done["reason"]) == (3, "raw_gone", MASKED)


def test_a_replay_says_that_an_original_is_gone(put: Callable[[str, str], None]) -> None:
    put("payments/a.csv", HEADER + BAD)
    (record,) = stores.ledger({}).records()
    stores.objects().delete(ObjectRef("raw", record.key, record.version_id))
    (done,) = json.loads(ran("quarantine", "replay", "payments/a.csv", "--json").stdout)
    assert (done["outcome"], done["reason"]) == ("raw_gone", "the original is not in raw any more")


def test_a_file_of_a_masked_key_cannot_be_checked_with_a_mapping_and_has_to_be_sent_again(
    put: Callable[[str, str], None],
) -> None:
    key, header = f"payments/card {PAN}.csv", HEADER.replace("order_id", "Vorgang")
    put(key, header + BAD)
    reported = ran("mapping", "set", key, "Vorgang=order_id")
    assert isinstance(reported.exception, HeadgateError)
    assert MASKED in str(reported.exception)
    assert intake.mappings({}).remembered() == []


def test_a_key_names_the_file_with_the_rows_when_a_copy_was_sent_later(
    put: Callable[[str, str], None],
) -> None:
    put("payments/a.csv", HEADER + BAD)
    put("payments/a.csv", HEADER + BAD)
    shown = ran("quarantine", "show", "payments/a.csv", "--json")
    assert json.loads(shown.stdout)["of"] == 1
    assert "A later copy of this file was skipped" in shown.stderr
    assert json.loads(ran("files", "show", "payments/a.csv", "--json").stdout)["received"] == 1


def test_a_copy_under_another_name_points_to_the_file_with_the_rows(put: Callable[[str, str], None]) -> None:
    put("payments/a.csv", HEADER + BAD)
    put("payments/b.csv", HEADER + BAD)
    (owner,) = [record for record in stores.ledger({}).records() if record.key == "payments/a.csv"]
    shown = ran("quarantine", "show", "payments/b.csv")
    assert (shown.exit_code, f"`headgate quarantine show {owner.file_id}`" in shown.stderr) == (1, True)


def test_a_revert_names_only_uploads_that_are_still_in_the_lake(put: Callable[[str, str], None]) -> None:
    put("payments/a.csv", HEADER + BAD)
    put("payments/a.csv", HEADER + BAD)
    assert "The same rows are in the lake as" not in ran("files", "revert", "payments/a.csv", "--yes").stdout


@pytest.mark.parametrize("by_id", [False, True])
def test_a_repeated_revert_says_that_the_file_was_reverted_already(
    put: Callable[[str, str], None], by_id: bool
) -> None:
    put("payments/a.csv", HEADER + BAD)
    (record,) = stores.ledger({}).records()
    name = record.file_id if by_id else record.key
    assert ran("files", "revert", name, "--yes").exit_code == 0
    repeated = ran("files", "revert", name, "--yes", "--json")
    (outcome,) = json.loads(repeated.stdout)
    assert (repeated.exit_code, outcome["outcome"], outcome["quarantined_rows"]) == (0, "reverted", 0)
    assert outcome["reason"] == "was reverted already: none of its rows are in the lake"


def test_a_revert_of_a_file_that_the_lake_never_had_is_an_error(put: Callable[[str, str], None]) -> None:
    put("payments/a.csv", HEADER + BAD)
    missing = ran("files", "revert", "payments/b.csv", "--yes")
    assert (missing.exit_code, "No upload of payments/b.csv is in the lake" in missing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("state", "expected"), [(FileState.REVERTED, (0, "reverted")), (FileState.DONE, (3, "held"))]
)
def test_a_revert_beside_another_command_reports_what_became_of_the_file(
    put: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    state: FileState,
    expected: tuple[int, str],
) -> None:
    put("payments/a.csv", HEADER + BAD)
    (record,) = stores.ledger({}).records()
    ledger, reopen = stores.ledger({}), stores.ledger({}).reopen

    def reopened_too_late(file_id: str, *, now: dt.datetime, lease_s: int, action: Action) -> FileRecord:
        before = reopen(file_id, now=now, lease_s=lease_s, action=action)
        ledger.finish(replace(before, state=state))
        return before

    monkeypatch.setattr(ledger, "reopen", reopened_too_late)
    result = ran("files", "revert", record.key, "--yes", "--json")
    (outcome,) = json.loads(result.stdout)
    assert (result.exit_code, outcome["outcome"]) == expected


def test_a_revert_names_another_file_that_has_the_same_rows(put: Callable[[str, str], None]) -> None:
    put("payments/a.csv", HEADER + BAD)
    put("payments/b.csv", HEADER + BAD)
    assert "The same rows are in the lake as payments/b.csv" in " ".join(
        ran("files", "revert", "payments/a.csv", "--yes").stdout.split()
    )
