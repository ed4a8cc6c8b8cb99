"""The gate, pure: a file's bytes in; the rows that may pass, and those that may not with their reasons, out."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.arrow import arrow_schema
from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Level
from headgate.errors import AuditError, BadInputError
from headgate.intake.cells import NO_ROWS, Rows, int_array, marked, repeated
from headgate.intake.check import Breach, comparison_breach
from headgate.intake.deduplicate import survivors
from headgate.intake.judge import Judged, judge, take_from
from headgate.intake.parallel import side_by_side
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


@dataclass(frozen=True)
class Gated:
    """What the gate made of one file; `received = accepted + quarantined + duplicates` holds in every instance.

    Attributes:
        accepted: by the curated contract, in the file's order. Texts that repeat are held as Arrow dictionaries, here and below;
            Parquet does not show it, and `headgate.lake.publishing.conform` makes them plain.
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
    pa.default_memory_pool().release_unused()  # the allocator keeps the blocks that the reader worked with
    judged = _judge_all(contract, received, key)
    verdict = _verdict(contract, received, judged)
    aside = set_aside(origin, received, judged, verdict)
    behind = {name: column for each in judged for name, column in each.behind.items()}
    count, kept_from = received.rows, received.source_rows[verdict.survivors.kept]
    warnings = sum(len(breach.rows) for breach in verdict.breaches if breach.level is Level.WARN) + len(received.absent)
    del received, judged  # the texts are not needed any more, and make room for the rows that are let in
    dispositions = _counts(aside.column("disposition"))
    return Gated(
        contract=f"{contract.id}@{contract.version}",
        content_sha256=origin.content_sha256,
        received=count,
        accepted=_accepted(contract, behind, verdict.survivors.kept, kept_from, origin),
        set_aside=aside,
        quarantined=dispositions.get(REFUSED, 0),
        duplicates=dispositions.get(DUPLICATE, 0),
        warnings=warnings,
        reasons=_counts(aside.column("rule")),
    )


def read(body: bytes, contract: Contract) -> Received:
    """What the file says, in whatever format it says it."""
    content = unpack(body)
    return read_parquet(content, contract) if is_parquet(content) else read_csv(content, contract)


def _judge_all(contract: Contract, received: Received, key: MaskingKey) -> list[Judged]:
    return side_by_side(lambda column: judge(column, received.cells[column.name], key), contract.columns)


def _verdict(contract: Contract, received: Received, judged: Sequence[Judged]) -> Verdict:
    """Which rows break rules, and which of the others stand for their keys."""
    values = {each.column.name: each.values for each in judged}
    of_rows = [breach for comparison in contract.comparisons if (breach := comparison_breach(comparison, values))]
    breaches = [*(breach for each in judged for breach in each.breaches), *of_rows]
    _check_halts(breaches)
    broken = [breach.rows for breach in breaches if breach.level is Level.QUARANTINE]
    is_refused = marked(np.concatenate((NO_ROWS, *broken)), len(received.source_rows))
    chosen = survivors(contract, np.flatnonzero(~is_refused), values, received.cells)
    return Verdict(breaches, np.flatnonzero(is_refused), chosen)


def _check_halts(breaches: Sequence[Breach]) -> None:
    for breach in breaches:
        if breach.level is Level.HALT:
            raise BadInputError(
                rule=breach.rule,
                message=f"{len(breach.rows)} rows break a rule that halts the file: {breach.reason}",
                remedy="correct these rows at their source and send the file again",
                column=breach.column,
            )


def _accepted(contract: Contract, behind: Mapping[str, pa.Array], kept: Rows, source_rows: Rows, origin: Origin) -> pa.Table:
    lineage = {"_content_sha256": repeated(origin.content_sha256, len(kept)), "_source_row": int_array(source_rows)}
    fields = list(arrow_schema(curated_contract(contract)))
    columns = [lineage[field.name] if field.name in lineage else take_from(behind[field.name], kept) for field in fields]
    held = [field.with_type(column.type) for field, column in zip(fields, columns, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(held))


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = Counter({entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()})
    return dict(sorted(counted.items()))
