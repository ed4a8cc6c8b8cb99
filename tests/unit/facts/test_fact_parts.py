"""Combined rows of neighbouring parts are stored: a run reads the parts of changed groups only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headgate.errors import AuditError
from headgate.facts import fact_parts, part_tables
from headgate.facts.fact_parts import FactPart, group_name, part_groups
from headgate.facts.fact_store import FactStore, used_facts
from headgate.facts.kept_files import address_of
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from tests.unit.facts.test_part_tables import (
    DAYS,
    LABELS,
    PROD,
    SENT,
    FactLake,
    first_lake,
    lake,
    sorted_rows,
)

pytestmark = pytest.mark.unit

__all__ = ["first_lake", "lake"]
PARTS = keys.fact_prefix(DAYS.name)
GROUPS = keys.fact_prefix(group_name(DAYS.name))


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of a few parts, and no snapshot of those of which stored facts are compared."""
    monkeypatch.setattr(fact_parts, "GROUP_PARTS", 3)
    monkeypatch.setattr(part_tables, "is_checked", lambda _: False)


@dataclass
class ReadFacts(FactStore):
    """Remembers which facts were downloaded."""

    read: list[str] = field(default_factory=list)

    def fetch(self, fact: str, address: str, path: Path) -> None:
        self.read.append(keys.fact_key(fact, address))
        super().fetch(fact, address, path)


def facts(lake: FactLake) -> tuple[list[dict[str, Any]], ReadFacts]:
    """The fact's rows after a run, and its store."""
    store = ReadFacts(lake.objects, PROD)
    return lake.facts(store), store


def stored(lake: FactLake, prefix: str) -> set[str]:
    return {key for key in used_facts(lake.objects, PROD) if key.startswith(prefix)}


def parts(count: int, changed: int | None = None) -> list[FactPart]:
    names = [f"{number} {number == changed}" for number in range(count)]
    return [FactPart({}, address_of(name), Path(name)) for name in names]


@pytest.mark.parametrize("changed", range(40))
def test_a_changed_part_changes_at_most_two_groups(changed: int) -> None:
    before = {group.address for group in part_groups("days", parts(40), Path())}
    after = {group.address for group in part_groups("days", parts(40, changed), Path())}
    assert len(before) > 5
    assert len(before - after) <= 2


def test_a_part_is_in_one_group_at_most_and_a_group_has_two_parts_at_least() -> None:
    groups = part_groups("days", parts(200), Path())
    grouped = [part.address for group in groups for part in group.parts]
    assert len(grouped) == len({*grouped})
    assert min(len(group.parts) for group in groups) == 2
    assert part_groups("days", parts(1), Path()) == part_groups("days", [], Path()) == []


def test_a_run_without_changes_reads_groups_instead_of_their_parts(lake: FactLake) -> None:
    first, _ = facts(lake)
    again, store = facts(lake)
    assert again == first
    assert stored(lake, GROUPS) <= {*store.read}
    assert len(store.read) < len(stored(lake, PARTS))
    assert store.counts == {"reused": len(stored(lake, PARTS)), "computed": 0}


def test_a_part_counts_once_in_a_run_that_asks_for_its_fact_twice(lake: FactLake, tmp_path: Path) -> None:
    facts(lake)
    store = ReadFacts(lake.objects, PROD)
    with lake.tables(store, tmp_path) as tables:
        first = sorted_rows(DAYS, tables, LABELS)
        assert sorted_rows(DAYS, tables, LABELS) == first
    assert store.counts == {"reused": len(stored(lake, PARTS)), "computed": 0}


def test_a_changed_row_reads_no_part_of_an_unchanged_group(lake: FactLake) -> None:
    facts(lake)
    groups = stored(lake, GROUPS)
    lake.deliver_items("bb", [(SENT[-1], "c", 1_000)])
    rows, store = facts(lake)
    assert rows == lake.facts(lake.store(is_full=True, bucket="full"))
    kept = groups & stored(lake, GROUPS)
    assert kept
    assert kept <= {*store.read}
    assert len([key for key in store.read if key.startswith(PARTS)]) < len(stored(lake, PARTS)) - len(kept)


def test_a_lost_group_or_part_is_written_again(lake: FactLake) -> None:
    first, _ = facts(lake)
    used = used_facts(lake.objects, PROD)
    for prefix in (GROUPS, PARTS):
        lost = ObjectRef(PROD, min(stored(lake, prefix)))
        body = lake.objects.read(lost)
        lake.objects.delete(lost)
        assert facts(lake)[0] == first
        assert lake.objects.read(lost) == body
        assert used_facts(lake.objects, PROD) == used


def test_a_stored_group_that_differs_from_its_parts_stops_a_checked_run(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_tables, "is_checked", lambda _: True)
    facts(lake)
    facts(lake)
    part = lake.objects.read(ObjectRef(PROD, min(stored(lake, PARTS))))
    for key in stored(lake, GROUPS):
        lake.objects.write(ObjectRef(PROD, key), part)
    with pytest.raises(AuditError, match="differ from those computed now"):
        facts(lake)
