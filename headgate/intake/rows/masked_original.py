"""The masked form of an original: written after the gate has checked the file, and read instead of it.

An archive with three members:

| member | content |
|---|---|
| `about.json` | contract, key of the tokens, and the form of the file in its record |
| `rows.parquet` | each row under the names of the contract, masked as at a source (ADR 23), and its source row |
| `quarantine.parquet` | the quarantined rows as the gate described them; only here are rows with too few or too many cells |

Checked against the same contract, the masked form gives the same accepted and quarantined rows as the
original; `write` proves this before the original may be deleted. Checked against another contract, rows are
validated again as far as their masked values allow. See docs/adr/0023-masked-at-source.md.
"""  # noqa: E501 a table

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.model import Contract, Mask
from headgate.contracts.new_column_policy import is_kept_out, with_undeclared, without_left_out
from headgate.errors import AuditError
from headgate.formats.batches import ROWS_AT_ONCE, Source, source_in_memory
from headgate.formats.blank_rows import leave_out_blank_rows
from headgate.formats.csv.stream_csv import NotPlainError
from headgate.formats.open_file import decompressed, open_batches, read_whole
from headgate.formats.received_rows import Received
from headgate.intake.rows.check_rows import (
    ACCEPTED,
    DISTINCT_QUARANTINE,
    QUARANTINE,
    QUARANTINE_GROUP_ROWS,
    CheckRun,
    Counts,
    write_outputs,
)
from headgate.intake.rows.masked_at_source import AtSource, masked_form
from headgate.intake.rows.parquet_writer import RowsFile
from headgate.intake.rows.quarantine_rows import FOOTER, RowOrigin
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import MaskingKey
from headgate.lake.states import RAGGED_ROW, Disposition
from headgate.masking.redaction import redact_text
from headgate.values.cells import NO_ROWS, decoded, int_array, literal, numbers, repeated
from headgate.values.parquet_tables import table_of

ABOUT, ROWS, MASKED_FOLDER = "about.json", "rows.parquet", "masked"
SENSITIVE = frozenset({Mask.PAN, Mask.CVV, Mask.TRACK, Mask.SSN})
SOURCE_ROW = "_source_row"
_UNDECLARED = '"undeclared_'
_NO_CELLS = (RAGGED_ROW, FOOTER)  # rules of rows whose cells belong to no columns


@dataclass(frozen=True)
class About:
    """The facts about a file that its masked form states besides the rows, as in the file's record."""

    contract: str
    key_id: str
    missing_parts: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    masked: Mapping[str, int] = field(default_factory=dict)
    written_as: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> About:
        """Parse the JSON text of a masked form."""
        document = json.loads(text)
        return cls(
            **{
                **document,
                "missing_parts": tuple(document["missing_parts"]),
                "undeclared": tuple(document["undeclared"]),
            }
        )


def holds_card_data(contract: Contract, counts: Counts, quarantine: Path) -> bool:
    """Return whether the original may contain a card number, verification code or social security number.

    The contract declares one, or the gate detected one. The same applies to an original with a column that
    was left out because of its name or by the contract: the masked form does not have its values.
    """
    if counts.masked or any(
        column.mask in SENSITIVE or (column.left_out and is_kept_out(column.label, contract))
        for column in contract.columns
    ):
        return True
    if not quarantine.is_file():
        return False
    return bool(
        pc.any(pc.match_substring(table_of(quarantine, ["all_rules"])["all_rules"], _UNDECLARED)).as_py()
    )


@dataclass(frozen=True)
class Checked:
    """An original on the local disk that the gate has checked; ACCEPTED and QUARANTINE are next to it.

    Attributes:
        about: set for corrected rows that were completed from a masked form; MASKED_FOLDER has their masked
            rows.
    """

    path: Path
    contract: Contract
    origin: RowOrigin
    counts: Counts
    about: About | None = None


def write(original: Checked, key: MaskingKey, limit_bytes: int) -> Path:
    """Write the masked form of an original beside it, and return the form's path.

    Raises:
        AuditError: the masked form does not give the same rows as the original.
    """
    folder = original.path.parent / MASKED_FOLDER
    folder.mkdir(exist_ok=True)
    about = original.about or _write_rows(original, AtSource(key), folder, limit_bytes)
    form = folder / "form.zip"
    with zipfile.ZipFile(form, "w") as archive:
        archive.writestr(zipfile.ZipInfo(ABOUT), json.dumps(asdict(about), sort_keys=True))
        for name, member in ((ROWS, folder / ROWS), (QUARANTINE, original.path.with_name(QUARANTINE))):
            if member.is_file():
                _add(archive, name, member)
    _check_equal(form, original)
    return form


def check_masked_rows(form: Path, contract: Contract, origin: RowOrigin, folder: Path) -> Counts:
    """Check the rows of a masked form, and write ACCEPTED and QUARANTINE to `folder`, as for an original.

    Args:
        contract: the dataset's contract; columns that only this file has are added.
    """
    inside = folder / "inside"
    inside.mkdir(exist_ok=True)
    with zipfile.ZipFile(form) as archive:
        archive.extractall(inside)  # safe: the ledger has the form's hash, so the gate wrote it
    about = About.of((inside / ABOUT).read_text())
    counts = check_rows_of(inside / ROWS, about, contract, origin, folder)
    return _with_earlier_quarantine(counts, about, inside / QUARANTINE, folder / QUARANTINE, origin)


def check_rows_of(rows: Path, about: About, contract: Contract, origin: RowOrigin, folder: Path) -> Counts:
    """Check masked rows against the contract, and write ACCEPTED and QUARANTINE to `folder`."""
    lacking = [name for name in about.undeclared if name not in contract.names]
    masked = masked_form(
        without_left_out(with_undeclared(contract, lacking) if lacking else contract), about.key_id
    )
    source = Source(
        partial(_batches, rows, masked), len(masked.columns), about.missing_parts, about.written_as
    )
    counts = write_outputs(CheckRun(source, masked, MaskingKey(about.key_id, b""), origin, folder), folder)
    return replace(counts, masked=about.masked, written_as=about.written_as)


def _write_rows(original: Checked, masking: AtSource, folder: Path, limit_bytes: int) -> About:
    file = decompressed(original.path, folder, limit_bytes)
    source = open_batches(file, original.contract, folder)
    if source:
        with suppress(NotPlainError):
            return _write_batches(source, original, masking, folder)
    return _write_batches(source_in_memory(read_whole(file, original.contract)), original, masking, folder)


def _write_batches(source: Source, original: Checked, masking: AtSource, folder: Path) -> About:
    contract, counts = without_left_out(original.contract), original.counts
    rows = RowsFile(folder / ROWS, (*contract.key, *contract.order_by, SOURCE_ROW))
    for received in leave_out_blank_rows(source).batches():
        cells = {column.name: received.cells[column.name] for column in contract.columns}
        rows.add(
            masking.mask_received(contract, cells).append_column(SOURCE_ROW, int_array(received.source_rows))
        )
    rows.close()
    undeclared = tuple(column.name for column in contract.columns if column.undeclared)
    return About(
        counts.contract,
        masking.key.key_id,
        source.missing_parts,
        undeclared,
        dict(counts.masked),
        dict(counts.written_as),
    )


def _add(archive: zipfile.ZipFile, name: str, member: Path) -> None:
    """Add a file without its time, so that equal rows give equal bytes."""
    with member.open("rb") as source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as sink:
        while part := source.read(1 << 20):
            sink.write(part)


def _check_equal(form: Path, original: Checked) -> None:
    folder = original.path.parent
    again = folder / "again"
    again.mkdir(exist_ok=True)
    same = _sizes(check_masked_rows(form, original.contract, original.origin, again)) == _sizes(
        original.counts
    )
    if not same or any(_hash(again / name) != _hash(folder / name) for name in (ACCEPTED, QUARANTINE)):
        raise AuditError(
            f"{original.contract.dataset}: the masked form does not give the same rows as the original"
        )


def _sizes(counts: Counts) -> tuple[object, ...]:
    return (
        counts.received,
        counts.accepted,
        counts.quarantined,
        counts.duplicates,
        counts.warnings,
        dict(counts.reasons),
    )


def _hash(path: Path) -> str:
    return sha256_of(path) if path.is_file() else ""


def _batches(rows: Path, contract: Contract) -> Iterator[Received]:
    """Yield the rows with the contract's columns, in batches."""
    if not rows.is_file():
        yield Received({name: pa.nulls(0, pa.string()) for name in contract.names}, NO_ROWS)
        return
    with pq.ParquetFile(rows) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
            present = set(batch.schema.names)
            cells = {
                name: batch.column(name) if name in present else pa.nulls(batch.num_rows, pa.string())
                for name in contract.names
            }
            texts = {name: pc.cast(values, pa.string()) for name, values in cells.items()}
            yield Received(texts, numbers(batch.column(SOURCE_ROW)))


def _with_earlier_quarantine(
    counts: Counts, about: About, earlier: Path, path: Path, origin: RowOrigin
) -> Counts:
    """Restore the first description of each row that is quarantined again for the same rules."""
    if not earlier.is_file():
        return counts
    old = _with_origin(origin, table_of(earlier))
    without_cells = old.filter(pc.is_in(old["rule"], pa.array(_NO_CELLS)))
    new = table_of(path) if path.is_file() else old.schema.empty_table()
    restored = _restored(new, old, is_same=about.contract == counts.contract)
    kept = new.filter(pc.invert(pc.is_in(new["source_row"], restored["source_row"])))
    all_rows = pa.concat_tables([kept, restored, without_cells], promote_options="default").sort_by(
        "source_row"
    )
    path.unlink(missing_ok=True)
    rows = RowsFile(path, DISTINCT_QUARANTINE, QUARANTINE_GROUP_ROWS)
    rows.add(all_rows)
    rows.close()
    ragged = without_cells.num_rows
    reasons = dict(sorted(Counter(all_rows["rule"].to_pylist()).items()))
    return replace(
        counts, received=counts.received + ragged, quarantined=counts.quarantined + ragged, reasons=reasons
    )


def _restored(new: pa.Table, old: pa.Table, *, is_same: bool) -> pa.Table:
    """Return the earlier rows that are quarantined again.

    Under another contract they must also break the same rules.
    """
    described = {
        row: _verdict(rules, disposition, is_same=is_same) for row, rules, disposition in _described(new)
    }
    again = [
        described.get(row) == _verdict(rules, disposition, is_same=is_same)
        for row, rules, disposition in _described(old)
    ]
    return old.filter(pa.array(again, pa.bool_()))


def _described(rows: pa.Table) -> Iterator[tuple[int, str, str]]:
    return zip(*(rows[name].to_pylist() for name in ("source_row", "all_rules", "disposition")), strict=True)


def _verdict(rules: str, disposition: str, *, is_same: bool) -> tuple[Disposition, frozenset[str]]:
    return Disposition(disposition), frozenset() if is_same else frozenset(json.loads(rules))


def _with_origin(origin: RowOrigin, rows: pa.Table) -> pa.Table:
    """Return the rows with the key and time of the file that is checked now.

    A copy under another key has the same masked form.
    """
    received_at = pa.repeat(literal(origin.received_at.isoformat(), pa.timestamp("us")), rows.num_rows)
    for name, values in (
        ("object_key", decoded(repeated(redact_text(origin.object_key), rows.num_rows))),
        ("received_at", received_at),
    ):
        rows = rows.set_column(rows.column_names.index(name), name, values)
    return rows
