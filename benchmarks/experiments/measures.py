"""Experiments that measure: B latency, E cost, F file size, G parallel uploads."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.experiments.deployed import BYTES_PER_ROW, Target, fresh_payments
from benchmarks.experiments.results import Case, Measure
from headgate.api.files.stages import stages_of
from headgate.costs.computed_price import priced
from headgate.costs.price_list import Prices
from headgate.costs.recorded import of_files
from headgate.lake.states import FileState
from headgate.wiring import stores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.lake.ports import FileRecord, ObjectRef

WARM_FILES = 20
SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
UPLOADERS = (1, 4, 16, 64, 256)
_MOST_SAFE_UPLOADERS = 16  # more would keep the files of others waiting
_FILES_PER_UPLOADER = 2
_MOST_FILES = 128  # on an emulator: its functions share this machine's cores
_REPETITIONS_BELOW = 20_000_000


def latency(target: Target, budget_s: float) -> Iterator[Measure | Case]:
    """B: from the upload to the record, cold and warm, and where the time goes."""
    until = time.monotonic() + budget_s
    cold_s, _, first = _sent(target, fresh_payments())
    yield Measure("B", "cold start", "ms", (1000 * cold_s,), headline="~100 ms")
    yield Case("B", "data", "a valid file is accepted", "done", _state(first))
    warm, records = [], []
    while len(warm) < WARM_FILES and time.monotonic() < until:
        seconds, _, record = _sent(target, fresh_payments())
        if record:
            warm.append(1000 * seconds)
            records.append(record)
    if not warm:
        return
    yield Measure("B", "warm, 1,000 rows", "ms", tuple(warm), headline="~50 ms a file")
    for name, values in _stage_times(records).items():
        yield Measure("B", f"stage {name}", "ms", values)


def _stage_times(records: list[FileRecord]) -> dict[str, tuple[float, ...]]:
    """Return the recorded milliseconds of each stage."""
    seconds: dict[str, list[float]] = {}
    for stage in (stage for record in records for stage in stages_of(record)):
        if stage.seconds is not None:
            seconds.setdefault(stage.name, []).append(1000 * stage.seconds)
    return {name: tuple(values) for name, values in seconds.items()}


def cost(target: Target, budget_s: float) -> Iterator[Measure | Case]:
    """E: dollars per million rows through the gate, from recorded times and sizes at list prices."""
    del budget_s
    records = [
        item
        for item in stores.ledger(_env(target)).records()
        if item.state is FileState.DONE and item.received
    ]
    large = [item for item in records if item.received >= 5 * 1_000]
    for name, chosen in {
        "small files": [item for item in records if item not in large],
        "large files": large,
    }.items():
        rows = sum(item.received for item in chosen)
        if rows:
            usd = sum(item.usd for item in priced(of_files(chosen), Prices.load()))
            yield Measure("E", f"gate, {name}", "USD per million rows", (float(usd) / rows * 1e6,))


def file_sizes(target: Target, budget_s: float) -> Iterator[Measure | Case]:
    """F: time by file size; stops where the next size would not fit into the budget."""
    until, taken, before = time.monotonic() + budget_s, 0.0, 0
    for size in SIZES:
        if (target.safe and size > SIZES[4]) or (before and time.monotonic() + taken * size / before > until):
            return
        body = fresh_payments(max(1, size // BYTES_PER_ROW))
        values: list[float] = []
        for _ in range(3 if size < _REPETITIONS_BELOW else 1):
            sent = body if not values else fresh_payments(max(1, size // BYTES_PER_ROW))
            seconds, ref, record = _sent(target, sent, budget_s)
            if _state(record) != FileState.DONE:
                # A busy machine may need more than the budget: the file is then still in work, which is not a
                # lost file.
                outcome = _state(record) if record else f"{_state(target.record(ref))} after {seconds:.0f} s"
                yield Case("F", "limits", f"a file of {size:,} bytes is accepted", "done", outcome)
                return
            values.append(seconds)
            if time.monotonic() > until:
                break
        headline = "30 to 60 s" if size == SIZES[5] else ""
        yield Measure("F", "time by file size", "s", tuple(values), at=float(len(body)), headline=headline)
        yield Case("F", "limits", f"a file of {size:,} bytes is accepted", "done", "done")
        taken, before = values[-1], size


def parallel(target: Target, budget_s: float) -> Iterator[Measure | Case]:
    """G: files a minute by the number of uploaders, and files that were lost."""
    until = time.monotonic() + budget_s
    for uploaders in UPLOADERS:
        if target.safe and uploaders > _MOST_SAFE_UPLOADERS:
            return
        files = uploaders * _FILES_PER_UPLOADER
        if target.platform == "emulator":
            files = min(_MOST_FILES, max(8, files))
        bodies = [fresh_payments() for _ in range(files)]
        began = time.perf_counter()
        with ThreadPoolExecutor(uploaders) as pool:
            refs = list(pool.map(target.send, bodies))
        records = [target.lake.settled(ref, max(5.0, until - time.monotonic()), every_s=0.05) for ref in refs]
        minutes = (time.perf_counter() - began) / 60
        done = sum(_state(record) == FileState.DONE for record in records)
        yield Measure(
            "G",
            "files a minute by uploaders",
            "files/min",
            (done / minutes,),
            at=float(uploaders),
            headline="~50 files/min",
        )
        yield Case("G", "events", f"{uploaders} uploaders lose no file", "0 lost", f"{files - done} lost")
        if time.monotonic() > until:
            return


def _sent(target: Target, body: bytes, timeout_s: float = 120) -> tuple[float, ObjectRef, FileRecord | None]:
    """Send a file; return the seconds until its record, the object, and the record.

    None if the file is still in work.
    """
    began = time.perf_counter()
    ref = target.send(body)
    record = target.lake.settled(ref, timeout_s)
    return time.perf_counter() - began, ref, record


def _state(record: FileRecord | None) -> str:
    return record.state.value if record else "no record"


def _env(target: Target) -> dict[str, str]:
    _ = target.lake  # sets the environment
    return dict(os.environ)
