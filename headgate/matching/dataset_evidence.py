"""Find the dataset of a file outside the datasets' folders by its column names.

Values alone fit too many contracts.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from headgate.contracts.model import Contract
from headgate.matching.header_names import folded
from headgate.matching.suggest_mapping import ALIAS, EXACT, FUZZY, Match, Pair, match_columns, match_dataset
from headgate.matching.word_likeness import likeness

# Slightly more than half of both sides: with less, it is another table that also has a date and a status.
_MIN_WORTH = 0.6
# Measured by `benchmarks/contracts/matching.py`: at 0.5, files without a contract get a dataset 27 times as
# often.
_STRONG_LIKENESS = 0.65
_MIN_NAMED = 3  # many tables have a name and a category
_SAYS_NOTHING = {"id", "name"}  # columns of any table


def known_dataset(
    names: Sequence[str], samples: Sequence[pa.Array], contracts: Mapping[str, Contract]
) -> str:
    """Return the dataset that the columns identify; empty if they identify none."""
    match = match_dataset(names, samples, contracts)
    if match is None or match.worth < _MIN_WORTH:
        return ""
    return match.dataset if is_known_by_names(names, match) else ""


def likely_dataset(names: Sequence[str], contracts: Mapping[str, Contract]) -> str:
    """Return the dataset to propose for a file without a known dataset; empty if none is likely.

    At least three columns have names of the dataset, or two in a small table. Its key is among them, and no
    other dataset with its key has as many.
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
    max_count, dataset = counts[0]
    is_most_of_table = max_count == _MIN_NAMED - 1 and 2 * max_count > len(names)
    return dataset if max_count >= _MIN_NAMED or is_most_of_table else ""


def dataset_of_named_list(path: str, names: Sequence[str], contracts: Mapping[str, Contract]) -> str:
    """Return the dataset to propose for a list of records whose own name is the dataset's; empty for none.

    Two or more columns have names of the dataset, because many texts have a list `items` or `events`.
    """
    own = folded(path.rpartition(".")[2])
    named = [dataset for dataset in contracts if own and folded(dataset) == own]
    is_one = len(named) == 1 and len(_named_fields(names, contracts[named[0]])) >= _MIN_NAMED - 1
    return named[0] if is_one else ""


def dataset_of_inner_list(
    own: Sequence[str], around: Sequence[str], contracts: Mapping[str, Contract]
) -> str:
    """Return the dataset to propose for a list in the records of another list; empty if none is.

    One of its fields refers to another dataset and is a column of the records around, and two or more columns
    of the list have its names. Its key may be missing: the record around and the position replace it.

    Args:
        own, around: names of the columns of the list, and of the records around it.
    """
    counts = sorted(
        (
            (len(_named_fields(own, contract)), dataset)
            for dataset, contract in contracts.items()
            if any(contract.column(field).references for field in _named_fields(around, contract))
        ),
        reverse=True,
    )
    is_tie = len(counts) > 1 and counts[0][0] == counts[1][0]
    return counts[0][1] if counts and counts[0][0] >= _MIN_NAMED - 1 and not is_tie else ""


def dataset_made_of_list(own: Sequence[str], around: Sequence[str], contracts: Mapping[str, Contract]) -> str:
    """Return the dataset that was created from such a list in the records of another one; empty if none was.

    It is the one that has a field of the name of each column of the list, and of one of the record around.

    Args:
        own, around: names of the columns of the list, and of the columns of the records around it in the
            list's table.
    """
    made = [
        name
        for name, contract in contracts.items()
        if len(_named_fields(own, contract)) == len(own) >= _MIN_NAMED - 1 and _named_fields(around, contract)
    ]
    return made[0] if len(made) == 1 else ""


def _named_fields(names: Sequence[str], contract: Contract) -> set[str]:
    """Return the fields whose name or alias is the name of a column."""
    no_values = [pa.nulls(0, pa.string())] * len(names)
    pairs = match_columns(names, no_values, contract).pairs
    return {pair.field for pair in pairs if pair.how in {EXACT, ALIAS}}


def is_known_by_names(names: Sequence[str], match: Match) -> bool:
    """Return whether at least half of the pairs are based on names of the contract.

    A name counts if it is the field's, an alias, or very similar to the field's. `id` and `name` count only
    if the field is called so.
    """
    return 2 * sum(_is_named(names[pair.position], pair, match.dataset) for pair in match.pairs) >= len(
        match.pairs
    )


def _is_named(name: str, pair: Pair, dataset: str) -> bool:
    if folded(name) in _SAYS_NOTHING and folded(pair.field) not in _SAYS_NOTHING:
        return False
    return pair.how in {EXACT, ALIAS} or (
        pair.how == FUZZY and likeness(name, pair.field, dataset) >= _STRONG_LIKENESS
    )
