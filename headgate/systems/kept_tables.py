"""Tables that are stored in the lake and reused while their few input rows and the code are unchanged."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.facts.kept_files import FileTables, address_of
from headgate.learning.store import LIBRARIES
from headgate.snapshots.publishing import parquet_bytes
from headgate.systems.rows_in_file import RowsInFile, write_to_file
from headgate.systems.source_code import source_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from headgate.contracts.model import Contract
    from headgate.facts.fact import Tables
    from headgate.systems.system_registry import Made


def kept_tables(
    tables: Tables,
    contracts: Mapping[str, Contract],
    inputs: Sequence[str],
    build: Callable[[], Mapping[str, pd.DataFrame]],
) -> dict[str, Made]:
    """Return the stored tables of equal inputs, or build them.

    Args:
        tables: where files are kept; if they keep none, all tables are built.
        contracts: of all tables that `build` makes, by name.
        inputs: everything that the tables follow from: code, settings, digests of rows.
        build: makes the tables without the stamps, each in the order of its key.
    """
    if not isinstance(tables, FileTables):
        return {**build()}
    address, built, made = address_of(*inputs), cache(build), {}
    for name, contract in contracts.items():

        def write(_: Sequence[int], paths: Sequence[Path], contract: Contract = contract) -> None:
            rows = write_to_file(contract, [built()[contract.dataset]])
            shutil.copyfile(rows.path, paths[0])

        (path,) = tables.kept_files(name, [address], write)
        made[name] = RowsInFile.new(name, keeps_parts=True)
        shutil.copyfile(path, made[name].path)
    return {**made}


def code_of(*packages: str) -> str:
    """Return a text that identifies the source of packages and the libraries that fit models."""
    libraries = (f"{name}={version(name)}" for name in LIBRARIES)
    return " ".join([*map(source_version, packages), *libraries])


def frame_digest(rows: pd.DataFrame) -> str:
    """Return a digest of rows in their order."""
    return hashlib.sha256(parquet_bytes(pa.Table.from_pandas(rows, preserve_index=False))).hexdigest()
