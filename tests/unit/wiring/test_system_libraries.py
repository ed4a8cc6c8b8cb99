"""A run loads the libraries of its systems once, and none that only some runs need."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

_LOAD = """
import importlib, json, sys
from headgate.systems import system_registry
from headgate.wiring.system_jobs import LIBRARIES_OF_SYSTEMS
for library in [*LIBRARIES_OF_SYSTEMS, *system_registry.modules().values()]:
    importlib.import_module(library)
print(json.dumps(sorted({module.partition(".")[0] for module in sys.modules})))
"""


def test_libraries_of_systems_are_those_of_a_run_that_keeps_its_models() -> None:
    ended = subprocess.run([sys.executable, "-c", _LOAD], check=True, capture_output=True, text=True)
    loaded = set(json.loads(ended.stdout.splitlines()[-1]))
    assert {"great_expectations", "ibis", "sklearn", "skops"} <= loaded, "each child would load them again"
    assert not loaded & {"pyspark", "statsforecast", "statsmodels", "fugue"}, "no kept run needs them"
