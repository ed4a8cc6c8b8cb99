"""The gate, pure: a file's bytes in; the rows that may pass, and those that may not with their reasons, out."""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Level
from headgate.errors import AuditError, BadInputError
from headgate.intake.cells import NO_ROWS, Rows, int_array, literal, marked
from headgate.intake.check import Breach, comparison_breach
from headgate.intake.deduplicate import survivors
from headgate.intake.judge import Judged, judge, take_from
from headgate.intake.quarantine import DUPLICATE, REFUSED, Origin, Verdict, set_aside
from headgate.intake.read_csv import read_csv
from headgate.intake.read_parquet import read_parquet
from headgate.intake.sniff import is_parquet
from headgate.intake.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.contracts.model import Contract
    from headgate.intake.received import Received
    from headgate.lake.ports import MaskingKey

# Arrow and numpy let go of the interpreter's lock, so columns are judged side by side. Lambda has two cores at this function's memory.
_THREADS = 2


@dataclass(frozen=True)
class Gated:
    """What the gate made of one file; `received = accepted + quarantined + duplicates` holds in every instance.

    Attributes:
        accepted: by the curated contract, in the file's order.
        set_aside: refused rows and duplicates, by the quarantine contract, in the file's order.
        warnings: broken rules that only warn, one for each row and rule, and one for each absent column.
        reasons: rule → rows, for refused rows and duplicates.

    Raises:
        AuditError: the counts do not add up: rows were lost or doubled, and nothing of this file may be written.
    """

    contract: str
    content_sha256: str
    received: int
    accepted: pa.Table
    set_aside: pa.Table
    quarantined: int
    duplicates: int
    warnings: int
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.accepted.num_rows + self.quarantined + self.duplicates
        if told != self.received or self.quarantined + self.duplicates != self.set_aside.num_rows:
            raise AuditError(f"{self.contract}: {self.received} rows received, {told} accounted for, {self.set_aside.num_rows} set aside")


def pass_gate(
    body: bytes, contract: Contract, key: MaskingKey, *, object_key: str, received_at: datetime, content_sha256: str = ""
) -> Gated:
    """Every row of the file, either accepted and masked or set aside with its reasons.

    Args:
        body: the object's bytes, as they lie in raw.
        contract: the source contract of the dataset.
        received_at: when the object landed in raw, naive UTC.
        content_sha256: of `body`, where the caller has it already.

    Raises:
        BadInputError: the file as a whole cannot be let in; `rule` says why.
    """
    origin = Origin(contract.dataset, content_sha256 or hashlib.sha256(body).hexdigest(), object_key, received_at)
    received = read(body, contract)
    judged = _judge_all(contract, received, key)
    breaches = _breaches(contract, judged)
    _check_halts(breaches)
    refused = _refused(breaches, len(received.source_rows))
    passing = np.flatnonzero(~marked(refused, len(received.source_rows)))
    chosen = survivors(contract, passing, {each.column.name: each.values for each in judged}, received.cells)
    aside = set_aside(origin, received, judged, Verdict(breaches, refused, chosen))
    dispositions = _counts(aside.column("disposition"))
    return Gated(
        contract=f"{contract.id}@{contract.version}",
        content_sha256=origin.content_sha256,
        received=received.rows,
        accepted=_accepted(contract, judged, received.source_rows, chosen.kept, origin),
        set_aside=aside,
        quarantined=dispositions.get(REFUSED, 0),
        duplicates=dispositions.get(DUPLICATE, 0),
        warnings=sum(len(breach.rows) for breach in breaches if breach.level is Level.WARN) + len(received.absent),
        reasons=_counts(aside.column("rule")),
    )


def read(body: bytes, contract: Contract) -> Received:
    """What the file says, in whatever format it says it."""
    content = unpack(body)
    return read_parquet(content, contract) if is_parquet(content) else read_csv(content, contract)


def _judge_all(contract: Contract, received: Received, key: MaskingKey) -> list[Judged]:
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(lambda column: judge(column, received.cells[column.name], key), contract.columns))


def _breaches(contract: Contract, judged: Sequence[Judged]) -> list[Breach]:
    """Every breach in contract order: columns first, then rules over the row."""
    values = {each.column.name: each.values for each in judged}
    of_columns = [breach for each in judged for breach in each.breaches]
    of_rows = [breach for comparison in contract.comparisons if (breach := comparison_breach(comparison, values))]
    return [*of_columns, *of_rows]


def _check_halts(breaches: Sequence[Breach]) -> None:
    for breach in breaches:
        if breach.level is Level.HALT:
            raise BadInputError(
                rule=breach.rule,
                message=f"{len(breach.rows)} rows break a rule that halts the file: {breach.reason}",
                remedy="correct these rows at their source and send the file again",
                column=breach.column,
            )


def _refused(breaches: Sequence[Breach], count: int) -> Rows:
    broken = [breach.rows for breach in breaches if breach.level is Level.QUARANTINE]
    return np.flatnonzero(marked(np.concatenate((NO_ROWS, *broken)), count))


def _accepted(contract: Contract, judged: Sequence[Judged], source_rows: Rows, kept: Rows, origin: Origin) -> pa.Table:
    behind = {name: take_from(column, kept) for each in judged for name, column in each.behind.items()}
    lineage = {"_content_sha256": pa.repeat(literal(origin.content_sha256), len(kept)), "_source_row": int_array(source_rows[kept])}
    schema = arrow_schema(curated_contract(contract))
    return pa.Table.from_arrays([{**behind, **lineage}[name] for name in schema.names], schema=schema)


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()})
    return dict(sorted(counted.items()))
