"""Find files whose card tokens were made with an old masking key.

A replay makes new tokens from the original in raw.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Contract, Mask
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.values.parquet_tables import table_of


@dataclass(frozen=True)
class OldTokens:
    """A file with rows in curated whose tokens were made with other keys."""

    record: FileRecord
    key_ids: tuple[str, ...]


def old_tokens(
    objects: ObjectStore,
    curated_bucket: str,
    records: Iterable[FileRecord],
    contracts: Mapping[str, Contract],
    current_key_id: str,
) -> Iterator[OldTokens]:
    """Yield every file with tokens of another key than the current one, by dataset and key.

    Only token columns are read.
    """
    for record in sorted(records, key=lambda record: (record.dataset, record.key, record.file_id)):
        contract = contracts.get(record.dataset)
        cards = [column for column in contract.columns if column.mask is Mask.PAN] if contract else []
        if not record.curated_key or not cards:
            continue
        increment = objects.read(ObjectRef(curated_bucket, record.curated_key))
        other = key_ids(increment, [masked_columns(card)[0].name for card in cards]) - {current_key_id}
        if other:
            yield OldTokens(record, tuple(sorted(other)))


def key_ids(increment: bytes, columns: Iterable[str]) -> set[str]:
    """Return the ids of the keys that made an increment's tokens."""
    stored = set(pq.read_schema(pa.BufferReader(increment)).names)
    stored_columns = [name for name in columns if name in stored]
    ids: set[str] = set()
    for tokens in table_of(increment, stored_columns).columns:
        ids.update(pc.unique(pc.replace_substring_regex(tokens.drop_null(), r":[^:]*$", "")).to_pylist())
    return ids
