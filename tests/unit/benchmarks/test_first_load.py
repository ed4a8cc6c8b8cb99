"""The files of the benchmark of a first load, and the processor time that it counts."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.deployed.first_load import Durations, figures
from benchmarks.deployed.first_load_files import write_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

BURN = "import time\nwhile time.process_time() < 0.3: pass"


def test_there_are_fifteen_tables_of_five_formats_with_equal_rows_at_each_call(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    first, second = (write_files(folder, scale=0) for folder in folders)
    assert first == second
    assert len(first) == 15
    assert {path.suffix for path in folders[0].iterdir()} == {".csv", ".tsv", ".jsonl", ".xlsx", ".parquet"}
    texts = [[path.read_bytes() for path in sorted(folder.glob("*.[ctj]s*"))] for folder in folders]
    assert texts[0] == texts[1]


def test_a_step_counts_the_processor_time_of_running_and_of_ended_processes() -> None:
    durations = Durations()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\ninput()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    with durations.step("ended", parent.pid):
        subprocess.run([sys.executable, "-c", BURN], check=True)
    assert durations.cpu_s["ended"] >= 0.3
    parent.communicate(b"\n")


def test_the_ratio_is_that_of_wall_times_to_the_mean_of_both_loads_with_dlt() -> None:
    wall = {
        "upload": 10,
        "run": 19,
        "query": 1,
        "dlt before": 10,
        "dlt after": 20,
        "arrow before": 5,
        "arrow after": 5,
    }
    result = figures(Durations(wall, dict.fromkeys(wall, 2.0)), 850_950)
    assert (result["seconds"], result["vs_dlt"], result["vs_dlt_arrow"], result["rows"]) == (
        30,
        2,
        6,
        850_950,
    )
