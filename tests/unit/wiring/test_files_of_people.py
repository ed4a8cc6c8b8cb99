"""`headgate push --pull` writes the datasets that people created, except removed ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.lake import created_datasets
from headgate.lake.created_datasets import Author, CreatedDatasets
from headgate.lake.definitions import DefinitionVersions
from headgate.wiring import push, stores

pytestmark = pytest.mark.unit

ENV = {"HEADGATE_ARTIFACTS_BUCKET": "artifacts", "HEADGATE_DEPLOYMENT_ID": "abcd1234"}
ANN = Author("ann", "2026-05-01T10:00:00")


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> CreatedDatasets:
    """Two datasets that people created."""
    objects = MemoryObjects()
    monkeypatch.setattr(stores, "objects", lambda: objects)
    made = CreatedDatasets(DefinitionVersions(objects, "artifacts", "abcd1234"))
    for dataset in ("visits", "shifts"):
        made.take_name(dataset, ANN, made.name_owner(dataset))
        made.store(dataset, document())
    return made


def document() -> dict[str, Any]:
    contract = next(iter(Registry.load().source.values()))
    return dict(json.loads(json.dumps(to_odcs(contract), default=str)))


def test_a_removed_dataset_is_no_file_for_the_project(created: CreatedDatasets) -> None:
    assert set(push.files_of_people(ENV)) == {
        "contracts/source/shifts.yaml",
        "contracts/source/visits.yaml",
    }
    created.remove("visits", ANN)
    assert set(push.files_of_people(ENV)) == {"contracts/source/shifts.yaml"}
    created.end_removal("visits", ANN)
    assert "contracts/source/visits.yaml" in push.files_of_people(ENV)


def test_a_contract_that_is_handed_in_after_a_removal_is_a_file_for_the_project(
    created: CreatedDatasets,
) -> None:
    created.remove("visits", ANN)
    created.take_name("visits", Author("ann", "2026-05-01T10:00:01"), created.name_owner("visits"))
    created.store("visits", document())
    assert "contracts/source/visits.yaml" in push.files_of_people(ENV)
    assert created.removal("visits") is None


def test_a_forgotten_removal_does_not_become_a_file_for_the_project(
    created: CreatedDatasets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(created_datasets, "MAX_REMOVALS", 1)
    created.remove("visits", ANN)
    created.remove("shifts", Author("ann", "2026-05-01T10:00:01"))
    assert created.removals().keys() == {"shifts"}
    assert push.files_of_people(ENV) == {}
    assert created.names() == ["shifts"]
