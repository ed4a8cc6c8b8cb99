"""The gate's compiled rules against the Great Expectations suite of the same contract, on the same rows.

The last line is JSON.

    make bench-rules [DATA=orders.csv] [ROWS=1000000]

Both judge typed rows in memory by the contract beside this file, `gate_orders.yaml`, in this order and on the
same table: required values, patterns, bounds, allowed values. `verdicts_equal` is 1 when every rule is broken
by the very same rows on both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from headgate.contracts import odcs_reader
from headgate.formats.read_file import read_file
from headgate.quality.exact_frames import exact_frame
from headgate.quality.suites import suite_of
from headgate.values.cast import cast
from headgate.values.rules import column_breaches

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("HEADGATE_BENCH", ROOT.parent / "shared" / "bench"))
CONTRACT = Path(__file__).with_name("gate_orders.yaml")
# Rules by which some of these rows are bad: the file itself has only impossible dates.
STRICTER = {"quantity": 1, "amount": 5}

Broken = dict[str, "np.ndarray[Any, np.dtype[np.int64]]"]


def rules_only(contract: Contract) -> Contract:
    """Return the contract without masks and keys, with rules that rows break, to measure rules only."""
    columns = [replace(column, mask=None) for column in contract.columns]
    bounded = [
        replace(
            column,
            rules=tuple(
                replace(rule, argument=STRICTER[column.name])
                if column.name in STRICTER and "minimum" in rule.name
                else rule
                for rule in column.rules
            ),
        )
        for column in columns
    ]
    return replace(contract, columns=tuple(bounded), key=(), order_by=())


def typed(path: Path, contract: Contract) -> pa.Table:
    """The file's rows in the contract's types; null where a text fits no value."""
    cells = read_file(path.read_bytes(), contract).cells
    return pa.table(
        {column.name: cast(cells[column.name], column.type).values for column in contract.columns}
    )


def by_compiled_rules(contract: Contract, rows: pa.Table) -> tuple[float, Broken]:
    """Seconds, and the rows that break each rule of each column."""
    start, broken = time.perf_counter(), {}
    for column in contract.columns:
        values = rows.column(column.name).combine_chunks()
        broken.update(
            {
                f"{breach.rule}:{column.name}": breach.rows
                for breach in column_breaches(column, values, values)
            }
        )
    return time.perf_counter() - start, broken


def by_suite(contract: Contract, rows: pa.Table) -> tuple[float, Broken]:
    """As above, of Great Expectations.

    Making the pandas frame it needs belongs to it, asking which rows failed does not.
    """
    start = time.perf_counter()
    batch, suite = _batch(rows), suite_of(contract)
    results = batch.validate(suite, result_format="BOOLEAN_ONLY").results
    seconds = time.perf_counter() - start
    broken = {}
    for failed in (result.expectation_config for result in results if not result.success):
        validated = batch.validate(failed.to_domain_obj(), result_format="COMPLETE").result
        broken[f"{failed.meta['rule']}:{failed.meta['place']}"] = np.sort(
            np.array(validated["unexpected_index_list"], np.int64)
        )
    return seconds, broken


def _batch(rows: pa.Table) -> Any:  # noqa: ANN401 Great Expectations ships no types
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415 reads that variable on import
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("bench").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": exact_frame(rows)})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("DATA") or None)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("ROWS") or 1_000_000))
    given = parser.parse_args()
    contract = rules_only(odcs_reader.load(CONTRACT))
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as name:
        path = given.data or Path(name) / "orders.csv"
        if not given.data:
            subprocess.run([sys.executable, BENCH / "make_orders.py", str(given.rows), path], check=True)
        rows = typed(path, contract)
    by_suite(contract, rows.slice(0, 100))  # what is imported and prepared once is nobody's
    suite_s, theirs = by_suite(contract, rows)
    rules_s, ours = by_compiled_rules(contract, rows)
    print(f"{rows.num_rows} rows: compiled rules {rules_s:.2f} s, Great Expectations {suite_s:.2f} s")
    nothing = np.empty(0, np.int64)
    for rule in sorted(ours.keys() | theirs.keys()):
        print(
            f"  {rule:32} broken by {len(ours.get(rule, nothing))} rows, by {len(theirs.get(rule, nothing))}"
        )
    equal = ours.keys() == theirs.keys() and all(np.array_equal(ours[rule], theirs[rule]) for rule in ours)
    print(json.dumps({"speedup": round(suite_s / rules_s, 1), "verdicts_equal": int(equal)}))


if __name__ == "__main__":
    main()
