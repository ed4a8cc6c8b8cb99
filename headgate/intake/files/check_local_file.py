"""The gate for local files: check a file against its contract.

`FileProcessor`, `Replayer` and the masking of originals share it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.model import Contract, Mask
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.errors import BadInputError, NotFoundError, UnknownDatasetError
from headgate.formats.open_file import decompressed
from headgate.formats.unpack import OutgrownError
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, Counts, check_file
from headgate.intake.rows.masked_at_source import AtSource, check_seal, claims_to_be_masked, masked_form
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.refused_correction import refused_correction
from headgate.lake.states import PARTIAL_HEADER, FileState, OriginalForm
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from headgate.intake.files.gate import GatePorts, GateRules
    from headgate.intake.rows.masked_original import About

UNKNOWN_DATASET = "unknown_dataset"
# About 10 MB of rows in memory. The profile reads column by column, and would open a path about thirty times.
_SMALL_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class CheckedParquet:
    """The rows of a file after the gate, in two local Parquet files; one without rows does not exist.

    Attributes:
        about: set for corrected rows that were completed from a masked form, as in `masked_original.Checked`.
    """

    counts: Counts
    accepted: Path
    quarantine_rows: Path
    about: About | None = None

    @property
    def has_accepted(self) -> bool:
        """Whether rows were accepted, by their count: a file that vanished from the disk is not empty."""
        return self.counts.accepted > 0

    @property
    def has_quarantine_rows(self) -> bool:
        """Whether rows belong to quarantine: refused rows or duplicates."""
        return self.counts.quarantined + self.counts.duplicates > 0

    def rows(self) -> tuple[pa.Table | Path, pa.Table | Path]:
        """Return accepted and quarantined rows: tables for small files, paths for others."""
        return _table_if_small(self.accepted), _table_if_small(self.quarantine_rows)


@dataclass(frozen=True)
class CheckedOriginal:
    """A local file after the gate.

    Attributes:
        contract: the contract that it was checked against: the dataset's, possibly with the file's column
            names.
        received_at: modification time of its object, naive UTC.
        mapping: mapping of its columns, as in its record; empty without one.
    """

    path: Path
    contract: Contract
    received_at: datetime
    gated: CheckedParquet
    mapping: Mapping[str, str] = field(default_factory=dict)


def contract_of(contracts: Mapping[str, Contract], dataset: str) -> Contract:
    """Return the contract of a dataset; UnknownDatasetError if the dataset has no contract."""
    if dataset not in contracts:
        raise UnknownDatasetError(
            rule=UNKNOWN_DATASET,
            message=f"no contract is called {dataset!r}, the first folder of the key",
            remedy=f"send the file below one of {', '.join(sorted(contracts))}",
        )
    return contracts[dataset]


def checked_by(record: FileRecord, rules: GateRules) -> FileRecord:
    """Return the record with the current contract of its dataset; the fields are empty without a contract."""
    contract = rules.contracts.get(record.dataset)
    name, fingerprint = (
        (f"{contract.id}@{contract.version}", gate_fingerprint(contract)) if contract else ("", "")
    )
    return replace(record, contract=name, contract_rules=fingerprint, definitions=rules.definitions)


def with_counts(record: FileRecord, counts: Counts, rules: GateRules) -> FileRecord:
    """Return the record of a file whose rows the gate has checked, with these counts."""
    return replace(
        checked_by(record, rules),
        state=FileState.DONE,
        received=counts.received,
        accepted=counts.accepted,
        quarantined=counts.quarantined,
        duplicates=counts.duplicates,
        warnings=counts.warnings,
        warned={f"{rule}:{column}": rows for (column, rule), rows in counts.warned.items()},
        reasons=counts.reasons,
        masked=counts.masked,
        new_columns=counts.new_columns,
        written_as=counts.written_as,
        error={},
    )


def check_readable(path: Path, largest_bytes: int) -> None:
    """Check that a local file without a contract is a table.

    A damaged file is then reported as damaged, not as a file without a contract.

    Raises:
        BadInputError: the file cannot be read.
    """
    from headgate.formats.read_table import check_is_table  # noqa: PLC0415 a cold start loads what reads unknown tables when one comes

    try:
        file = decompressed(path, path.parent, largest_bytes).path
    except OutgrownError:  # a larger worker checks whether it is damaged
        return
    check_is_table(file)


def check_local_file(
    record: FileRecord,
    path: Path,
    received_at: datetime,
    contract: Contract,
    *,
    rules: GateRules,
    ports: GatePorts,
) -> CheckedParquet:
    """Check every row of a local file, and write accepted and quarantined rows to the file's folder.

    Args:
        record: supplies the file's key and the hash of its content.
        contract: the dataset's contract, possibly with the file's column names.
        ports: supply the seal of a file that was masked at its source, and the masked form of a file whose
            rows this file corrects.

    Raises:
        BadInputError: the file is rejected.
        OutgrownError: the file contains more than `largest_bytes`.
    """
    was_masked, folder = claims_to_be_masked(path), path.parent
    needs_key = was_masked or any(
        column.mask is Mask.PAN or column.generated_from for column in contract.columns
    )
    key = rules.masking_key() if needs_key else MaskingKey("", b"")
    if was_masked:
        check_seal(ports.objects, record, key)
        contract = masked_form(contract, key.key_id)
    origin = origin_of(record, contract, path, received_at)
    if (corrected := keys.corrected_file(record.key)) and path.read_bytes().startswith(PARTIAL_HEADER):
        return _check_partial(path, _masked_form_of(corrected, path, ports), contract, origin, AtSource(key))
    counts = check_file(
        path,
        contract,
        key,
        object_key=record.key,
        received_at=received_at,
        folder=folder,
        content_sha256=origin.content_sha256,
        limit_bytes=rules.largest_bytes,
    )
    return CheckedParquet(counts, folder / ACCEPTED, folder / QUARANTINE)


def _check_partial(
    path: Path, form: Path, contract: Contract, origin: RowOrigin, masking: AtSource
) -> CheckedParquet:
    """Check corrected rows that take cells from the masked form of the file that they correct."""
    from headgate.intake.rows import masked_original, partial_rows  # noqa: PLC0415 only corrections need them

    folder = path.parent
    masked = folder / masked_original.MASKED_FOLDER
    masked.mkdir(exist_ok=True)
    rows = partial_rows.PartialRows(keys.corrected_file(origin.object_key), form, contract, masking)
    about = rows.write(path.read_bytes(), masked)
    counts = masked_original.check_rows_of(masked / masked_original.ROWS, about, contract, origin, folder)
    return CheckedParquet(counts, folder / ACCEPTED, folder / QUARANTINE, about)


def _masked_form_of(file_id: str, beside: Path, ports: GatePorts) -> Path:
    """Download the masked form of a file's original, and return the local copy."""
    path = beside.with_name("corrected.zip")
    try:
        record = ports.ledger.get(file_id)
        form = record.original
        if form.get("form") == OriginalForm.MASKED:
            info = ports.objects.info(ObjectRef(record.bucket, form["key"], form["version_id"]))
            ports.objects.download(info.ref, path, info.size_bytes)
    except NotFoundError:
        form = {}
    if not path.is_file() or sha256_of(path) != form.get("sha256"):
        raise refused_correction("the masked form of the file that is corrected is not in raw")
    return path


def check_masked_form(
    record: FileRecord, path: Path, received_at: datetime, contract: Contract
) -> CheckedParquet:
    """Check every row of the masked form that replaced the file's original in raw, like `check_local_file`.

    Raises:
        NotFoundError: the local file is not the form that the record names.
        BadInputError: the file is rejected.
    """
    from headgate.intake.rows import masked_original  # noqa: PLC0415 only a replay reads masked forms

    if sha256_of(path) != record.original["sha256"]:
        raise NotFoundError(f"the masked form of {record.key} is not the one that the gate wrote")
    counts = masked_original.check_masked_rows(
        path, contract, origin_of(record, contract, path, received_at), path.parent
    )
    return CheckedParquet(counts, path.parent / ACCEPTED, path.parent / QUARANTINE)


def origin_of(record: FileRecord, contract: Contract, path: Path, received_at: datetime) -> RowOrigin:
    """Return the origin of the file's rows, which is written with each of them."""
    return RowOrigin(contract.dataset, record.content_sha256 or sha256_of(path), record.key, received_at)


def error_fields(error: BadInputError) -> dict[str, str]:
    """Return the error of a rejected file in the fields of its record."""
    return {"rule": error.rule, "message": error.message, "remedy": error.remedy, "column": error.column}


def _table_if_small(path: Path) -> pa.Table | Path:
    is_small = path.is_file() and path.stat().st_size <= _SMALL_FILE_BYTES
    return table_of(path, dictionaries=pq.read_schema(path).names) if is_small else path
