"""Full loads: of a dataset whose loads replace each other, only the newest load is merged.

A load is complete if all its files have accepted rows. Later files outside of loads, such as corrected rows,
are merged with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from headgate.contracts.followed_deletions import smallest_share
from headgate.errors import AuditError
from headgate.lake import keys
from headgate.values.sql_names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headgate.contracts.model import Contract


@dataclass(frozen=True)
class LoadedIncrements:
    """The objects of a dataset without the increments that the newest complete load replaced.

    Attributes:
        incomplete: the reason why a newer load is not merged; empty if there is none.
    """

    listed: tuple[str, ...]
    incomplete: str = ""


def newest_load(listed: Sequence[str]) -> LoadedIncrements:
    """Return the increments of the newest complete load and of later files, or all without such a load."""
    sizes = dict(load for key in listed if (load := keys.load_of(key)))
    if not sizes:
        return LoadedIncrements(tuple(listed))
    moments: defaultdict[str, set[str]] = defaultdict(set)
    for increment, moment in filter(None, map(keys.sighting_of, listed)):
        moments[increment].add(moment)
    accepted = {
        moment: sum(moment in moments[key] for key in listed if keys.parse_increment_key(key))
        for moment in sizes
    }
    complete = [moment for moment, files in sizes.items() if accepted[moment] >= files]
    newest = max(complete, default="")
    pending = {moment for moment in sizes if moment not in complete}
    kept = [
        key
        for key in listed
        if not keys.parse_increment_key(key)
        or not complete
        or any(moment >= newest for moment in moments[key] - pending)
    ]
    late = max((moment for moment in pending if moment > newest), default="")
    if not late:
        return LoadedIncrements(tuple(kept))
    why = (
        f"The load of {late} has {sizes[late]} files, of which {accepted[late]} have accepted rows, so the "
        "table still shows the previous load. Correct or replay its files"
    )
    return LoadedIncrements(tuple(kept), why)


def removed_rows(
    contract: Contract, rows_before: int, replaced: Iterable[pa.Table], files: Sequence[Path], rows: int
) -> int:
    """Return the number of rows of the previous snapshot that are not in the newest load.

    Args:
        replaced: keys of the rows from replaced increments.
        files: the increments to merge, with `rows` rows.
    """
    removed = _count_missing(contract, list(replaced), files) if contract.key else max(rows_before - rows, 0)
    if rows_before - removed < smallest_share(contract) * rows_before:
        raise AuditError(
            f"{contract.id}: the newest load lacks {removed} of {rows_before} rows. If this is right, set "
            "`headgate.smallestLoad` of the contract to the share that remains; else send the complete load"
        )
    return removed


def _count_missing(contract: Contract, replaced: Sequence[pa.Table], files: Sequence[Path]) -> int:
    gone = [table.select(list(contract.key)) for table in replaced if table.num_rows]
    if not gone:
        return 0
    names = ", ".join(quoted_name(name) for name in contract.key)
    with duckdb.connect() as connection:
        connection.register("gone", pa.concat_tables(gone))
        if files:
            connection.read_parquet([str(file) for file in files]).create_view("arriving")
        others = f" ANTI JOIN (SELECT DISTINCT {names} FROM arriving) USING ({names})" if files else ""  # noqa: S608 quoted names
        ((count,),) = connection.sql(f"SELECT count(*) FROM gone{others}").fetchall()  # noqa: S608 as above
    return int(count)
