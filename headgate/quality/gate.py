"""The gate before analytics: a snapshot passes its Great Expectations suites, or no system runs on it."""

from __future__ import annotations

import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from headgate.errors import GateError
from headgate.lake.reading import fetch
from headgate.quality.frames import frame_of
from headgate.quality.suites import suite_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectStore
    from headgate.lake.snapshots import LakeSnapshot

_SAMPLE_KEYS = 3


@dataclass(frozen=True)
class Broken:
    """An expectation that a dataset fails.

    Attributes:
        place: the column or columns, or `table`.
        rows: how many rows break it; None when it speaks of the whole table, or could not be asked.
        keys: primary keys of a few of them, never other values.
    """

    rule: str
    place: str
    rows: int | None
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        count = "" if self.rows is None else f" broken by {self.rows} rows"
        where = f" (keys {', '.join(self.keys)})" if self.keys else ""
        return f"{self.place}: {self.rule}{count}{where}"


@dataclass(frozen=True)
class Verdict:
    """What a suite said of one dataset. `warnings` do not stop anything."""

    dataset: str
    rows: int
    expectations: int
    broken: tuple[Broken, ...] = ()
    warnings: tuple[Broken, ...] = ()

    @property
    def passed(self) -> bool:
        """Every expectation that matters was met."""
        return not self.broken


@dataclass(frozen=True)
class QualityGate:
    """Asks the suites of the curated contracts about snapshots that lie in the curated bucket."""

    objects: ObjectStore
    contracts: Mapping[str, Contract]
    curated_bucket: str
    workspace: Path

    def inspect(self, lake: LakeSnapshot) -> tuple[Verdict, ...]:
        """A passing verdict for each dataset. GateError names every failing expectation of every dataset."""
        with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
            files = fetch(self.objects, self.curated_bucket, lake, self.contracts, Path(folder))
            verdicts = tuple(check(self.contracts[dataset], pq.read_table(file)) for dataset, file in files.items())
        require(verdicts)
        return verdicts


def require(verdicts: Iterable[Verdict]) -> None:
    """Nothing happens when all passed. GateError names every dataset with the expectations that it fails."""
    failing = [f"{verdict.dataset}: {'; '.join(map(str, verdict.broken))}" for verdict in verdicts if not verdict.passed]
    if failing:
        raise GateError("\n".join(failing))


def check(contract: Contract, rows: pa.Table) -> Verdict:
    """What the suite of `contract` says of `rows`."""
    suite, batch = suite_of(contract), _batch(rows)
    with warnings.catch_warnings():
        # pandas warns of groups in a pattern that it only searches with.
        warnings.filterwarnings("ignore", message="This pattern is interpreted as a regular expression", category=UserWarning)
        results = batch.validate(suite, result_format="BOOLEAN_ONLY").results
        failed = [result.expectation_config for result in results if not result.success]
        critical = tuple(_looked_into(contract, batch, one) for one in failed if one.severity != "warning")
        warned = tuple(_looked_into(contract, batch, one) for one in failed if one.severity == "warning")
    return Verdict(contract.dataset, rows.num_rows, len(results), critical, warned)


def _batch(rows: pa.Table) -> Any:  # noqa: ANN401 Great Expectations ships no types
    # Read once, on import: nothing is to be sent anywhere from here.
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415 takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415 as above

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("snapshot").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame_of(rows)})


def _looked_into(contract: Contract, batch: Any, configuration: Any) -> Broken:  # noqa: ANN401 as above
    """The failed expectation, asked again for its rows: the first time it only says yes or no, which is much faster."""
    how = {"result_format": "COMPLETE", "unexpected_index_column_names": list(contract.key)}
    found = batch.validate(configuration.to_domain_obj(), result_format=how).result
    rows = found.get("unexpected_index_list") or []
    keys = tuple("/".join(str(row[name]) for name in contract.key) for row in rows[:_SAMPLE_KEYS])
    return Broken(configuration.meta["rule"], configuration.meta["place"], found.get("unexpected_count"), keys)
