"""Versions of pushed contracts and SQL models, and the pointer to the version in use."""

from __future__ import annotations

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import ConflictError, NotFoundError
from headgate.lake.definitions import (
    DEPLOYED,
    Definitions,
    DefinitionVersions,
    build_id,
    created_file,
    version_parts,
)

pytestmark = pytest.mark.unit

FIRST = Definitions({"models/totals.sql": "select 1 as n from sales"}, "ann", "2026-05-01T10:00:00")
SECOND = Definitions(
    {"models/totals.sql": "select 2 as n from sales", "contracts/source/sales.yaml": "{}"},
    "ben",
    "2026-05-01T11:00:00",
)


@pytest.fixture
def versions() -> DefinitionVersions:
    return DefinitionVersions(MemoryObjects(), "artifacts", "abcd1234")


def move(versions: DefinitionVersions, to: Definitions) -> None:
    """Push a version, as nobody else does."""
    versions.keep(to)
    versions.move(to.version, versions.pointer()[1], to.pushed_by, to.pushed_at)


def test_a_lake_to_which_nothing_was_pushed_uses_what_was_deployed(versions: DefinitionVersions) -> None:
    assert versions.in_use() == DEPLOYED
    assert versions.pointer()[0].version == DEPLOYED
    assert versions.pushed() == []


def test_the_last_push_is_in_use_and_names_the_one_before(versions: DefinitionVersions) -> None:
    move(versions, FIRST)
    move(versions, SECOND)
    push, _ = versions.pointer()
    assert (push.version, push.before, push.pushed_by) == (SECOND.version, FIRST.version, "ben")
    assert versions.in_use() == SECOND.version
    assert versions.read(FIRST.version) == FIRST
    assert versions.pushed() == [SECOND, FIRST]


def test_the_version_is_a_hash_of_the_definitions_alone() -> None:
    again = Definitions(dict(FIRST.files), "zoe", "2027-01-01T00:00:00")
    assert again.version == FIRST.version != SECOND.version


def test_models_and_contracts_are_read_by_table_and_by_zone() -> None:
    assert SECOND.models == {"totals": "select 2 as n from sales"}
    assert SECOND.contracts == {"source/sales": "{}"}


def test_the_first_push_of_a_version_is_kept(versions: DefinitionVersions) -> None:
    versions.keep(FIRST)
    versions.keep(Definitions(FIRST.files, "zoe", "2027-01-01T00:00:00"))
    assert versions.pushed()[0].pushed_by == "ann"


def test_of_two_people_who_push_at_once_one_has_a_conflict(versions: DefinitionVersions) -> None:
    for known in (FIRST, SECOND):
        _, etag = versions.pointer()
        versions.keep(known)
        versions.move(
            FIRST.version if known is SECOND else SECOND.version, etag, "ann", "2026-05-01T12:00:00"
        )
        with pytest.raises(ConflictError, match="Somebody else pushed"):
            versions.move(known.version, etag, "ben", "2026-05-01T12:00:01")


def test_a_pointer_to_another_deployment_is_ignored_and_replaced(versions: DefinitionVersions) -> None:
    move(versions, FIRST)
    deployed_since = DefinitionVersions(versions.objects, versions.bucket, "ffff0000")
    assert deployed_since.in_use() == DEPLOYED
    with pytest.raises(NotFoundError, match="headgate push --list"):
        deployed_since.read(FIRST.version)
    move(deployed_since, SECOND)
    assert (deployed_since.in_use(), deployed_since.pointer()[0].before) == (SECOND.version, DEPLOYED)
    assert versions.in_use() == DEPLOYED


def test_the_pointer_can_go_back_to_what_was_deployed(versions: DefinitionVersions) -> None:
    move(versions, FIRST)
    versions.move(DEPLOYED, versions.pointer()[1], "ann", "2026-05-01T12:00:00")
    assert versions.in_use() == DEPLOYED


def test_tables_are_built_again_for_another_version_and_for_another_deployment() -> None:
    ids = [
        build_id(deployment, version)
        for deployment in ("abcd1234", "ffff0000")
        for version in ("", FIRST.version, SECOND.version)
    ]
    assert len(set(ids)) == len(ids)
    assert build_id("abcd1234", "") == build_id("abcd1234", DEPLOYED) == "abcd1234"
    assert {len(file_id) for file_id in ids} == {8}


CREATED = Definitions({created_file("visits"): "{}"}, "ann", "2026-05-01T10:00:00")


def create(versions: DefinitionVersions, created: Definitions) -> None:
    """Put datasets into use that people created, while nobody pushes."""
    versions.create(created, versions.pointer()[1])


def test_created_datasets_are_in_use_beside_each_version(versions: DefinitionVersions) -> None:
    create(versions, CREATED)
    assert version_parts(versions.in_use()) == (DEPLOYED, CREATED.version)
    move(versions, FIRST)
    assert version_parts(versions.in_use()) == (FIRST.version, CREATED.version)
    assert versions.created(CREATED.version) == CREATED
    assert CREATED.contracts == {"source/visits": "{}"}


def test_created_datasets_survive_a_deployment_and_a_pushed_version_does_not(
    versions: DefinitionVersions,
) -> None:
    move(versions, FIRST)
    create(versions, CREATED)
    deployed_since = DefinitionVersions(versions.objects, versions.bucket, "ffff0000")
    assert version_parts(deployed_since.in_use()) == (DEPLOYED, CREATED.version)
    create(deployed_since, Definitions({}))
    assert deployed_since.in_use() == DEPLOYED


def test_a_creation_and_a_push_at_once_lose_nothing(versions: DefinitionVersions) -> None:
    _, etag = versions.pointer()
    move(versions, FIRST)
    with pytest.raises(ConflictError):
        versions.create(CREATED, etag)
    create(versions, CREATED)
    assert version_parts(versions.in_use()) == (FIRST.version, CREATED.version)


def test_no_table_is_built_again_for_a_created_dataset() -> None:
    assert build_id("abcd1234", f"{DEPLOYED}+{CREATED.version}") == "abcd1234"
    assert build_id("abcd1234", f"{FIRST.version}+{CREATED.version}") == build_id("abcd1234", FIRST.version)
