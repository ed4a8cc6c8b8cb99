"""The data that arrives in a lake."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Workload:
    """The arriving data, and the history that the lake keeps.

    Attributes:
        gb_per_day: of CSV text.
        arrivals_per_day: separate moments at which files arrive; one for a nightly export.
        held_days: days of data in the lake in the estimated month.
        tables_age_s: maximum seconds between the data that a system's table shows and its next version; None
            for no requirement, which means a day.
    """

    described: str
    gb_per_day: float
    files_per_day: int
    arrivals_per_day: int
    held_days: int = 30
    tables_age_s: int | None = None


TINY = Workload("33 files of 1 MB a day", 0.033, 33, 33)
SMALL = Workload("1 GB of CSV a day, in one nightly export of 10 files", 1, 10, 1)
TRICKLE = Workload("1 GB of CSV a day, in files that arrive every 2 minutes", 1, 720, 720)
TRICKLE_HOURLY = replace(
    TRICKLE, described=f"{TRICKLE.described}, with tables at most an hour old", tables_age_s=3600
)
LARGE = Workload("100 GB of CSV a day, in one nightly export of 200 files", 100, 200, 1)
