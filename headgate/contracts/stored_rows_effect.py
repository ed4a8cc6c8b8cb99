"""Describe the effect of a new contract version on stored rows, which the merge applies."""

from collections.abc import Iterator
from dataclasses import dataclass

from headgate.contracts.curated import curated_contract
from headgate.contracts.identity import merge_key
from headgate.contracts.model import Contract
from headgate.contracts.types import arrow_type


@dataclass(frozen=True)
class StoredRowsEffect:
    """One effect on stored rows.

    Attributes:
        column: empty if the effect concerns the table.
        effect: description of what the next merge does.
        needs_replay: rows may not fit; the table then keeps its last version until the files are replayed
            from raw.
    """

    column: str
    effect: str
    needs_replay: bool = False


def stored_rows_effects(old: Contract, new: Contract) -> list[StoredRowsEffect]:
    """Return what the next merge does to rows that were accepted under `old`; both are source contracts."""
    before, after = curated_contract(old), curated_contract(new)
    return [*_of_key(before, after), *_of_columns(before, after)]


def _of_key(before: Contract, after: Contract) -> Iterator[StoredRowsEffect]:
    was, now = merge_key(before), merge_key(after)
    if was == now:
        return
    if added := [name for name in after.key if name not in before.names]:
        yield StoredRowsEffect(
            ", ".join(added),
            "stored rows lack this column of the key; replay their files from raw",
            needs_replay=True,
        )
    else:
        yield StoredRowsEffect("", f"all stored rows are merged again by ({', '.join(now)})")


def _of_columns(before: Contract, after: Contract) -> Iterator[StoredRowsEffect]:
    types = {column.name: arrow_type(column.type) for column in before.columns}
    for column in after.columns:
        if column.name not in types:
            effect = "null in stored rows, and counted there"
            if column.required:
                effect += ", although it is required; replay their files from raw to fill it"
            yield StoredRowsEffect(column.name, effect)
        elif types[column.name] != arrow_type(column.type):
            yield StoredRowsEffect(
                column.name, "stored values are cast exactly; a misfit stops this dataset", needs_replay=True
            )
        elif column.required and not before.column(column.name).required:
            yield StoredRowsEffect(
                column.name, "stored rows without a value stop this dataset", needs_replay=True
            )
    for name in before.names:
        if name not in after.names:
            yield StoredRowsEffect(name, "leaves the table; stored increments keep it")
