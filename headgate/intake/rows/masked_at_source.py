"""Mask rows at their source, and recognize and check such rows at the gate.

The export masks a batch before it writes it anywhere. The file has the masked columns of curated; its column
VERDICTS lists the rules that the removed values broke, so that the gate refuses the same rows.

The file's metadata state that it was masked, and its run's manifest has a seal over its bytes that only the
masking key can make. Without the seal the file is rejected, so that nobody without the key can pass a card
number off as masked. Rows of a sealed file are checked all the same: masked columns by their form, texts by
the search for undeclared numbers. See ADR 23.
"""

import hmac
import json
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Column, ColumnType, Comparison, Contract, Kind, Mask, Rule
from headgate.errors import NotFoundError, UnreadableFileError
from headgate.formats.parquet.read_parquet import exact_texts
from headgate.formats.sniff import is_parquet
from headgate.intake.rows.breaches_as_json import verdicts
from headgate.intake.rows.check_column import check_column, undeclared_card
from headgate.intake.rows.checked_column import CheckedColumn, of_rows
from headgate.intake.rows.fill_missing_ids import fill_missing_ids
from headgate.intake.rows.redact_source_rows import source_texts
from headgate.intake.rows.refuse_rows import refuse_rows
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef, ObjectStore
from headgate.masking.card_columns import KnownCards, numeric_rows_with_cards
from headgate.masking.find_card_numbers import ANYWHERE, CONTEXT_BELOW, NOWHERE, rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.issuers import SHORTEST
from headgate.masking.redaction import redact
from headgate.masking.searched_columns import context_below
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    Rows,
    bool_array,
    decoded,
    flags,
    marked,
    null_where,
    rewritten_where,
    text_bytes,
)
from headgate.values.rules import Breach, comparison_breach

VERDICTS = "_verdicts"
MARK = b"headgate.masked"
_AT_SOURCE = b"at_source"
_UNDECLARED = {"undeclared_card_number", "undeclared_ssn", "undeclared_cvv"}
_SEALED = b"headgate: masked at the source\n"
_PARQUET_MAGIC_BYTES = 4
_FIRST_NON_ASCII, _HYPHEN, _OTHER = 0x80, 0x2D, 0x78
_FORMS = {Mask.PAN: (r"^{key_id}:[0-9a-f]{{64}}$", None, r"^[0-9]{{4}}$"), Mask.SSN: (r"^[0-9]{{4}}$",)}


def seal(key: MaskingKey, sha256: str) -> str:
    """Return proof that the file with this SHA-256 was written with the masking key."""
    return f"{key.key_id}:{hmac.digest(key.secret, _SEALED + sha256.encode(), 'sha256').hex()}"


def claims_to_be_masked(path: Path) -> bool:
    """Return whether a local file is Parquet and its metadata state that it was masked at the source."""
    with path.open("rb") as file:
        if not is_parquet(file.read(_PARQUET_MAGIC_BYTES)):
            return False
    try:
        return (pq.read_metadata(path).metadata or {}).get(MARK) == _AT_SOURCE
    except (pa.ArrowException, OSError):  # the reader reports the error
        return False


def check_seal(objects: ObjectStore, record: FileRecord, key: MaskingKey) -> None:
    """Check that the manifest of the file's run has the seal of its bytes."""
    wanted = seal(key, record.content_sha256)
    if not any(hmac.compare_digest(listed, wanted) for listed in _seals(objects, record)):
        raise UnreadableFileError(
            rule="unsealed",
            message=(
                "the file's metadata state that it was masked at the source, but its run's manifest has "
                "no seal of it under the current masking key"
            ),
            remedy="export it again; send a file from another source unmasked",
        )


def _seals(objects: ObjectStore, record: FileRecord) -> list[str]:
    export_key = ExportKey.parse(record.key)
    if export_key is None:
        return []
    try:
        manifest = json.loads(
            objects.read(ObjectRef(record.bucket, replace(export_key, name=RUN_MANIFEST).path()))
        )
    except NotFoundError:
        return []
    return [str(file.get("seal", "")) for file in manifest["files"] if file["name"] == export_key.name]


def masked_form(contract: Contract, key_id: str) -> Contract:
    """Return the contract of the dataset's files that were masked at the source, with tokens of this key."""
    columns = [curated for column in contract.columns for curated in _already_masked(column, key_id)]
    names = {column.name for column in columns if column.mask is None}
    verdicts = Column(
        VERDICTS, ColumnType(Kind.STRING), "The rules that masked values broke", mask=Mask.VERDICTS
    )
    comparisons = tuple(rule for rule in contract.comparisons if _compared_columns(rule) <= names)
    return replace(contract, columns=(*columns, verdicts), comparisons=comparisons, headings=())


def _already_masked(column: Column, key_id: str) -> tuple[Column, ...]:
    """Return the columns that replace this column.

    Its own rules were checked at the source, before masking.
    """
    if column.mask is None:
        return (column,)
    if column.mask is Mask.FREE_TEXT:
        return tuple(replace(curated, mask=Mask.FREE_TEXT, rules=()) for curated in masked_columns(column))
    forms = _FORMS.get(column.mask, ())
    masked = []
    for curated, form in zip(masked_columns(column), forms, strict=True):
        rules = (Rule("pattern", form.format(key_id=key_id)),) if form else curated.rules
        masked.append(replace(curated, required=False, mask=Mask.MASKED, rules=rules))
    return tuple(masked)


def _compared_columns(rule: Comparison) -> set[str]:
    return {rule.left, rule.right or rule.left}


@dataclass(frozen=True)
class AtSource:
    """Masks rows under one key, as the gate would."""

    key: MaskingKey

    def seal(self, sha256: str) -> str:
        """Return the seal for the manifest's entry of the file with this SHA-256."""
        return seal(self.key, sha256)

    def mask(
        self, contract: Contract, rows: pa.RecordBatch, encoded: Collection[str] = ()
    ) -> tuple[pa.RecordBatch, pa.Array]:
        """Return the masked rows, and a mask of the rows in which an undeclared number was removed.

        Columns that the contract does not have are searched as well: their texts like free text, their
        numbers and bytes for card numbers and social security numbers.

        Args:
            encoded: columns whose text is base64; the decoded bytes are searched.
        """
        rows, breaches = _without_hidden(contract, rows, encoded)
        checked = {
            column.name: self._check(column, rows)
            for column in contract.columns
            if column.name in _checked_columns(contract, rows)
        }
        arrays: dict[str, pa.Array] = {}
        withheld = marked(np.concatenate((NO_ROWS, *(breach.rows for breach in breaches))), rows.num_rows)
        for name, values in zip(rows.schema.names, rows.columns, strict=True):
            if name in checked and checked[name].column.mask:
                arrays.update({curated: decoded(masked) for curated, masked in checked[name].curated.items()})
            else:
                hidden = _undeclared(checked.get(name), values)
                arrays[name] = _without(values, hidden)
                withheld |= hidden
        declared = [breach for breach in breaches if breach.column in contract.names]
        arrays[VERDICTS] = verdicts([*_breaches(contract, checked), *declared], rows.num_rows)
        schema = pa.schema(
            [(name, array.type) for name, array in arrays.items()], metadata={MARK: _AT_SOURCE}
        )
        return pa.RecordBatch.from_arrays(list(arrays.values()), schema=schema), bool_array(withheld)

    def mask_received(self, contract: Contract, cells: Mapping[str, pa.Array]) -> pa.Table:
        """Return the rows that the gate read, masked and with their generated ids.

        Every column is checked as in the gate. A refused row's cells may have slipped into other columns, so
        the row gets the texts that quarantine shows.
        """
        received = [check_column(column, cells[column.name], self._cards) for column in contract.columns]
        checked = fill_missing_ids(contract, received, self.key)
        count = len(next(iter(cells.values())))
        refused = refuse_rows(contract, checked, count).refused
        texts = (
            source_texts([of_rows(each, refused) for each in checked], passed=False) if len(refused) else {}
        )
        arrays: dict[str, pa.Array] = {}
        for each in checked:
            if each.column.mask:
                arrays |= {curated: decoded(masked) for curated, masked in each.curated.items()}
            else:
                name = each.column.name
                arrays[name] = _with_texts(cells[name], refused, texts[name]) if texts else cells[name]
        arrays |= {
            after.column.name: _with_ids(arrays[after.column.name], before.values, after.values)
            for before, after in zip(received, checked, strict=True)
            if after is not before
        }
        arrays[VERDICTS] = verdicts(_breaches(contract, {each.column.name: each for each in checked}), count)
        return pa.table(arrays)

    @cached_property
    def _cards(self) -> KnownCards:
        return KnownCards(self.key)

    def _check(self, column: Column, rows: pa.RecordBatch) -> CheckedColumn:
        return check_column(
            column, exact_texts(pa.chunked_array([rows.column(column.name)]), column), self._cards
        )


def _without_hidden(
    contract: Contract, rows: pa.RecordBatch, encoded: Collection[str]
) -> tuple[pa.RecordBatch, list[Breach]]:
    """Remove numbers and bytes with undeclared card or social security numbers, and return their breaches."""
    declared = {column.name: column for column in contract.columns}
    arrays, breaches = [], []
    for name, values in zip(rows.schema.names, rows.columns, strict=True):
        column = declared.get(name) or Column(name, ColumnType(Kind.STRING), "not in the contract")
        hidden = _rows_hiding(column, values, is_base64=name in encoded)
        arrays.append(null_where(marked(hidden, len(values)), values) if len(hidden) else values)
        if len(hidden):
            breaches.append(undeclared_card(column, hidden))
    return pa.RecordBatch.from_arrays(arrays, schema=rows.schema), breaches


def _rows_hiding(column: Column, values: pa.Array, *, is_base64: bool) -> Rows:
    """Return the rows whose number or bytes contain an undeclared card or social security number."""
    kind = values.type
    if is_base64 or pa.types.is_binary(kind):
        text = _ascii_text(
            pa.array([value and b64decode(value) for value in values.to_pylist()], pa.binary())
            if is_base64
            else values
        )
        cards = rows_with_cards(text, context_below=NOWHERE if column.no_cards else CONTEXT_BELOW)
        return np.unique(np.concatenate((cards, rows_with_ssns(text))))
    if column.mask or column.unmasked:
        return NO_ROWS
    if pa.types.is_decimal256(kind):
        return rows_with_cards(pc.cast(values, pa.string()), context_below=context_below(column))
    numbers = pc.cast(values, pa.decimal128(20, 0)) if pa.types.is_uint64(kind) else values
    return numeric_rows_with_cards(numbers, fewest_digits=max(context_below(column), SHORTEST))


def _ascii_text(values: pa.Array) -> pa.Array:
    """Return bytes as ASCII text: other bytes become `x`, and zero bytes (between digits in UTF-16) `-`."""
    data, starts = text_bytes(values)
    shown = np.where(data == 0, _HYPHEN, np.where(data < _FIRST_NON_ASCII, data, _OTHER)).astype(np.uint8)
    offsets = pa.py_buffer(starts.astype(np.int32))
    return pa.StringArray.from_buffers(len(values), offsets, pa.py_buffer(shown))


def _checked_columns(contract: Contract, rows: pa.RecordBatch) -> set[str]:
    """Return the columns that are masked, that are text, or that are compared with a masked column."""
    wanted = {column.name for column in contract.columns if column.mask or column.type.kind is Kind.STRING}
    return {
        *wanted,
        *(name for rule in _masked_comparisons(contract) for name in _compared_columns(rule)),
    } & set(rows.schema.names)


def _masked_comparisons(contract: Contract) -> tuple[Comparison, ...]:
    """Return the comparisons that need a masked column, which the gate cannot check."""
    return tuple(
        rule
        for rule in contract.comparisons
        if any(contract.column(name).mask for name in _compared_columns(rule))
    )


def _breaches(contract: Contract, checked: Mapping[str, CheckedColumn]) -> list[Breach]:
    """Return the breaches that the gate can no longer detect."""
    of_columns = [
        breach
        for each in checked.values()
        for breach in each.breaches
        if each.column.mask or breach.rule in _UNDECLARED
    ]
    values = {name: each.values for name, each in checked.items()}
    rules = [rule for rule in _masked_comparisons(contract) if _compared_columns(rule) <= values.keys()]
    return [*of_columns, *(breach for rule in rules if (breach := comparison_breach(rule, values)))]


def _undeclared(checked: CheckedColumn | None, values: pa.Array) -> Flags:
    """Return the rows whose value contains a number that its column does not declare."""
    if checked is not None:
        return marked(
            np.concatenate(
                (NO_ROWS, *(breach.rows for breach in checked.breaches if breach.rule in _UNDECLARED))
            ),
            len(values),
        )
    if not pa.types.is_string(values.type):
        return np.zeros(len(values), bool)
    return flags(pc.not_equal(values, redact(values)))


def _without(values: pa.Array, hidden: Flags) -> pa.Array:
    if not hidden.any():
        return values
    return (
        rewritten_where(bool_array(hidden), values, partial(redact, context_below=ANYWHERE))
        if pa.types.is_string(values.type)
        else null_where(hidden, values)
    )


def _with_texts(values: pa.Array, rows: Rows, texts: pa.Array) -> pa.Array:
    """Replace the values of these rows by texts."""
    return pc.replace_with_mask(
        pc.cast(values, pa.string()),
        bool_array(marked(rows, len(values))),
        pc.cast(decoded(texts), pa.string()),
    )


def _with_ids(texts: pa.Array, before: pa.Array, after: pa.Array) -> pa.Array:
    """Add the generated ids to the texts, because the next check has no key to generate them."""
    generated = pc.and_(pc.is_null(before), pc.is_valid(after))
    return pc.if_else(generated, decoded(after), pc.cast(decoded(texts), pa.string()))
