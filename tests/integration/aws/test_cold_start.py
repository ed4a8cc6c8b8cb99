"""The imports that a function's first event waits for, and those that it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def said_by(script: str, **environment: str) -> str:
    """Return the output of a new process in which a function's handler can be imported."""
    known = {name: text for name, text in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**known, "AWS_DEFAULT_REGION": "eu-west-1", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_garbage_is_collected_again_once_everything_is_imported_and_imports_are_frozen() -> None:
    said = said_by(
        "import gc, lambdas.raw_to_curated.handler; print(gc.isenabled(), gc.get_freeze_count() > 50_000)"
    )
    assert said == "True True"


def test_garbage_is_not_collected_while_modules_are_imported() -> None:
    script = (
        "import gc, sys\nruns = []\ngc.callbacks.append(lambda phase, info: runs.append('headgate' in "
        "sys.modules))\n"
    )
    assert said_by(f"{script}import lambdas.raw_to_curated.handler\nprint(sum(runs))") == "0"


def test_linear_algebra_starts_no_threads_unless_asked() -> None:
    # Arrow has one of its own.
    threads = "import headgate.aws.cold_start, numpy, os; print(len(os.listdir('/proc/self/task')))"
    assert said_by(threads) == "1"
    assert (
        said_by(
            "import lambdas.raw_to_curated.handler, os; print(os.environ['OPENBLAS_NUM_THREADS'])",
            OPENBLAS_NUM_THREADS="3",
        )
        == "3"
    )
