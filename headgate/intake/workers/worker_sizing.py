"""Forecast the time, memory and disk that a file takes from what similar files took. Pure.

There is no limit in megabytes. A file goes to a larger worker when the forecast exceeds the current worker.
The forecast for the first file of a dataset is FIRST, which is slower and larger than everything that was
measured. docs/adr/0017-large-files.md describes how these figures were measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.unpack import GZIP_MAGIC, ZIP_MAGICS, ZSTD_MAGIC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.lake.ports import MeasuredFile

# A smaller file is never looked at: nothing that was measured takes a minute or a gigabyte for it.
MEASURED_FROM_BYTES = 16 << 20
HEAD_BYTES = 1 << 16
KEPT_MEASUREMENTS = 8
# What a worker may be filled with by a forecast. The rest is for files that are slower or wider than those
# before them.
_TIME_SHARE, _MEMORY_SHARE, _DISK_SHARE = 0.5, 0.8, 0.9
# Python, Arrow and the package, and the rows that are worked on at once, before any file is held.
_OWN_MEMORY_BYTES = 400 << 20
# The unpacked file, the rows spooled between the two passes, and both results.
_DISK_FOR_EACH_BYTE = 3


@dataclass(frozen=True)
class Worker:
    """The time, memory and disk that a worker has for one file."""

    memory_bytes: int
    disk_bytes: int

    @property
    def largest_bytes(self) -> int:
        """The largest file that fits its disk together with the spooled rows and the results."""
        return int(_DISK_SHARE * self.disk_bytes / _DISK_FOR_EACH_BYTE)


@dataclass(frozen=True)
class Pace:
    """The time, memory and disk that each byte of a kind of file takes.

    Attributes:
        bytes_per_s: of the object, through the whole gate, profile and all.
        growth: bytes without compression for each of the object.
        memory: bytes held for each without compression, beside the worker's own.
    """

    bytes_per_s: float
    growth: float
    memory: float


# By the form of the head; see the ADR for what was measured. A CSV file may turn out to be one that is read
# whole.
FIRST = {
    "csv": Pace(4e6, 1, 8),
    "json": Pace(2e6, 1, 16),
    "fixed_width": Pace(2e6, 1, 16),
    "parquet": Pace(1e6, 6, 3),
    "gzip": Pace(1e6, 12, 8),
    "zip": Pace(5e5, 12, 16),  # a workbook may be in it, or may be it
    "zstd": Pace(1e6, 12, 8),
}


@dataclass(frozen=True)
class Need:
    """The time, memory and disk that a file will take of a worker."""

    seconds: float
    memory_bytes: float
    disk_bytes: float

    def beyond(self, worker: Worker, time_left_s: float) -> str:
        """Return the resource of which the worker has too little: `time`, `memory` or `disk`.

        Empty where it has enough of all.
        """
        fits = {
            "disk": self.disk_bytes <= _DISK_SHARE * worker.disk_bytes,
            "memory": self.memory_bytes <= _MEMORY_SHARE * worker.memory_bytes,
            "time": self.seconds <= _TIME_SHARE * time_left_s,
        }
        return next((what for what, enough in fits.items() if not enough), "")


def form_of(head: bytes) -> str:
    """Return the kind of a file, by its first bytes: one of FIRST's."""
    packed = {GZIP_MAGIC: "gzip", ZSTD_MAGIC: "zstd", **dict.fromkeys(ZIP_MAGICS, "zip")}
    packed_form = next((form for magic, form in packed.items() if head.startswith(magic)), "")
    if packed_form:
        return packed_form
    return format_of(head).name


def pace(form: str, measured: Sequence[MeasuredFile]) -> Pace:
    """Return the slowest and largest of the measured files; FIRST's value where nothing was measured."""
    first = FIRST.get(form, FIRST[FormatName.PARQUET])  # a binary format that was not measured
    memory = [
        (file.peak_bytes - _OWN_MEMORY_BYTES) / file.unpacked_bytes for file in measured if file.peak_bytes
    ]
    return Pace(
        bytes_per_s=min(
            (1000 * file.size_bytes / file.milliseconds for file in measured), default=first.bytes_per_s
        ),
        growth=max((file.unpacked_bytes / file.size_bytes for file in measured), default=first.growth),
        memory=max(memory, default=first.memory),
    )


def need(size_bytes: int, pace: Pace) -> Need:
    """Return the need of a file of so many bytes at that pace."""
    unpacked = size_bytes * pace.growth
    return Need(
        seconds=size_bytes / pace.bytes_per_s,
        memory_bytes=_OWN_MEMORY_BYTES + unpacked * max(pace.memory, 0),
        disk_bytes=size_bytes + _DISK_FOR_EACH_BYTE * unpacked,
    )
