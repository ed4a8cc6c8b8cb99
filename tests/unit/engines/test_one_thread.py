"""Numerical libraries: one thread each while a system is built, and as before afterwards."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import scipy.linalg  # noqa: F401 a library to limit
from threadpoolctl import threadpool_info

from headgate.engines.one_thread import one_thread

pytestmark = pytest.mark.unit

_LOADED_LATER = """
from headgate.engines.one_thread import one_thread
from threadpoolctl import threadpool_info
with one_thread():
    import scipy.linalg
    print([pool["num_threads"] for pool in threadpool_info()])
"""


def test_libraries_that_are_loaded_have_one_thread_and_then_as_many_as_before() -> None:
    before = [pool["num_threads"] for pool in threadpool_info()]
    with one_thread():
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_a_library_that_is_loaded_meanwhile_has_one_thread_too() -> None:
    wanted = {**os.environ, "OPENBLAS_NUM_THREADS": "3", "OMP_NUM_THREADS": "3"}
    ended = subprocess.run(
        [sys.executable, "-c", _LOADED_LATER], check=True, capture_output=True, text=True, env=wanted
    )
    assert set(ended.stdout.strip("[]\n").split(", ")) == {"1"}


def test_the_variables_of_the_process_are_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with pytest.raises(ValueError, match="of the work"), one_thread():
        raise ValueError("an error of the work")
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "OPENBLAS_NUM_THREADS" not in os.environ
