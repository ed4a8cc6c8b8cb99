"""`headgate push --pull` writes the datasets that people created, except removed ones."""

from __future__ import annotations

import json

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry
from headgate.lake.created_datasets import Author, CreatedDatasets
from headgate.lake.definitions import DefinitionVersions
from headgate.wiring import push, stores

pytestmark = pytest.mark.unit

ENV = {"HEADGATE_ARTIFACTS_BUCKET": "artifacts", "HEADGATE_DEPLOYMENT_ID": "abcd1234"}
ANN = Author("ann", "2026-05-01T10:00:00")


def test_a_removed_dataset_is_no_file_for_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    objects = MemoryObjects()
    monkeypatch.setattr(stores, "objects", lambda: objects)
    created = CreatedDatasets(DefinitionVersions(objects, "artifacts", "abcd1234"))
    document = json.loads(json.dumps(to_odcs(next(iter(Registry.load().source.values()))), default=str))
    for dataset in ("visits", "shifts"):
        created.store(dataset, document, ANN)
    assert set(push.files_of_people(ENV)) == {
        "contracts/source/shifts.yaml",
        "contracts/source/visits.yaml",
    }
    created.remove("visits", ANN)
    assert set(push.files_of_people(ENV)) == {"contracts/source/shifts.yaml"}
    created.end_removal("visits", ANN)
    assert "contracts/source/visits.yaml" in push.files_of_people(ENV)
