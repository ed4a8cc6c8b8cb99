"""Find rows of the version before of a file that the file does not have: they stay in the table.

The version before is the file that brought most of the lake's rows with keys of this file, if this file has
at least half of its rows. A file with a few corrected rows has no version before.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from headgate.contracts.model import Contract
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import CuratedBucket, ObjectRef
from headgate.uploads.replaced_rows import MAX_BYTES, MAX_EXAMPLES, short_text
from headgate.values.cells import int_array
from headgate.values.parquet_tables import cast_exactly, table_of

_PLACE = "_headgate_place"


@dataclass(frozen=True)
class AbsentRows:
    """Accepted rows of the version before that a file does not have.

    Attributes:
        content: SHA-256 of the version before.
        rows: their number.
        examples: the keys of the first ones, in the order of that version; none if a key is about a person.
    """

    content: str
    rows: int
    examples: tuple[Mapping[str, str], ...] = ()


def rows_not_sent(
    curated: CuratedBucket,
    contract: Contract,
    accepted: Path,
    contents: Mapping[str, int],
    refused: pa.Table | None,
) -> AbsentRows | None:
    """Return the rows of the version before that a file does not have; None without such a version or rows.

    Args:
        accepted: the accepted rows of the file, as Parquet.
        contents: as `ComparisonWithLake` has them.
        refused: the file's rows in quarantine, which it has too.
    """
    if not contents:
        return None
    content = max(contents, key=lambda each: (contents[each], each))
    key, sent = contract.key, table_of(accepted).select([*contract.key])
    before = _keys_of_version(curated, keys.increment_key(contract.dataset, content), sent.schema, accepted)
    if before is None:
        return None
    keyed = before.append_column(_PLACE, int_array(np.arange(before.num_rows)))
    places = keyed.join(sent, [*key], join_type="left anti")[_PLACE].combine_chunks().sort()
    in_quarantine = _keys_of_refused(refused, key)
    missing = [
        texts
        for row in before.take(places).to_pylist()
        if tuple((texts := {name: short_text(row[name]) for name in key}).values()) not in in_quarantine
    ]
    if not missing or 2 * len(missing) > before.num_rows:
        return None
    is_shown = not {*key} & {*contract.personal}
    return AbsentRows(content, len(missing), tuple(missing[:MAX_EXAMPLES]) if is_shown else ())


def _keys_of_version(
    curated: CuratedBucket, increment: str, schema: pa.Schema, beside: Path
) -> pa.Table | None:
    """Return the keys of an increment in the types of the file; None if they cannot be compared."""
    ref, path = ObjectRef(curated.name, increment), beside.with_name("before.parquet")
    try:
        if curated.objects.info(ref).size_bytes > MAX_BYTES:
            return None
        curated.objects.download(ref, path)
    except NotFoundError:
        return None
    rows = table_of(path)
    path.unlink()
    if not {*schema.names} <= {*rows.column_names}:
        return None
    columns = [cast_exactly(rows[field.name], field.type) for field in schema]
    return None if any(column is None for column in columns) else pa.table(columns, schema.names)


def _keys_of_refused(refused: pa.Table | None, key: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return the keys of quarantined rows as texts; one without a value identifies no row."""
    records = [json.loads(text or "{}") for text in refused.column("record").to_pylist()] if refused else []
    return {tuple(str(record.get(name) or "") for name in key) for record in records}
