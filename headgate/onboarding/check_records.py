"""Check each row like the gate, for files, GraphQL and the command line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.errors import BadInputError
from headgate.intake.rows.check_rows import check_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.ports import MaskingKey

Value = str | int | float | bool | None
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class RecordVerdict:
    """The gate's decision about one row.

    Attributes:
        row: its number, from 1.
        values: typed and masked values; decimals, dates and times are text. Empty for a row that broke a
            rule.
        rule, column, reason: the first rule that it broke.
        texts: the received row with sensitive values masked, for a row that broke a rule and has a cell for
            each column.
    """

    row: int
    values: Mapping[str, Value]
    rule: str = ""
    column: str = ""
    reason: str = ""
    texts: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the row broke no rule."""
        return not self.rule


def check_record_file(body: bytes, contract: Contract, key: MaskingKey, name: str) -> list[RecordVerdict]:
    """Return the verdict on each row of a file, in the file's order.

    Raises:
        BadInputError: the whole file is rejected; `rule` names the reason.
    """
    gated = check_bytes(body, contract, key, object_key=name, received_at=_EPOCH)
    accepted = accepted_verdicts(gated.accepted)
    broken = [
        RecordVerdict(
            row["source_row"],
            {},
            row["rule"],
            row["column_name"] or "",
            row["reason"],
            _texts(row["record"], contract),
        )
        for row in gated.quarantine_rows.to_pylist()
    ]
    return sorted([*accepted, *broken], key=lambda verdict: verdict.row)


def accepted_verdicts(accepted: pa.Table) -> list[RecordVerdict]:
    """Return the verdicts on rows that the gate accepted."""
    names = [name for name in accepted.column_names if not name.startswith("_")]
    return [
        RecordVerdict(row["_source_row"], {name: plain(row[name]) for name in names})
        for row in accepted.to_pylist()
    ]


def _texts(record: str, contract: Contract) -> dict[str, str | None]:
    cells = json.loads(record)
    return {name: cells.get(name) for name in contract.names} if set(cells) <= set(contract.names) else {}


def check_records(
    rows: Sequence[Mapping[str, Value]], contract: Contract, key: MaskingKey
) -> list[RecordVerdict]:
    """Return the verdict on each row; a missing column is null."""
    unknown = sorted({name for row in rows for name in row} - set(contract.names))
    if unknown:
        raise BadInputError(
            rule="unknown_column",
            message=f"{contract.dataset} has no column {unknown[0]}",
            remedy=f"use {', '.join(contract.names)}",
        )
    lines = [json.dumps({name: row.get(name) for name in contract.names}, ensure_ascii=False) for row in rows]
    return (
        check_record_file("\n".join([*lines, ""]).encode(), contract, key, f"{contract.dataset}.jsonl")
        if rows
        else []
    )


def plain(value: object) -> Value:
    """Return a typed value as JSON: decimals exactly and times in ISO 8601, both as text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return value  # type: ignore[return-value]  # the other types of Arrow's rows are JSON types
