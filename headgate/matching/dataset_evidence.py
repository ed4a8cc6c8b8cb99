"""Find the dataset of a file outside the datasets' folders by its names.

Values alone fit too many contracts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.matching.suggest_mapping import ALIAS, EXACT, FUZZY, match_columns, match_dataset
from headgate.matching.word_likeness import likeness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.matching.suggest_mapping import Match, Pair

# Half of both sides known, and a little more: less is some other table that has a date and a status, too.
_LEAST_WORTH = 0.6
# As measured by `benchmarks/contracts/matching.py`: at 0.5, files of no contract get the dataset of one 27
# times as often.
_STRONG_LIKENESS = 0.65
_LEAST_NAMED = 3  # a name and a category have many tables


def known_dataset(
    names: Sequence[str], samples: Sequence[pa.Array], contracts: Mapping[str, Contract]
) -> str:
    """Return the dataset that the columns identify; empty if they identify none."""
    match = match_dataset(names, samples, contracts)
    if match is None or match.worth < _LEAST_WORTH:
        return ""
    return match.dataset if is_known_by_names(names, match) else ""


def likely_dataset(names: Sequence[str], contracts: Mapping[str, Contract]) -> str:
    """Return the dataset to propose to a person for a file that no dataset is known for; empty if none is.

    The columns with its names are three or more, or two that are most of a small table. Its key is among
    them, and no other dataset with its key has as many.
    """
    fields = {dataset: _named_fields(names, contract) for dataset, contract in contracts.items()}
    counts = sorted(
        (
            (len(named), dataset)
            for dataset, named in fields.items()
            if named and {*contracts[dataset].key} <= named
        ),
        reverse=True,
    )
    if not counts or (len(counts) > 1 and counts[0][0] == counts[1][0]):
        return ""
    most, dataset = counts[0]
    is_most_of_table = most == _LEAST_NAMED - 1 and 2 * most > len(names)
    return dataset if most >= _LEAST_NAMED or is_most_of_table else ""


def _named_fields(names: Sequence[str], contract: Contract) -> set[str]:
    """Return the fields whose own name, or an alias, a column has."""
    no_values = [pa.nulls(0, pa.string())] * len(names)
    pairs = match_columns(names, no_values, contract).pairs
    return {pair.field for pair in pairs if pair.how in {EXACT, ALIAS}}


def is_known_by_names(names: Sequence[str], match: Match) -> bool:
    """Return whether at least half of the pairs have a name of the contract: the field's own, an alias, or
    one that is strongly like it.
    """
    return 2 * sum(_is_named(names[pair.position], pair, match.dataset) for pair in match.pairs) >= len(
        match.pairs
    )


def _is_named(name: str, pair: Pair, dataset: str) -> bool:
    return pair.how in {EXACT, ALIAS} or (
        pair.how == FUZZY and likeness(name, pair.field, dataset) >= _STRONG_LIKENESS
    )
