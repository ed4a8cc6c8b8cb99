"""Compute the profile of a snapshot: of all its rows, or of a sample with the exact figures of footers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from headgate.snapshots.read_snapshots import part_refs

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from headgate.api.lake_ports import LakePorts
    from headgate.contracts.model import Contract
    from headgate.lake.ports import ObjectRef
    from headgate.profiling.profile import Profile
    from headgate.profiling.rows_over_time import RowsOverTime
    from headgate.snapshots.snapshot import DatasetSnapshot

# A request may take 30 seconds; one processor profiles three million cells in a second.
MAX_READ_CELLS = 10_000_000
MAX_READ_BYTES = 64 << 20
# In 99 of 100 samples of this size a share is off by less than 0.5 percentage points.
SAMPLED_ROWS = 100_000
_MAX_SAMPLED_PARTS = 16
_FOOTERS_AT_ONCE = 8


class SnapshotProfile(NamedTuple):
    """The profile of a snapshot, the number of rows that were read for it, and its rows over time."""

    profile: Profile
    sampled_rows: int
    over_time: RowsOverTime | None


def snapshot_profile(lake: LakePorts, contract: Contract, of: DatasetSnapshot) -> SnapshotProfile:
    """Return the profile of all rows if they are few enough to be read in a request, else of a sample."""
    from headgate.profiling.column_reader import EXACT_ROWS

    parts = part_refs(lake.objects, lake.bucket("curated"), of)
    cells = of.rows * len(contract.columns)
    if of.rows <= EXACT_ROWS and cells <= MAX_READ_CELLS and of.size_bytes <= MAX_READ_BYTES:
        rows = _together([_part(lake, part) for part in parts])
        profile = _profile_of_rows(lake, contract, rows)
        return SnapshotProfile(profile, rows.num_rows, _over_time(contract, rows, rows.num_rows))
    return _sampled_profile(lake, contract, parts)


def _sampled_profile(lake: LakePorts, contract: Contract, parts: list[ObjectRef]) -> SnapshotProfile:
    from headgate.profiling.part_sample import AllRows, bounds_of, of_all_rows, rows_of_part, rows_to_draw

    footers = _footers(lake, parts)
    part_rows = [footer.num_rows for footer in footers]
    draws = rows_to_draw(part_rows, SAMPLED_ROWS, _MAX_SAMPLED_PARTS)
    sample = _together([rows_of_part(_part(lake, parts[at]), many, at) for at, many in draws.items()])
    every = AllRows(sum(part_rows), bounds_of(footers), sample.schema, contract.key)
    profile = of_all_rows(_profile_of_rows(lake, contract, sample), every)
    return SnapshotProfile(profile, sample.num_rows, _over_time(contract, sample, every.rows))


def _over_time(contract: Contract, sample: pa.Table, rows: int) -> RowsOverTime | None:
    """Return the rows by the time of their events; None if the contract has no such column."""
    from headgate.merge.as_of import event_time
    from headgate.profiling.rows_over_time import rows_over_time

    time = event_time(contract)
    if time is None or time.column not in sample.column_names or not sample.num_rows:
        return None
    return rows_over_time(time.column, sample[time.column], rows / sample.num_rows)


def _footers(lake: LakePorts, parts: list[ObjectRef]) -> list[pq.FileMetaData]:
    import pyarrow.parquet as pq

    def footer_of(part: ObjectRef) -> pq.FileMetaData:
        with lake.objects.open(part) as file:
            return pq.read_metadata(file)

    with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as threads:
        return list(threads.map(footer_of, parts))


def _part(lake: LakePorts, part: ObjectRef) -> pa.Table:
    from headgate.values.parquet_tables import table_of

    return table_of(lake.objects.read(part))


def _together(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="default")


def _profile_of_rows(lake: LakePorts, contract: Contract, rows: pa.Table) -> Profile:
    import pyarrow as pa

    from headgate.profiling.column_reader import Columns
    from headgate.profiling.profile import GatedFile, profile_of

    nothing_refused = Columns(pa.table({"all_rules": pa.array([], pa.string())}))
    return profile_of(GatedFile(contract, "", rows.num_rows, Columns(rows), nothing_refused, lake.now()))
