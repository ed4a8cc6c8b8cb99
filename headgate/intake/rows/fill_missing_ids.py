"""Generate the missing ids of rows, where the contract names the columns to generate them from.

An id is a keyed hash. Equal parts give the same id in every file, so a row that is sent again keeps its id;
and nobody without the key can find a person's address by hashing possible addresses.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from headgate.contracts.generated_ids import LETTERS, PREFIX
from headgate.contracts.model import Contract
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.lake.ports import MaskingKey
from headgate.values.cells import NO_ROWS, Rows, int_array
from headgate.values.unique_values import normal_form

_REQUIRED = "required"  # rule that a row without an id breaks
_AS_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def fill_missing_ids(
    contract: Contract, checked: Sequence[CheckedColumn], key: MaskingKey
) -> list[CheckedColumn]:
    """Add an id to each row without one; received texts stay unchanged.

    A row whose parts are all empty gets no id, and breaks the rule `required`.
    """
    by_name = {each.column.name: each for each in checked}
    return [
        _filled(contract, each, [by_name[name] for name in each.column.generated_from], key)
        if each.column.generated_from
        else each
        for each in checked
    ]


def _filled(
    contract: Contract, ids: CheckedColumn, parts: Sequence[CheckedColumn], key: MaskingKey
) -> CheckedColumn:
    rows_without_id = np.concatenate(
        [NO_ROWS, *(breach.rows for breach in ids.breaches if breach.rule == _REQUIRED)]
    )
    rows = [
        (row, list(texts))
        for row, *texts in zip(
            rows_without_id.tolist(), *(_texts(part, rows_without_id) for part in parts), strict=True
        )
        if any(text is not None for text in texts)
    ]
    if not rows:
        return ids
    generated = {row: generated_id(contract.dataset, texts, key) for row, texts in rows}
    values = pa.array([generated.get(row, value) for row, value in enumerate(ids.values.to_pylist())])
    still_without_id = np.setdiff1d(rows_without_id, [*generated])
    breaches = [breach for breach in ids.breaches if breach.rule != _REQUIRED or len(still_without_id)]
    breaches = [
        replace(breach, rows=still_without_id) if breach.rule == _REQUIRED else breach for breach in breaches
    ]
    return replace(ids, values=values, curated={ids.column.name: values}, breaches=tuple(breaches))


def _texts(part: CheckedColumn, rows: Rows) -> list[str | None]:
    texts: list[str | None] = normal_form(part.values.take(int_array(rows))).to_pylist()
    return texts


def generated_id(dataset: str, parts: Sequence[str | None], key: MaskingKey) -> str:
    """Return the id of a row of the dataset with these parts.

    The id has letters only, because digits could look like a card number.

    Source: FIPS 198-1 (HMAC); 128 of its 256 bits are kept.
    """
    message = json.dumps(["id", dataset, *parts]).encode()
    digits = hmac.new(key.id_secret, message, hashlib.sha256).hexdigest()[:LETTERS]
    return PREFIX + digits.translate(_AS_LETTERS)
