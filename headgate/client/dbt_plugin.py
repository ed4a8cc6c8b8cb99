"""A plugin of dbt-duckdb whose sources are the published tables of the lake, read from their files.

The profile of `headgate dbt init` names it. A run of dbt reads one version of each table: the one that is
published when the table is first needed.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow.dataset as ds
import pyarrow.parquet as pq
from dbt.adapters.duckdb.plugins import BasePlugin

from headgate.client.lake import connect

if TYPE_CHECKING:
    from dbt.adapters.duckdb.utils import SourceConfig


class Plugin(BasePlugin):  # type: ignore[misc] # dbt has no types, and requires this class name
    """The tables of a deployment. Tables that a run has read stay in a folder until the run ends."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Connect to the deployment in the profile."""
        self._lake = connect(plugin_config.get("deployment"))
        self._folder = TemporaryDirectory(prefix="headgate-dbt-")

    def load(self, source_config: SourceConfig) -> ds.Dataset:
        """Return the rows of the published version of a source's table."""
        table = f"{source_config.schema}.{source_config.identifier}"
        path = Path(self._folder.name) / f"{table}.parquet"
        if not path.exists():
            pq.write_table(self._lake.table(table, arrow=True), path)
        return ds.dataset(path)

    def default_materialization(self) -> str:
        """Return `view`: statements read the rows from the file, so no table is in memory."""
        return "view"
