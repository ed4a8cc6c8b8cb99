"""Check a file by a contract as the lake would, with columns mapped if their names differ."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, Contract, Kind
from headgate.errors import BadInputError
from headgate.formats.read_table import sample_table
from headgate.intake.quarantine.failing_columns import FailingColumn, failing_columns, with_changed_column
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey
from headgate.masking.card_columns import hold_more_cards_than_chance
from headgate.masking.redaction import redact_text
from headgate.matching.mappings import MAPPABLE_RULES, Decided, Mappings, Suggested


@dataclass(frozen=True)
class LocalCheck:
    """The rows of a file after the gate.

    Attributes:
        mapping: of its columns, as in a record; empty if the file has the contract's names.
    """

    gated: CheckedRows
    mapping: Mapping[str, str]


def any_key() -> MaskingKey:
    """Return a random masking key, for results whose tokens are not compared with others."""
    return MaskingKey("check", secrets.token_bytes(32))


def check_by_contract(file: Path, contract: Contract) -> LocalCheck:
    """Check every row of a file; its last change counts as its arrival.

    Raises:
        BadInputError: the file would be rejected, or a person would be asked about its columns.
    """
    body, name, key = file.read_bytes(), redact_text(file.name), any_key()
    landed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    try:
        return LocalCheck(check_bytes(body, contract, key, object_key=name, received_at=landed_at), {})
    except BadInputError as error:
        decided = decided_columns(error, name, body, contract)
    return LocalCheck(
        check_bytes(body, decided.contract, key, object_key=name, received_at=landed_at), decided.as_record()
    )


def decided_columns(error: BadInputError, name: str, body: bytes, contract: Contract) -> Decided:
    """Return the columns of a file that its contract does not read as they are, such as those of an alias.

    Args:
        error: why it is not read.

    Raises:
        BadInputError: a person would be asked about the columns, or the error has another cause.
    """
    mappings = Mappings(MemoryObjects(), "", {contract.dataset: contract}, sample_table)
    decided = mappings.decide(name, contract.dataset, body) if error.rule in MAPPABLE_RULES else None
    if decided is None:
        raise error
    if isinstance(decided, Suggested):
        raise _with_local_remedy(decided.asked(name), contract) from None
    return decided


def failing_columns_of(file: Path, contract: Contract, gated: CheckedRows) -> list[FailingColumn]:
    """Return the columns whose rules refused rows, with remedies that were checked on the file."""

    def accepts(edited: Column) -> bool:
        again = check_by_contract(file, with_changed_column(contract, edited)).gated
        return not any(
            (column.column, column.rule) == (edited.name, "type")
            for column in failing_columns(again.quarantine_rows, contract)
        )

    counts = gated.counts
    return failing_columns(
        gated.quarantine_rows, contract, counts.new_columns, received=counts.received, accepts=accepts
    )


def columns_like_cards(gated: CheckedRows, contract: Contract) -> list[str]:
    """Return columns declared without card data that have more card numbers than chance explains."""
    numeric_or_text = {Kind.STRING, Kind.BIGINT}
    declared = [
        column.name for column in contract.columns if column.no_cards and column.type.kind in numeric_or_text
    ]
    texts = {
        name: gated.accepted[name].combine_chunks().cast(pa.string())
        for name in declared
        if name in gated.accepted.column_names
    }
    return [name for name, values in texts.items() if hold_more_cards_than_chance(values)]


def _with_local_remedy(asked: BadInputError, contract: Contract) -> BadInputError:
    """Return the error with a remedy for a file outside of a lake, where no command can accept a mapping."""
    remedy = (
        f"rename the columns of the file to those of the contract ({', '.join(contract.names)}); if the "
        "names in the file stay, list them in headgate.aliases of the contract; declare a column in the "
        "contract if it lacks it; or choose the contract of another dataset"
    )
    return BadInputError(rule=asked.rule, message=asked.message, remedy=remedy, file=asked.file)
