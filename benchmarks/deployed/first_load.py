"""Fifteen files of five formats, from upload to an answer in SQL, against dlt into DuckDB over them.

    make bench-first-load [SCALE=1.0]

The lake has contracts that `headgate init` drafts from the files and an emulator of its own, which is
deployed before the clock starts. dlt loads the files before and after the lake, so that both meet the same
machine. The last line is JSON: `seconds` from the upload to the answer, `vs_dlt` as their ratio to dlt's with
its own readers (`vs_dlt_arrow`: with files read as Arrow tables), the `rows` that SQL counts, which are equal
in all, and the processor seconds of both (`cpu_s` includes the emulator's).
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.deployed.first_load_files import write_files
from tests.e2e.lakes import ROOT, deployed, headgate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.e2e.lakes import Lake

NAME, DLT = "bench-first-load", Path(__file__).with_name("first_load_dlt.py")
PEER = ROOT / ".headgate" / "peers-dlt" / "bin" / "python"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Durations:
    """Wall and processor seconds of steps, by name."""

    wall_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, emulator: int = 0) -> Iterator[None]:
        """Measure the block: this process' children, and the emulator with all that it started."""
        began, cpu = time.perf_counter(), _cpu_s(emulator)
        yield
        self.wall_s[name] = time.perf_counter() - began
        self.cpu_s[name] = _cpu_s(emulator) - cpu
        print(f"{name}: {self.wall_s[name]:.1f} s, {self.cpu_s[name]:.1f} CPU s", file=sys.stderr)


def _cpu_s(root: int) -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + (sum(map(_ticks, _family(root))) / _TICKS if root else 0)


def _family(root: int) -> set[int]:
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    family = {root}
    while children := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= children
    return family


def _parent(process: Path) -> int:
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _ticks(pid: int) -> int:
    """Return the processor time of a process and its ended children."""
    return sum(map(int, _stat(Path("/proc") / str(pid))[11:15]))


def _stat(process: Path) -> list[str]:
    """Return the fields behind the name of a process; nothing of one that has ended.

    Source: proc_pid_stat(5).
    """
    try:
        return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def main() -> None:
    """Measure and print."""
    durations = Durations()
    with tempfile.TemporaryDirectory() as work:
        files, project = Path(work) / "files", Path(work) / "lake"
        files.mkdir()
        rows = write_files(files, float(os.environ.get("SCALE") or 1))
        headgate("init", str(project), *map(str, sorted(files.iterdir())), "--name", "first")
        with deployed(NAME, "quiet_s=3600", project=project) as lake:
            load_with_dlt(durations, "before", files, rows)
            load_into_lake(durations, lake, files, rows)
            load_with_dlt(durations, "after", files, rows)
    print(json.dumps(figures(durations, sum(rows.values()))))


def load_with_dlt(durations: Durations, when: str, files: Path, rows: Mapping[str, int]) -> None:
    """Load the files with both kinds of readers."""
    for readers in ("dlt", "arrow"):
        command = [str(PEER), str(DLT), str(files), readers]
        with durations.step(f"{readers} {when}"):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        refuse_other_rows(json.loads(done.stdout), rows, "dlt")


def load_into_lake(durations: Durations, lake: Lake, files: Path, rows: Mapping[str, int]) -> None:
    """Upload, run and ask, as a person does."""
    emulator = json.loads((ROOT / ".headgate" / NAME / "emulator.json").read_text(encoding="utf-8"))["pid"]
    counts = [f"select '{name}' as name, count(*) as counted from {name}" for name in rows]  # noqa: S608 our own names
    with durations.step("upload", emulator):
        lake.headgate("upload", str(files))
    with durations.step("run", emulator):
        lake.headgate("run")
    with durations.step("query", emulator):
        answer = lake.query(" union all ".join(counts))
    refuse_other_rows({row["name"]: row["counted"] for row in answer}, rows, "the lake")


def refuse_other_rows(counted: Mapping[str, int], rows: Mapping[str, int], where: str) -> None:
    """Stop if a table has other rows than its file."""
    if different := sorted(name for name in rows if counted.get(name) != rows[name]):
        raise SystemExit(f"{where} has other rows than the files of {', '.join(different)}")


def figures(durations: Durations, rows: int) -> dict[str, float]:
    """Return the figures of the last line."""
    steps = ("upload", "run", "query")

    def of_dlt(by_step: Mapping[str, float], readers: str) -> float:
        return statistics.mean(by_step[f"{readers} {when}"] for when in ("before", "after"))

    seconds = sum(durations.wall_s[step] for step in steps)
    return {
        "seconds": round(seconds, 1),
        "vs_dlt": round(seconds / of_dlt(durations.wall_s, "dlt"), 2),
        "rows": rows,
        "vs_dlt_arrow": round(seconds / of_dlt(durations.wall_s, "arrow"), 2),
        "cpu_s": round(sum(durations.cpu_s[step] for step in steps), 1),
        "dlt_cpu_s": round(of_dlt(durations.cpu_s, "dlt"), 1),
        **{f"{step}_s": round(durations.wall_s[step], 1) for step in steps},
    }


if __name__ == "__main__":
    main()
