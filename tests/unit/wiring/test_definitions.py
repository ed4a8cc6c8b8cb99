"""A unit of work chooses its version of the definitions once, and all that it reads is of this version."""

from __future__ import annotations

import json
import os
import runpy
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.errors import NotPermittedError
from headgate.lake import keys
from headgate.lake.definitions import DEPLOYED, Definitions, DefinitionVersions, created_file, removal_file
from headgate.lake.ports import ObjectRef
from headgate.settings import CuratedSettings
from headgate.systems.packed_files import package_files
from headgate.systems.push_rules import definition_files
from headgate.wiring import definitions, intake, stores
from lambdas.raw_to_curated import handler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.ports import ObjectInfo

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
ENV = {
    "HEADGATE_ARTIFACTS_BUCKET": "artifacts",
    "HEADGATE_CURATED_BUCKET": "curated",
    "HEADGATE_QUARANTINE_BUCKET": "quarantine",
    "HEADGATE_FILES_TABLE": "files",
    "HEADGATE_MASKING_KEY_SECRET": "key",
    "HEADGATE_DEPLOYMENT_ID": "abcd1234",
}


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> MemoryObjects:
    made = MemoryObjects()
    monkeypatch.setattr(stores, "objects", lambda: made)
    for cached in (definitions._registry, definitions._pushed):
        cached.cache_clear()
    return made


def push(objects: MemoryObjects, version: str, deployment: str = "abcd1234") -> str:
    """Push the contract of customers under another version of its own; return the definitions' version."""
    document = to_odcs(Registry.load().source["customers"])
    text = json.dumps({**document, "version": version}, default=str)
    versions = DefinitionVersions(objects, "artifacts", deployment)
    pushed = Definitions(
        {
            "contracts/source/customers.yaml": text,
            "models/totals.sql": f"select {version[0]}",
            "dashboards/sales.yaml": "{}",
        }
    )
    versions.keep(pushed)
    versions.move(pushed.version, versions.pointer()[1], "ann", "2026-05-01T10:00:00")
    return pushed.version


def contract_version(env: Mapping[str, str]) -> str:
    return definitions.registry(env).source["customers"].version


def test_a_lake_to_which_nothing_was_pushed_has_the_contracts_of_its_deployment(
    objects: MemoryObjects,
) -> None:
    assert objects
    env = definitions.chosen(ENV)
    assert (env[definitions.VARIABLE], definitions.pushed_version(env)) == (DEPLOYED, "")
    assert definitions.registry(env) == Registry.load()
    assert definitions.pushed_models(env) is definitions.pushed_dashboards(env) is None
    assert definitions.build_id(env) == "abcd1234"


def test_the_next_unit_of_work_has_what_was_pushed(objects: MemoryObjects) -> None:
    version = push(objects, "7.0.0")
    env = definitions.chosen(ENV)
    assert (env[definitions.VARIABLE], contract_version(env)) == (version, "7.0.0")
    assert definitions.pushed_models(env) == {"totals": "select 7"}
    assert definitions.pushed_dashboards(env) == {"sales": "{}"}
    assert definitions.build_id(env) != "abcd1234"


def test_a_unit_of_work_ends_with_the_version_that_it_began_with(objects: MemoryObjects) -> None:
    before = definitions.chosen(ENV)
    push(objects, "7.0.0")
    first = definitions.chosen(ENV)
    push(objects, "8.0.0")
    assert contract_version(before) == Registry.load().source["customers"].version
    assert (contract_version(definitions.chosen(first)), contract_version(ENV)) == ("7.0.0", "8.0.0")


def test_a_job_has_one_version_from_its_begin_to_its_end(objects: MemoryObjects) -> None:
    def job(arguments: Mapping[str, str]) -> tuple[str, str]:
        began = contract_version(arguments)
        push(objects, "8.0.0")
        return began, contract_version(arguments)

    push(objects, "7.0.0")
    assert definitions.with_one_version(job, CuratedSettings)(ENV) == ("7.0.0", "7.0.0")


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "glue_jobs").glob("*.py")))
def test_a_job_names_all_missing_settings_before_it_asks_for_a_version(
    objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    assert objects
    for name in [name for name in os.environ if name.startswith("HEADGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "argv", [script])
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # a job sets it unless it is set
    with pytest.raises(
        SystemExit, match=r"^SettingsError: missing environment variables: HEADGATE_\w+, HEADGATE_"
    ):
        runpy.run_path(str(ROOT / "glue_jobs" / script), run_name="__main__")


def test_contracts_take_one_question_for_the_deployment_where_the_environment_names_none(
    objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(objects, "7.0.0")
    env = {name: text for name, text in definitions.chosen(ENV).items() if name != "HEADGATE_DEPLOYMENT_ID"}
    asked = list[ObjectRef]()

    def metadata(code: ObjectRef) -> Mapping[str, str]:
        asked.append(code)
        return {"deployment": "abcd1234"}

    monkeypatch.setattr(objects, "metadata", metadata, raising=False)
    assert contract_version(env) == "7.0.0"
    assert asked == [ObjectRef("artifacts", keys.DEPLOYED_CODE)]


def test_a_version_of_an_earlier_deployment_gives_way_to_the_deployment(objects: MemoryObjects) -> None:
    """A large file that was handed over before a deployment is checked by the contracts of the new one."""
    version = push(objects, "7.0.0", deployment="0000aaaa")
    handed_over = {**ENV, definitions.VARIABLE: version}
    assert definitions.chosen(handed_over)[definitions.VARIABLE] == DEPLOYED
    assert definitions.registry(handed_over) == Registry.load()


def create(objects: MemoryObjects, deployment: str = "abcd1234") -> str:
    """Create the dataset `visits` with the columns of customers; return the name of the created contracts."""
    document = to_odcs(Registry.load().source["customers"])
    table = {**document["schema"][0], "name": "visits"}
    text = json.dumps({**document, "name": "visits", "schema": [table]}, default=str)
    versions = DefinitionVersions(objects, "artifacts", deployment)
    created = Definitions({created_file("visits"): text}, "ann", "2026-05-01T10:00:00")
    versions.create(created, versions.pointer()[1])
    return created.version


def test_a_created_dataset_is_in_use_beside_the_deployment_s_contracts(objects: MemoryObjects) -> None:
    created = create(objects)
    env = definitions.chosen(ENV)
    assert env[definitions.VARIABLE] == definitions.pushed_version(env) == f"{DEPLOYED}+{created}"
    registry, deployed = definitions.registry(env), Registry.load()
    assert registry.source.keys() - deployed.source.keys() == {"visits"}
    assert registry.curated.keys() - deployed.curated.keys() == {"visits"}
    assert definitions.pushed_models(env) is definitions.pushed_dashboards(env) is None
    assert (definitions.build_id(env), definitions.version_of_tables(env)) == ("abcd1234", "")


def test_a_created_dataset_is_in_use_beside_a_pushed_version(objects: MemoryObjects) -> None:
    created, version = create(objects), push(objects, "7.0.0")
    env = definitions.chosen(ENV)
    assert env[definitions.VARIABLE] == f"{version}+{created}"
    assert (contract_version(env), "visits" in definitions.registry(env).source) == ("7.0.0", True)
    assert definitions.pushed_models(env) == {"totals": "select 7"}
    assert definitions.version_of_tables(env) == version


def test_a_removed_dataset_is_named_unless_a_contract_describes_it_again(objects: MemoryObjects) -> None:
    assert definitions.removed_datasets(definitions.chosen(ENV)) == frozenset()
    create(objects)
    versions = DefinitionVersions(objects, "artifacts", "abcd1234")
    before = versions.created(versions.pointer()[0].created).files
    removal = json.dumps({"by": "ann", "at": "2026-05-01T10:00:00", "name": "visits@2026-05-01T10:00:00"})
    for files, names in (
        ({removal_file("visits"): removal, removal_file("orders"): removal}, {"visits"}),
        ({**before, removal_file("visits"): removal}, set()),
    ):
        versions.create(Definitions(files, "ann", "2026-05-01T11:00:00"), versions.pointer()[1])
        assert definitions.removed_datasets(definitions.chosen(ENV)) == names


def test_a_created_dataset_stays_in_use_after_a_deployment(objects: MemoryObjects) -> None:
    push(objects, "7.0.0", deployment="0000aaaa")
    created = create(objects, deployment="0000aaaa")
    handed_over = {**ENV, definitions.VARIABLE: f"ffffffffffffffff+{created}"}
    for env in (definitions.chosen(ENV), definitions.chosen(handed_over)):
        assert env[definitions.VARIABLE] == f"{DEPLOYED}+{created}"
        assert "visits" in definitions.registry(env).source


def test_a_caller_who_may_not_read_what_is_in_use_knows_the_own_folder(
    objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(objects)
    env = {**ENV, "HEADGATE_CURATED_DATABASE": "c", "HEADGATE_PROD_DATABASE": "p"}
    env |= {"HEADGATE_WORKGROUP": "w", "HEADGATE_RESULTS_BUCKET": "r"}
    assert "visits" in definitions.databases(env).tables()["c"]

    def denied(_: ObjectRef) -> tuple[bytes, str]:
        raise NotPermittedError("read definitions/current.json: AccessDenied")

    monkeypatch.setattr(objects, "read_with_etag", denied)
    tables = definitions.databases(env).tables()["c"]
    assert "orders" in tables
    assert "visits" not in tables


def test_rules_of_the_gate_name_the_version_that_they_are_of(
    objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    version = push(objects, "7.0.0")
    rules = intake.gate_rules(ENV)
    assert (rules.definitions, rules.contracts["customers"].version) == (version, "7.0.0")
    assert rules.mappings
    assert rules.mappings.contracts == rules.contracts


def test_a_process_reads_each_version_once(objects: MemoryObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    push(objects, "7.0.0")
    env, reads = definitions.chosen(ENV), list[object]()
    first = definitions.registry(env)
    monkeypatch.setattr(objects, "read", reads.append)
    assert definitions.registry(env) is first
    assert reads == []


def test_contracts_of_an_archive_are_those_of_the_project() -> None:
    """A push compares the contracts that were packed."""
    packed = Definitions(definition_files(package_files())).contracts
    assert Registry.load(packed=packed) == Registry.load()


@dataclass
class MeetingObjects(MemoryObjects):
    """An object store that answers the look-up of a file and the read of the pointer only to both at once."""

    both: Barrier = field(default_factory=lambda: Barrier(2, timeout=10))

    def info(self, ref: ObjectRef) -> ObjectInfo:
        self.both.wait()
        return super().info(ref)

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        self.both.wait()
        return super().read_with_etag(ref)


def test_the_gate_reads_the_version_in_use_while_it_looks_up_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    objects, file = MeetingObjects(), ObjectRef("raw", "payments/may.csv")
    objects.write(file, b"rows")
    monkeypatch.setattr(stores, "objects", lambda: objects)
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        handler,
        "gate",
        lambda version: SimpleNamespace(receive=lambda _, look_up: (version, look_up().size_bytes)),
    )
    assert handler.receive(file) == (DEPLOYED, 4)
