"""Settings come from the environment, and what is missing is named at once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.aws import sts
from headgate.aws.glue import child_process
from headgate.costs.measured import Measured
from headgate.errors import AuditError, ServiceError, SettingsError
from headgate.lake.snapshots import LakeSnapshot
from headgate.settings import GateSettings, LogSettings, Settings, SystemJobsSettings, SystemSettings
from headgate.systems import side_by_side
from headgate.systems.side_by_side import Ended, Machine
from headgate.wiring import lineage_events, stores, system_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit

GATE = {
    "HEADGATE_CURATED_BUCKET": "curated",
    "HEADGATE_ARTIFACTS_BUCKET": "artifacts",
    "HEADGATE_QUARANTINE_BUCKET": "quarantine",
    "HEADGATE_FILES_TABLE": "files",
    "HEADGATE_MASKING_KEY_SECRET": "masking",
}


def test_settings_are_the_environments() -> None:
    settings = GateSettings.from_env({**GATE, "HEADGATE_LEASE_S": "20", "HOME": "/"})
    assert vars(settings) == {
        "curated_bucket": "curated",
        "quarantine_bucket": "quarantine",
        "files_table": "files",
        "masking_key_secret": "masking",
        "artifacts_bucket": "artifacts",
        "lease_s": 20,
        "raw_originals": "keep",
    }


def test_a_variable_with_a_default_may_be_left_out() -> None:
    assert GateSettings.from_env(GATE).lease_s == 300


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        GateSettings.from_env({"HEADGATE_FILES_TABLE": "files", "HEADGATE_CURATED_BUCKET": ""})
    assert str(caught.value) == (
        "missing environment variables: HEADGATE_CURATED_BUCKET, HEADGATE_QUARANTINE_BUCKET, HEADGATE_MASKING_KEY_SECRET, "
        "HEADGATE_ARTIFACTS_BUCKET"
    )


@pytest.mark.parametrize(
    ("settings", "variable", "text"),
    [
        (GateSettings, "HEADGATE_LEASE_S", "soon"),
        (SystemSettings, "HEADGATE_PROD_BUCKETS", "{"),
        (SystemJobsSettings, "HEADGATE_SYSTEM_ARGUMENTS", "{"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(settings: type[Settings], variable: str, text: str) -> None:
    env = {**GATE, "HEADGATE_PROD_DATABASE": "prod", "HEADGATE_PROD_BUCKETS": "{}", "HEADGATE_SYSTEM_ROLES": "{}", variable: text}
    with pytest.raises(SettingsError, match=variable):
        settings.from_env(env)


def test_buckets_of_the_systems_are_a_json_object() -> None:
    env = {
        "HEADGATE_CURATED_BUCKET": "curated",
        "HEADGATE_PROD_DATABASE": "prod",
        "HEADGATE_PROD_BUCKETS": '{"retail-copilot": "retail-copilot-prod-0"}',
    }
    assert SystemSettings.from_env(env).prod_buckets == {"retail-copilot": "retail-copilot-prod-0"}


def test_audited_logs_are_a_json_list_and_may_be_none() -> None:
    assert LogSettings.from_env({"HEADGATE_LOG_GROUPS": '["/aws/lambda/a", "/aws-glue/b"]'}).log_groups == [
        "/aws/lambda/a",
        "/aws-glue/b",
    ]
    assert not LogSettings.from_env({}).log_groups


def test_lineage_events_are_sent_where_a_server_is_stated_and_nowhere_else() -> None:
    assert lineage_events.lineage_sender({}) is None
    sender = lineage_events.lineage_sender({"HEADGATE_LINEAGE_URL": "https://marquez.example.com"})
    assert sender
    receiver = sender.receiver()
    assert (receiver.address, receiver.api_key, receiver.pauses_s) == ("https://marquez.example.com/api/v1/lineage", "", ())
    assert receiver.timeout_s <= 3


def test_the_failure_of_a_run_is_described_without_card_data_and_without_the_text_of_a_library() -> None:
    number = "4111 1111 1111 1111"  # published by payment gateways for tests
    assert lineage_events.describe_failure(AuditError(f"card {number}")) == "AuditError: card [PAN ****1111]"
    assert lineage_events.describe_failure(f"card {number}") == "card [PAN ****1111]"
    assert lineage_events.describe_failure(ValueError(f"card {number}")) == "unexpected ValueError"


class Marks:
    """An object store that keeps keys; one key cannot be written."""

    def __init__(self, refused: str) -> None:
        self.refused, self.written = refused, list[str]()

    def write(self, ref: ObjectRef, _: bytes) -> None:
        if ref.key.endswith(self.refused):
            raise ServiceError(f"write {ref.key}")
        self.written.append(ref.key)


SIDE_BY_SIDE = {
    "HEADGATE_ARTIFACTS_BUCKET": "artifacts",
    "HEADGATE_SYSTEM_ROLES": '{"retail-copilot": "arn:aws:iam::123456789012:role/one"}',
    "HEADGATE_SYSTEM_ARGUMENTS": '{"retail-copilot": {"system": "retail-copilot"}}',
}
LAKE = LakeSnapshot("0123456789abcdef", date(2026, 1, 2), {})


def ended_side_by_side(
    monkeypatch: pytest.MonkeyPatch, machine: Machine, causes: dict[str, str], marks: Marks
) -> tuple[dict[str, str], list[str]]:
    """How systems ended whose processes end at once, and in which order they started."""
    started: list[str] = []

    def build(systems: Sequence[str], *_: object) -> Iterator[Ended]:
        started.extend(systems)
        yield from (Ended(system, causes[system]) for system in systems)

    monkeypatch.setattr(side_by_side, "build_side_by_side", build)
    monkeypatch.setattr(side_by_side, "this_machine", lambda: machine)
    monkeypatch.setattr(stores, "objects", lambda: marks)
    found = system_jobs.build_side_by_side(SIDE_BY_SIDE, list(causes), LAKE, Path("job.py"), Path())
    return {one.system: one.cause for one in found}, started


def test_a_system_that_was_built_is_marked_and_a_failure_or_a_lost_mark_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    marks, machine = Marks(refused="global-market-pulse"), Machine(4, 16 * 10**9, 10**9)
    causes = {"retail-copilot": "AuditError: no rows", "global-market-pulse": "", "demand-insights-engine": "", "own-models": ""}
    ended, started = ended_side_by_side(monkeypatch, machine, causes, marks)
    assert started[0] == max(causes, key=lambda system: Measured.load().seconds_of(system, held_gb=0))
    assert sorted(marks.written) == ["runs/unchanged/demand-insights-engine", "runs/unchanged/own-models"]
    assert ended["retail-copilot"] == "AuditError: no rows"
    assert ended["global-market-pulse"].startswith("It is built, but not marked as built")
    assert (ended["demand-insights-engine"], ended["own-models"]) == ("", "")


def test_systems_that_are_built_at_the_same_time_share_the_memory_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    environments: dict[str, Mapping[str, str]] = {}

    class Processes:
        def __init__(self, _: object) -> None: ...

        def start(self, _: Path, environment: Mapping[str, str], *_rest: object) -> None:
            environments[environment["system"]] = environment

    def build(systems: Sequence[str], start: Callable[[str], object], *_: object) -> Iterator[Ended]:
        for system in systems:
            start(system)
            yield Ended(system, "")

    monkeypatch.setattr(child_process, "ChildProcesses", Processes)
    monkeypatch.setattr(sts, "credentials_of", lambda *_: None)
    monkeypatch.setattr(side_by_side, "build_side_by_side", build)
    monkeypatch.setattr(side_by_side, "this_machine", lambda: Machine(2, 14 * 10**9, 10**12))
    monkeypatch.setattr(stores, "objects", lambda: Marks("none"))
    systems = ["global-market-pulse", "retail-copilot"]
    roles, arguments = dict.fromkeys(systems, "arn:aws:iam::123456789012:role/one"), {system: {"system": system} for system in systems}
    environment = {**SIDE_BY_SIDE, "HEADGATE_SYSTEM_ROLES": json.dumps(roles), "HEADGATE_SYSTEM_ARGUMENTS": json.dumps(arguments)}
    assert {one.system for one in system_jobs.build_side_by_side(environment, systems, LAKE, Path("job.py"), Path())} == {*systems}
    assert {system: one["HEADGATE_TABLE_MEMORY_MB"] for system, one in environments.items()} == dict.fromkeys(systems, "3500")


def test_no_system_starts_on_a_machine_that_holds_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended_side_by_side(monkeypatch, Machine(4, 10**8, 10**9), {"retail-copilot": ""}, Marks("none")) == ({}, [])
