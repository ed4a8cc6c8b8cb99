"""Proposed steps that fill fields without a column, which a person can accept and undo."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.country_fields import country_fields
from headgate.contracts.model import Contract, Kind
from headgate.drafts.column_inference import count_combinations
from headgate.drafts.key_search import names_a_sequence
from headgate.drafts.nearly_all_rows import NEARLY_ALL, sounds_like_key
from headgate.formats.json.record_lists import name_around, position_column
from headgate.uploads.edits import COUNTRY, JOIN, Edits, Step, fields_after_edits
from headgate.values.cells import blank_to_null
from headgate.values.country_codes import are_countries, in_country_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.matching.mappings import Suggested

_BETWEEN = "-"
_MIN_PARTS = 2


@dataclass(frozen=True)
class FieldStep:
    """A step, and the field of its column."""

    field: str
    step: Step


def names_in_records(names: Sequence[str], inner_list: str) -> tuple[str, ...]:
    """Return the columns' names.

    Columns around an inner list have their names in the outer record, unless the list has a column of that
    name.
    """
    around = [name_around(name, inner_list) if inner_list else "" for name in names]
    own = {name for name, outer in zip(names, around, strict=True) if not outer}
    return tuple(
        outer if outer and outer not in own and around.count(outer) == 1 else name
        for name, outer in zip(names, around, strict=True)
    )


def proposed_steps(
    suggested: Suggested, contract: Contract, edits: Edits, texts: Mapping[str, pa.Array], inner_list: str
) -> tuple[FieldStep, ...]:
    """Return steps for a missing key and for country codes, without those in the edits.

    Args:
        texts: values of the columns by name, in the rows at the beginning that were read.
        inner_list: the list in JSON records that is read; empty for other tables.
    """
    steps = [
        *_key(suggested, contract, edits, texts, inner_list),
        *_countries(suggested, contract, edits, texts),
    ]
    made = {(step.kind, step.column) for step in edits.steps}
    return tuple(proposed for proposed in steps if (proposed.step.kind, proposed.step.column) not in made)


def _countries(
    suggested: Suggested, contract: Contract, edits: Edits, texts: Mapping[str, pa.Array]
) -> Iterator[FieldStep]:
    """Yield a step for each column of countries with a field of codes and other values."""
    kinds = country_fields(contract)
    fields = fields_after_edits(suggested, edits.columns)
    for name, field in zip(suggested.names, fields, strict=True):
        if field not in kinds or not are_countries(texts[name]):
            continue
        if not in_country_codes(texts[name], kinds[field]).equals(texts[name]):
            yield FieldStep(field, Step(COUNTRY, name, text=kinds[field]))


def _key(
    suggested: Suggested, contract: Contract, edits: Edits, texts: Mapping[str, pa.Array], inner_list: str
) -> Iterator[FieldStep]:
    """Yield the step that builds the key of a dataset whose only key is a missing text.

    There is no step if a column may be the key, or if the joined columns do not identify the rows.
    """
    is_missing = len(contract.key) == 1 and contract.key[0] not in {
        *suggested.fields,
        *edits.columns.values(),
    }
    if not is_missing or contract.column(contract.key[0]).type.kind is not Kind.STRING:
        return
    if not inner_list and _has_own_key(suggested, edits, texts):
        return
    for parts in _parts_of_key(suggested, contract, inner_list):
        if len(parts) >= _MIN_PARTS and count_combinations(
            [texts[name] for name in parts]
        ) == count_combinations([*texts.values()]):
            yield FieldStep(contract.key[0], Step(JOIN, contract.key[0], text=_BETWEEN, into=parts))
            return


def _has_own_key(suggested: Suggested, edits: Edits, texts: Mapping[str, pa.Array]) -> bool:
    """Return whether a column without a field has another value in nearly every row.

    A person decides whether it is the key, and may leave it out.
    """
    return any(
        _is_unique(texts[name])
        for name, field in zip(suggested.names, suggested.fields, strict=True)
        if not field and edits.columns.get(name, "") is not None
    )


def _is_unique(text: pa.Array) -> bool:
    values = blank_to_null(text).drop_null()
    distinct: int = pc.count_distinct(values).as_py()
    return len(values) > 0 and distinct >= NEARLY_ALL * len(text)


def _parts_of_key(suggested: Suggested, contract: Contract, inner_list: str) -> Iterator[tuple[str, ...]]:
    """Yield the columns of possible keys, the likeliest first.

    In a list of records, the outer record's id and the position. In other tables, a column that refers to
    another dataset and one that numbers its rows, such as Zeile; then all columns that refer to others.
    """
    pairs = [(name, field) for name, field in zip(suggested.names, suggested.fields, strict=True) if field]
    references = [name for name, field in pairs if contract.column(field).references]
    if not inner_list:
        numbers = [name for name in suggested.names if names_a_sequence(name) and name not in references]
        yield from product(references, numbers)
        yield tuple(references)
        return
    ids = [name for name in suggested.names if sounds_like_key(name_around(name, inner_list))]
    parent = [name for name in references if name_around(name, inner_list)] or ids
    position = position_column(inner_list)
    if position in suggested.names:
        yield (*parent[:1], position)
