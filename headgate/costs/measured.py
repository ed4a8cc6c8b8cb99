"""Processor and storage use measured by `make bench-cost`: seconds on one core, and bytes."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, NamedTuple

from headgate.project import all_domains

TABLES_GB = 1.0  # DuckDB's minimum in headgate.engines.local
# Some of a query's memory cannot spill. Over a snapshot of 8 GB, DuckDB failed at queries of two systems with
# 1 GB, and at none with 3.5 GB.
TABLES_GB_PER_GB = 0.45


class Line(NamedTuple):
    """A fixed use plus a use per GB of Parquet."""

    fixed: float
    per_gb: float

    def of(self, gb: float) -> float:
        """Return the use for `gb` GB."""
        return self.fixed + self.per_gb * gb


@dataclass(frozen=True)
class MeasuredSystem:
    """The use of one system's build, by the size of the snapshot.

    Attributes:
        memory_mb: peak memory of its process if DuckDB may use TABLES_GB.
        disk_mb: its own files, in addition to the datasets that it reads.
        day_seconds: seconds of a run with one more day of data, if the previous run kept its facts; None if
            not measured.
        hour_seconds: seconds of a further run of the same day, likewise.
    """

    seconds: Line
    memory_mb: Line
    disk_mb: Line
    day_seconds: Line | None = None
    hour_seconds: Line | None = None

    def seconds_of_days(self, gb: float, days: float) -> float:
        """Return the seconds of a run with `days` more days of data, for a snapshot of `gb` GB.

        Of several runs a day it is the mean: the first one is a run after a day, the others are further runs
        of it.
        """
        full_s = self.seconds.of(gb)
        if not self.day_seconds:
            return full_s
        day_s = self.day_seconds.of(gb)
        further_s = min(day_s, self.hour_seconds.of(gb)) if self.hour_seconds else day_s
        return min(full_s, days * day_s + max(0, 1 - days) * further_s)


# The largest figures of all measured systems, for a lake without any of them.
_LARGEST = MeasuredSystem(Line(45, 203), Line(898, 191), Line(292, 1072))


@dataclass(frozen=True)
class Measured:
    """The use of each part of the work.

    Attributes:
        gate_s_per_gb: per GB of CSV text.
        curated_share: bytes of curated Parquet per byte of CSV text.
        merge_s: for the merge of all datasets, by the Parquet that is read and written.
        checks_s: for the quality gate's suites, by the Parquet that they check.
    """

    measured_on: date
    gate_s_per_gb: float
    curated_share: float
    merge_s: Line
    checks_s: Line
    systems: Mapping[str, MeasuredSystem]

    def memory_gb_of(self, system: str, held_gb: float) -> float:
        """Return the memory that a system's process needs for a snapshot of `held_gb` GB of Parquet.

        For a system that was not measured, it is the largest known.
        """
        beside_tables_gb = (
            max(system_use.memory_mb.of(held_gb) for system_use in self._measured(system)) / 1000 - TABLES_GB
        )
        return beside_tables_gb + max(TABLES_GB, TABLES_GB_PER_GB * held_gb)

    def disk_gb_of(self, system: str, held_gb: float) -> float:
        """Return the disk that a system needs for the snapshot and for its own files.

        For a system that was not measured, it is the largest known.
        """
        return held_gb + max(system_use.disk_mb.of(held_gb) for system_use in self._measured(system)) / 1000

    def seconds_of(self, system: str, held_gb: float, days: float = math.inf) -> float:
        """Return the seconds of a system's build; for a system that was not measured, the largest known.

        Args:
            days: of data since the previous run, whose facts are kept; by default everything is computed.
        """
        return max(system_use.seconds_of_days(held_gb, days) for system_use in self._measured(system))

    def _measured(self, system: str) -> tuple[MeasuredSystem, ...]:
        return (
            (self.systems[system],) if system in self.systems else tuple(self.systems.values()) or (_LARGEST,)
        )

    @classmethod
    def load(cls) -> Measured:
        """Return the measurements of the engine and of the domains' systems."""
        kept = [
            files("headgate.costs").joinpath("measured.toml"),
            *(domain.part("measured.toml") for domain in all_domains()),
        ]
        return cls.parse("\n".join(file.read_text(encoding="utf-8") for file in kept if file.is_file()))

    @classmethod
    def parse(cls, text: str) -> Measured:
        """Return the measurements of a TOML text.

        A line has two numbers: the fixed use and the use per GB.
        """
        values: dict[str, Any] = tomllib.loads(text)
        for name in ("merge_s", "checks_s"):
            values[name] = Line(*values[name])
        measured = values.get("systems", {})
        systems = {
            system: {name: Line(*line) for name, line in lines.items()} for system, lines in measured.items()
        }
        return cls(
            **{**values, "systems": {system: MeasuredSystem(**lines) for system, lines in systems.items()}}
        )
