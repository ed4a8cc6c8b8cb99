"""Rows that were masked where they come from: how they are masked there, and how the gate recognises and
checks them here.

The export masks a batch before it is written anywhere. The file holds the masked columns that curated has;
the column VERDICTS lists the rules that the removed values broke, so that the same rows are refused.

A file says of itself that it was masked, and its run's manifest holds a seal over its bytes that only the
masking key makes. Who cannot make it cannot pass a card number off as something masked: without the seal the
file is rejected. And a sealed file's rows are checked all the same: masked columns by their form, texts by
the search for numbers that no column declares. See ADR 23.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Column, ColumnType, Kind, Mask, Rule
from headgate.errors import NotFoundError, UnreadableFileError
from headgate.formats.parquet.read_parquet import exact_texts
from headgate.formats.sniff import is_parquet
from headgate.intake.rows.breaches_as_json import verdicts
from headgate.intake.rows.check_column import check_column, undeclared_card
from headgate.intake.rows.checked_column import of_rows
from headgate.intake.rows.fill_missing_ids import fill_missing_ids
from headgate.intake.rows.redact_source_rows import source_texts
from headgate.intake.rows.refuse_rows import refuse_rows
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import ObjectRef
from headgate.masking.card_columns import KnownCards, numeric_rows_with_cards
from headgate.masking.find_card_numbers import ANYWHERE, CONTEXT_BELOW, NOWHERE, rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.issuers import SHORTEST
from headgate.masking.redaction import redact
from headgate.masking.searched_columns import context_below
from headgate.values.cells import (
    NO_ROWS,
    bool_array,
    decoded,
    flags,
    marked,
    null_where,
    rewritten_where,
    text_bytes,
)
from headgate.values.rules import comparison_breach

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from headgate.contracts.model import Comparison, Contract
    from headgate.intake.rows.checked_column import CheckedColumn
    from headgate.lake.ports import FileRecord, MaskingKey, ObjectStore
    from headgate.values.cells import Flags, Rows
    from headgate.values.rules import Breach

VERDICTS = "_verdicts"
MARK = b"headgate.masked"
_BY = b"at_source"
_UNDECLARED = {"undeclared_card_number", "undeclared_ssn", "undeclared_cvv"}
_SEALED = b"headgate: masked at the source\n"
_PARQUET_MAGIC_BYTES = 4
_FIRST_NON_ASCII, _HYPHEN, _OTHER = 0x80, 0x2D, 0x78
_FORMS = {Mask.PAN: (r"^{key_id}:[0-9a-f]{{64}}$", None, r"^[0-9]{{4}}$"), Mask.SSN: (r"^[0-9]{{4}}$",)}


def seal(key: MaskingKey, sha256: str) -> str:
    """Return proof that whoever has the masking key wrote the file with this SHA-256."""
    return f"{key.key_id}:{hmac.digest(key.secret, _SEALED + sha256.encode(), 'sha256').hex()}"


def claims_to_be_masked(path: Path) -> bool:
    """Return whether a local file is Parquet and says of itself that it was masked at the source."""
    with path.open("rb") as file:
        if not is_parquet(file.read(_PARQUET_MAGIC_BYTES)):
            return False
    try:
        return (pq.read_metadata(path).metadata or {}).get(MARK) == _BY
    except (pa.ArrowException, OSError):  # the reader says what is wrong with it
        return False


def check_seal(objects: ObjectStore, record: FileRecord, key: MaskingKey) -> None:
    """Check that the manifest of the file's run has the seal of these very bytes.

    Raises:
        UnreadableFileError: `unsealed`: it does not, so that nothing in the file can be taken for masked.
    """
    wanted = seal(key, record.content_sha256)
    if not any(hmac.compare_digest(seal, wanted) for seal in _seals(objects, record)):
        raise UnreadableFileError(
            rule="unsealed",
            message=(
                "the file says that it was masked at the source, and its run's manifest has no seal of "
                "it by the masking key of now"
            ),
            remedy="export it again; a file from elsewhere must come as it is, unmasked",
        )


def _seals(objects: ObjectStore, record: FileRecord) -> list[str]:
    place = ExportKey.parse(record.key)
    if place is None:
        return []
    try:
        manifest = json.loads(
            objects.read(ObjectRef(record.bucket, replace(place, name=RUN_MANIFEST).path()))
        )
    except NotFoundError:
        return []
    return [str(file.get("seal", "")) for file in manifest["files"] if file["name"] == place.name]


def masked_form(contract: Contract, key_id: str) -> Contract:
    """Return the contract of files that were masked at the source, with tokens under that key."""
    columns = [behind for column in contract.columns for behind in _already_masked(column, key_id)]
    names = {column.name for column in columns if column.mask is None}
    verdicts = Column(
        VERDICTS,
        ColumnType(Kind.STRING),
        "What was wrong with values that are masked now",
        mask=Mask.VERDICTS,
    )
    comparisons = tuple(rule for rule in contract.comparisons if _compares(rule) <= names)
    return replace(contract, columns=(*columns, verdicts), comparisons=comparisons, headings=())


def _already_masked(column: Column, key_id: str) -> tuple[Column, ...]:
    """Return the columns that replace this one.

    Its own rules were checked at the source, where its values were known.
    """
    if column.mask is None:
        return (column,)
    if column.mask is Mask.FREE_TEXT:
        return tuple(replace(behind, mask=Mask.FREE_TEXT, rules=()) for behind in masked_columns(column))
    forms = _FORMS.get(column.mask, ())
    masked = []
    for behind, form in zip(masked_columns(column), forms, strict=True):
        rules = (Rule("pattern", form.format(key_id=key_id)),) if form else behind.rules
        masked.append(replace(behind, required=False, mask=Mask.MASKED, rules=rules))
    return tuple(masked)


def _compares(rule: Comparison) -> set[str]:
    return {rule.left, rule.right or rule.left}


@dataclass(frozen=True)
class AtSource:
    """Masks the rows of the contracts' tables under one key, as the gate would have."""

    key: MaskingKey

    def seal(self, sha256: str) -> str:
        """Return the manifest's entry for a file with this SHA-256."""
        return seal(self.key, sha256)

    def mask(
        self, contract: Contract, rows: pa.RecordBatch, encoded: Collection[str] = ()
    ) -> tuple[pa.RecordBatch, pa.Array]:
        """Return the rows with nothing sensitive in them, and which of them had a number taken out of a
        column that declares none.

        Columns that the contract does not know are searched as well: texts as free text is, numbers and bytes
        for what they hold.

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
                arrays.update({behind: decoded(masked) for behind, masked in checked[name].behind.items()})
            else:
                hidden = _undeclared(checked.get(name), values)
                arrays[name] = _without(values, hidden)
                withheld |= hidden
        declared = [breach for breach in breaches if breach.column in contract.names]
        arrays[VERDICTS] = verdicts([*_breaches(contract, checked), *declared], rows.num_rows)
        schema = pa.schema([(name, array.type) for name, array in arrays.items()], metadata={MARK: _BY})
        return pa.RecordBatch.from_arrays(list(arrays.values()), schema=schema), bool_array(withheld)

    def mask_received(self, contract: Contract, cells: Mapping[str, pa.Array]) -> pa.Table:
        """Return the rows that the gate read, with their generated ids and nothing sensitive in them.

        Every column is checked as the gate checks it. A refused row's cells may have slipped into other
        columns, so its texts are those that quarantine shows.
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
                arrays |= {behind: decoded(masked) for behind, masked in each.behind.items()}
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
    """Return the rows without numbers and bytes that hold an undeclared number, and where these were."""
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
    """Return rows whose value is no text and yet is, or holds, a number that the column does not declare."""
    kind = values.type
    if is_base64 or pa.types.is_binary(kind):
        text = _as_read(
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


def _as_read(values: pa.Array) -> pa.Array:
    """Return bytes as the text that anybody would read in them: what is not ASCII is something else, and
    zeros stand between UTF-16's digits.
    """
    data, starts = text_bytes(values)
    shown = np.where(data == 0, _HYPHEN, np.where(data < _FIRST_NON_ASCII, data, _OTHER)).astype(np.uint8)
    offsets = pa.py_buffer(starts.astype(np.int32))
    return pa.StringArray.from_buffers(len(values), offsets, pa.py_buffer(shown))


def _checked_columns(contract: Contract, rows: pa.RecordBatch) -> set[str]:
    """Return columns that are masked, may hold undeclared numbers, or are compared with a masked one."""
    wanted = {column.name for column in contract.columns if column.mask or column.type.kind is Kind.STRING}
    return {*wanted, *(name for rule in _of_masked(contract) for name in _compares(rule))} & set(
        rows.schema.names
    )


def _of_masked(contract: Contract) -> tuple[Comparison, ...]:
    """Return the rules over the row that can only be checked where nothing is masked."""
    return tuple(
        rule for rule in contract.comparisons if any(contract.column(name).mask for name in _compares(rule))
    )


def _breaches(contract: Contract, checked: Mapping[str, CheckedColumn]) -> list[Breach]:
    """Return the breaches that the gate cannot see any more."""
    of_columns = [
        breach
        for each in checked.values()
        for breach in each.breaches
        if each.column.mask or breach.rule in _UNDECLARED
    ]
    values = {name: each.values for name, each in checked.items()}
    rules = [rule for rule in _of_masked(contract) if _compares(rule) <= values.keys()]
    return [*of_columns, *(breach for rule in rules if (breach := comparison_breach(rule, values)))]


def _undeclared(checked: CheckedColumn | None, values: pa.Array) -> Flags:
    """Return the rows whose value holds a number that its column does not declare."""
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
        rewritten_where(bool_array(hidden), values, _redact_strictly)
        if pa.types.is_string(values.type)
        else null_where(hidden, values)
    )


def _with_texts(values: pa.Array, rows: Rows, texts: pa.Array) -> pa.Array:
    """Return the values, with these texts in these rows."""
    return pc.replace_with_mask(
        pc.cast(values, pa.string()),
        bool_array(marked(rows, len(values))),
        pc.cast(decoded(texts), pa.string()),
    )


def _with_ids(texts: pa.Array, before: pa.Array, after: pa.Array) -> pa.Array:
    """Return the texts with the ids of the rows that had none, because who checks them next has no key."""
    generated = pc.and_(pc.is_null(before), pc.is_valid(after))
    return pc.if_else(generated, decoded(after), pc.cast(decoded(texts), pa.string()))


def _redact_strictly(values: pa.Array) -> pa.Array:
    return redact(values, context_below=ANYWHERE)
