"""Find the new columns of a file, which are not fields of its contract, if all other columns are certain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.curated import curated_contract
from headgate.contracts.new_column_policy import KEPT, RULE, NewColumns, left_out_names, policy_of
from headgate.contracts.sensitive_names import is_sensitive_name
from headgate.errors import BadInputError
from headgate.matching.header_names import folded, made_up_name, showable, unused_name
from headgate.matching.match_header import folded_aliases
from headgate.matching.suggest_mapping import THRESHOLD, Match, match_columns
from headgate.values.cells import in_one_piece
from headgate.values.stored_texts import is_textual, stored_texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.matching.file_table import FileTable


def match_of_kept(headed: FileTable, contract: Contract, decided: Collection[int]) -> tuple[Match, list[int]]:
    """Return the match without the columns that are left out, and their positions.

    These are the columns that the contract leaves out of every file, and new ones with binary data.

    Args:
        decided: the positions of further columns, which people left out of earlier files.
    """
    names, policy = left_out_names(contract), policy_of(contract)
    kept = [
        place for place, name in enumerate(headed.shown) if folded(name) not in names and place not in decided
    ]
    if policy in {NewColumns.IGNORE, NewColumns.KEEP_AS_TEXT}:
        own = {*map(folded, contract.names), *folded_aliases(contract)}
        kept = [
            place
            for place in kept
            if folded(headed.names[place]) in own or not _is_binary(headed.columns[place])
        ]
    if not kept or len(kept) == len(headed.names):
        return match_columns(headed.names, headed.samples, contract), []
    samples = headed.samples
    match = match_columns(
        [headed.names[place] for place in kept], [samples[place] for place in kept], contract
    )
    pairs = tuple(replace(pair, position=kept[pair.position]) for pair in match.pairs)
    unknown = tuple(kept[place] for place in match.unknown)
    left_out = sorted({*range(len(headed.names))}.difference(kept))
    return replace(match, pairs=pairs, unknown=unknown), left_out


def _is_binary(column: pa.Array | pa.ChunkedArray) -> bool:
    values = in_one_piece(column)
    return is_textual(values.type) and stored_texts(values) is None


def new_columns(headed: FileTable, contract: Contract, match: Match) -> dict[int, str]:
    """Return the file's new columns, position → name.

    A name that is taken or cannot be displayed becomes `column_3` for the third column.

    Return none if a person must decide: the contract requires it, another column is uncertain or missing, or
    a name shows that the column may contain card data or a secret, which is never kept.
    """
    policy = policy_of(contract)
    if (
        policy is NewColumns.ASK
        or not match.unknown
        or match.absent
        or not match.pairs
        or match.pairs_confidence < THRESHOLD
    ):
        return {}
    if any(is_sensitive_name(headed.names[place]) for place in match.unknown):
        return {}
    new = undeclared_names(headed, contract, match.unknown)
    if policy is NewColumns.STOP:
        raise BadInputError(
            rule=RULE,
            message=f"the file has columns that the contract does not have: {', '.join(new.values())}",
            remedy="add them to the contract, or have the file sent without them",
            column=next(iter(new.values())),
        )
    return new


def undeclared_names(headed: FileTable, contract: Contract, places: Iterable[int]) -> dict[int, str]:
    """Return an unused name for each of these columns, position → name."""
    used = {folded(name) for name in (*contract.names, *curated_contract(contract).names, KEPT)}
    new: dict[int, str] = {}
    for place in sorted(places):
        name = headed.names[place].strip()
        new[place] = (
            name
            if showable(name) and folded(name) not in used
            else unused_name(made_up_name(place + 1), used)
        )
        used.add(folded(new[place]))
    return new
