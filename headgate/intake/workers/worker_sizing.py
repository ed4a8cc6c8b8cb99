"""Forecast the time, memory and disk for a file from those of similar files. Pure.

There is no limit in megabytes: a file goes to a larger worker if the forecast exceeds the current worker. The
first file of a dataset has the forecast FIRST, which is slower and larger than all measured files.
docs/adr/0017-large-files.md describes how these figures were measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.unpack import GZIP_MAGIC, ZIP_MAGICS, ZSTD_MAGIC
from headgate.lake.ports import MeasuredFile

# Smaller files are not examined: no measured file below this size takes a minute or a gigabyte.
MEASURED_FROM_BYTES = 16 << 20
HEAD_BYTES = 1 << 16
KEPT_MEASUREMENTS = 8
# Shares of a worker that a forecast may use. The rest is for files that are slower or wider than earlier
# ones.
_TIME_SHARE, _MEMORY_SHARE, _DISK_SHARE = 0.5, 0.8, 0.9
# Python, Arrow, the package, and one batch of rows, without the file itself.
_OWN_MEMORY_BYTES = 400 << 20
# The unpacked file, the rows spooled between the two passes, and both results.
_DISK_BYTES_PER_BYTE = 3


@dataclass(frozen=True)
class Worker:
    """The memory and disk that a worker has for one file."""

    memory_bytes: int
    disk_bytes: int

    @property
    def largest_bytes(self) -> int:
        """The maximum size of a file that fits its disk together with the spooled rows and the results."""
        return int(_DISK_SHARE * self.disk_bytes / _DISK_BYTES_PER_BYTE)


@dataclass(frozen=True)
class Pace:
    """The time, memory and disk for each byte of a kind of file.

    Attributes:
        bytes_per_s: bytes of the object per second, through the complete gate, including the profile.
        growth: unpacked bytes for each byte of the object.
        memory: bytes of memory for each unpacked byte, besides the worker's own memory.
    """

    bytes_per_s: float
    growth: float
    memory: float


# By the form of the first bytes; the ADR has the measurements. A CSV file may have to be read into memory at
# once.
FIRST = {
    "csv": Pace(4e6, 1, 8),
    "json": Pace(2e6, 1, 16),
    "fixed_width": Pace(2e6, 1, 16),
    "parquet": Pace(1e6, 6, 3),
    "gzip": Pace(1e6, 12, 8),
    "zip": Pace(5e5, 12, 16),  # may be or contain a workbook
    "zstd": Pace(1e6, 12, 8),
}


@dataclass(frozen=True)
class Need:
    """The forecast time, memory and disk for a file."""

    seconds: float
    memory_bytes: float
    disk_bytes: float

    def beyond(self, worker: Worker, time_left_s: float) -> str:
        """Return the resource that the worker lacks: `time`, `memory` or `disk`; empty if it lacks none."""
        fits = {
            "disk": self.disk_bytes <= _DISK_SHARE * worker.disk_bytes,
            "memory": self.memory_bytes <= _MEMORY_SHARE * worker.memory_bytes,
            "time": self.seconds <= _TIME_SHARE * time_left_s,
        }
        return next((resource for resource, enough in fits.items() if not enough), "")


def form_of(head: bytes) -> str:
    """Return the form of a file by its first bytes, a key of FIRST."""
    packed = {GZIP_MAGIC: "gzip", ZSTD_MAGIC: "zstd", **dict.fromkeys(ZIP_MAGICS, "zip")}
    packed_form = next((form for magic, form in packed.items() if head.startswith(magic)), "")
    return packed_form or format_of(head).name


def pace(form: str, measured: Sequence[MeasuredFile]) -> Pace:
    """Return the pace of the slowest and largest measured files; that of FIRST without measurements."""
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
    """Forecast the need of a file of this size at this pace."""
    unpacked = size_bytes * pace.growth
    return Need(
        seconds=size_bytes / pace.bytes_per_s,
        memory_bytes=_OWN_MEMORY_BYTES + unpacked * max(pace.memory, 0),
        disk_bytes=size_bytes + _DISK_BYTES_PER_BYTE * unpacked,
    )
