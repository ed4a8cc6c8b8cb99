"""A plugin of dbt-duckdb: sources are the published tables of the lake, read from their files.

`headgate dbt init` writes a profile that names it. A run of dbt reads the version of each table that is
published when it first needs the table, once.
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


class Plugin(BasePlugin):  # type: ignore[misc] # dbt has no types; it looks for a class of this name
    """The tables of one deployment. A table that a run has read lies in a folder until the run ends."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Connect to the deployment that the profile names."""
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
        """Return `view`: statements read the rows from the file, and memory holds no table."""
        return "view"
