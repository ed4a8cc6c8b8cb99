"""The gate before analytics: a snapshot passes its Great Expectations suites, or no system runs on it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.errors import GateError
from headgate.lake.reading import fetch
from headgate.quality.validation import ValidationRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectStore
    from headgate.lake.snapshots import LakeSnapshot
    from headgate.quality.data_docs import DataDocs
    from headgate.quality.validation import SuiteResult

DOCS = "snapshot"


@dataclass(frozen=True)
class Inspected:
    """What was said of a snapshot's datasets, all of it good, and where the Data Docs begin, an `s3://` URL."""

    verdicts: tuple[SuiteResult, ...]
    docs_at: str


@dataclass(frozen=True)
class QualityGate:
    """Asks the suites of the curated contracts about snapshots that lie in the curated bucket."""

    objects: ObjectStore
    contracts: Mapping[str, Contract]
    curated_bucket: str
    docs: DataDocs
    workspace: Path

    def inspect(self, lake: LakeSnapshot) -> Inspected:
        """A passing verdict for each dataset that was merged, and Data Docs of them all.

        A dataset whose merge failed keeps a snapshot that passed before, under the contract of then; it is not asked again.

        Raises:
            GateError: names every failing expectation of every dataset, and where the Data Docs lie.
        """
        validation_run = ValidationRun(lake.snapshot_id, lake.as_of)
        with tempfile.TemporaryDirectory(dir=self.workspace) as folder:
            merged = [dataset for dataset in self.contracts if dataset not in lake.failed]
            files = fetch(self.objects, self.curated_bucket, lake, merged, Path(folder))
            verdicts = tuple(validation_run.check_files(self._contract(lake, dataset), parts) for dataset, parts in files.items())
        docs_at = self.docs.publish(validation_run, lake.snapshot_id, DOCS)
        require(verdicts, docs_at)
        return Inspected(verdicts, docs_at)

    def _contract(self, lake: LakeSnapshot, dataset: str) -> Contract:
        """Return the dataset's contract; a column that older increments lack may be null."""
        return self.contracts[dataset].without_required(lake.datasets[dataset].missing_values)


def require(verdicts: Iterable[SuiteResult], docs_at: str) -> None:
    """Nothing happens when all passed. GateError names each dataset with the expectations that it fails, and where the Data Docs are."""
    failing = [str(verdict) for verdict in verdicts if not verdict.passed]
    if failing:
        raise GateError("\n".join([*failing, f"Data Docs: {docs_at}"]))
