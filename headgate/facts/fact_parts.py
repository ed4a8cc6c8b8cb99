"""The parts of a fact, and groups of neighbouring parts whose combined rows are stored as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.facts.kept_files import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.facts.part_files import PartFile

GROUP_PARTS = 16
"""Average number of parts of a group."""


@dataclass(frozen=True)
class FactPart:
    """One part of a fact: its input parts by dataset, its address and its local file."""

    inputs: Mapping[str, tuple[PartFile, ...]]
    address: str
    path: Path


@dataclass(frozen=True)
class PartGroup:
    """Two neighbouring parts or more, the address of their combined rows and its local file."""

    parts: tuple[FactPart, ...]
    address: str
    path: Path


def group_name(fact: str) -> str:
    """Return the name under which the groups of a fact are stored."""
    return f"{fact}_groups"


def part_groups(fact: str, parts: Sequence[FactPart], folder: Path) -> list[PartGroup]:
    """Return the groups of neighbouring parts; a part alone is in none.

    The address of a part decides whether it ends a group, so a changed part changes few groups.
    """
    groups = []
    for together in _together(parts):
        if len(together) > 1:
            address = address_of(*(part.address for part in together))
            groups.append(PartGroup(together, address, folder / f"{group_name(fact)}-{address}.parquet"))
    return groups


def _together(parts: Sequence[FactPart]) -> Iterator[tuple[FactPart, ...]]:
    together: list[FactPart] = []
    for part in parts:
        together.append(part)
        if int(part.address, 16) % GROUP_PARTS == 0:
            yield tuple(together)
            together = []
    yield tuple(together)
