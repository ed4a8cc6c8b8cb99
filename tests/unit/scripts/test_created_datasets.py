"""A deployment takes over the datasets that people created once the project has their contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.lake import keys
from headgate.lake.definitions import Definitions, DefinitionVersions, created_file, removal_file
from headgate.lake.ports import ObjectRef
from scripts.deployment.created_datasets import about_people, import_blocks, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit


@dataclass
class DeployedObjects(MemoryObjects):
    """Objects beside the code of a deployment."""

    def metadata(self, ref: ObjectRef) -> Mapping[str, str]:
        assert ref.key == keys.DEPLOYED_CODE
        return {"deployment": "abcd1234"}


@pytest.fixture
def objects() -> DeployedObjects:
    """A lake in which people created two datasets, and handed in a third."""
    made = DeployedObjects()
    versions = DefinitionVersions(made, "artifacts", "0000aaaa")
    files = {created_file(name): "{}" for name in ("visits", "shifts")}
    versions.create(Definitions(files, "ann", "2026-05-01T10:00:00"), "")
    for name in ("visits", "shifts", "staff"):
        hand_in(made, name, "2026-05-01T10:00:00")
    return made


def hand_in(objects: MemoryObjects, dataset: str, at: str) -> None:
    """Store a contract with its author, which this does not put into use."""
    author = json.dumps({"by": "ann", "at": at}).encode()
    objects.write(ObjectRef("artifacts", keys.contract_draft_key(dataset)), b"{}")
    objects.write(ObjectRef("artifacts", f"{keys.CONTRACT_DRAFTS}/{dataset}.author.json"), author)


def created(objects: MemoryObjects) -> set[str]:
    """The created contracts that are in use."""
    versions = DefinitionVersions(objects, "artifacts", "abcd1234")
    return {*versions.created(versions.pointer()[0].created).files}


def test_created_datasets_about_people_are_named_until_the_project_has_them() -> None:
    made = DeployedObjects()
    files = {created_file(name): contract_text(name, text) for name, text in CLASSIFIED.items()}
    versions = DefinitionVersions(made, "artifacts", "abcd1234")
    versions.create(Definitions(files, "ann", "2026-05-01T10:00:00"), "")
    assert about_people(made, "artifacts", []) == ["runners"]
    assert about_people(made, "artifacts", ["runners"]) == []


CLASSIFIED = {"runners": {"classification": "personal"}, "hives": {}}


def contract_text(name: str, facts: Mapping[str, str]) -> str:
    column = {"name": "a", "logicalType": "string", "physicalType": "VARCHAR(8)", **facts}
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"headgate.source.{name}",
        "name": name,
        "version": "0.1.0",
        "status": "active",
        "schema": [{"name": name, "logicalType": "object", "properties": [column]}],
    }
    return json.dumps(document)


def test_a_dataset_that_is_in_no_file_of_the_project_stays_and_is_named(objects: DeployedObjects) -> None:
    line = settle(objects, "artifacts", ["sales"], "2026-05-02T10:00:00")
    assert line.startswith("3 datasets of people are in no file of the project: shifts, staff, visits. ")
    assert created(objects) == {created_file("visits"), created_file("shifts")}


def test_a_dataset_that_the_deployment_brings_is_the_project_s_alone(objects: DeployedObjects) -> None:
    line = settle(objects, "artifacts", ["sales", "visits", "staff"], "2026-05-02T10:00:00")
    assert line.startswith("1 dataset of people is in no file of the project: shifts. ")
    assert created(objects) == {created_file("shifts")}
    drafts = {item.ref.key for item in objects.list("artifacts", f"{keys.CONTRACT_DRAFTS}/")}
    assert drafts == {"contract_drafts/shifts.yaml", "contract_drafts/shifts.author.json"}


def test_a_removed_dataset_is_not_named_and_its_removal_ends_when_the_project_has_the_name(
    objects: DeployedObjects,
) -> None:
    versions = DefinitionVersions(objects, "artifacts", "abcd1234")
    removal = '{"by": "ann", "at": "2026-05-01T10:00:00", "name": "visits@1"}'
    files = {created_file("shifts"): "{}", removal_file("visits"): removal}
    versions.create(Definitions(files, "ann", "2026-05-01T11:00:00"), versions.pointer()[1])
    line = settle(objects, "artifacts", ["sales"], "2026-05-02T10:00:00")
    assert line.startswith("2 datasets of people are in no file of the project: shifts, staff. ")
    assert created(objects) == {*files}
    hand_in(objects, "visits", "2026-05-01T12:00:00")
    line = settle(objects, "artifacts", ["sales"], "2026-05-02T10:00:00")
    assert line.startswith("3 datasets of people are in no file of the project: shifts, staff, visits. ")
    settle(objects, "artifacts", ["sales", "visits"], "2026-05-02T10:00:00")
    assert created(objects) == {created_file("shifts")}


def test_nothing_is_said_where_nobody_created_anything() -> None:
    assert not settle(DeployedObjects(), "artifacts", ["sales"], "2026-05-02T10:00:00")


def test_a_table_is_imported_by_catalog_database_and_name() -> None:
    assert import_blocks("123456789012", "shop_curated", {"visits"}) == (
        'import {\n  to = aws_glue_catalog_table.published["curated.visits"]\n'
        '  id = "123456789012:shop_curated:visits"\n}\n'
    )
