"""How many kinds of dlt's sources reach the lake by the recipes of docs/use/dlt.md.

Each recipe runs as its page has it, against a real server, database and folder; a kind counts when the gate
has accepted all of its rows.
"""

from __future__ import annotations

import sys

from benchmarks.open_lake.pytest_report import UnmeasuredError, cases_of, defects_of

_RECIPES = "tests/integration/docs/test_dlt.py"
_CASE = "test_the_recipe_lands_rows_that_the_gate_accepts["


def measure() -> dict[str, object]:
    """Return `dlt_sources`, the number of recipes whose rows the gate accepts; others are on stderr.

    UnmeasuredError where there are none.
    """
    recipes = [case for case in cases_of(_RECIPES) if case.get("name", "").startswith(_CASE)]
    passed = [case for case in recipes if not defects_of([case])]
    for defect in defects_of(recipes):
        print(defect, file=sys.stderr)
    if not passed:
        raise UnmeasuredError("no recipe passes")
    return {"dlt_sources": len(passed)}
