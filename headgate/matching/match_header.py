"""Match the cells of a file's header to the contract's fields.

Every column must be known and unique, and no required one may be missing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from headgate.contracts.model import Column, Contract
from headgate.contracts.new_column_policy import ALIASES, left_out_names
from headgate.errors import HeaderError, UnreadableFileError
from headgate.matching.header_names import folded, made_up_name, numbered, showable

_ONE_OF_TWO = "keep one of the two columns"


@dataclass(frozen=True)
class Header:
    """A file's header in the contract's names.

    Attributes:
        names: the contract's names in the file's order.
        absent: nullable columns that the file lacks.
    """

    names: tuple[str, ...]
    absent: tuple[str, ...]


def with_headings(contract: Contract, names: Sequence[str], fields: Sequence[str]) -> Contract:
    """Return the contract for a file whose columns are called `names`, in the order of the fields."""
    return replace(contract, headings=tuple(zip(names, fields, strict=True)))


def count_known(names: Sequence[str], contract: Contract) -> int:
    """Return how many of the contract's columns are among `names`."""
    return len({field for field in fields_of(names, contract) if field})


def fields_of(names: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the contract's column for each name of a header; empty if there is none."""
    fields = _names_by_heading(contract)
    return tuple(fields.get(name, "") for name in _compared(names, fields, fields))


def names_with_numbers(names: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the header's names.

    A blank name is `column_3`, and a second column is `name_2`, if that is a field or an alias.
    """
    contract_names = {*_names_by_heading(contract), *folded_aliases(contract)}
    texts = [text or made_up_name(position) for position, text in enumerate(numbered(names), start=1)]
    return tuple(text if text in contract_names else name for name, text in zip(names, texts, strict=True))


def names_in_files(contract: Contract) -> set[str]:
    """Return all names that a file may give a column of the contract, also one that it leaves out."""
    headings = (heading for heading, _ in contract.headings)
    own = {folded(name) for name in (*contract.names, *headings)}
    return own | folded_aliases(contract) | left_out_names(contract)


def split_objects(contract: Contract) -> set[str]:
    """Return the names of objects with columns inside: the beginnings of names in files, which are none."""
    names = names_in_files(contract)
    return {name[:at] for name in names for at, character in enumerate(name) if character == "_"} - names


def folded_aliases(contract: Contract) -> set[str]:
    """Return the other names of the contract's columns in files, for comparison."""
    aliases = contract.properties.get(ALIASES, {})
    return (
        {folded(str(name)) for names in aliases.values() for name in names}
        if isinstance(aliases, dict)
        else set()
    )


def _compared(names: Sequence[str], fields: Collection[str], seconds: Collection[str]) -> tuple[str, ...]:
    """Return the names for comparison.

    A blank name is `column_3` if that is a field, and a second column is `name_2` if that is in `seconds`.
    """
    texts = [
        made_up_name(position) if not folded(name) and made_up_name(position) in fields else folded(name)
        for position, name in enumerate(names, 1)
    ]
    return tuple(
        second if second in seconds else text for text, second in zip(texts, numbered(names), strict=True)
    )


def _names_by_heading(contract: Contract) -> dict[str, str]:
    """Return the contract's columns by their headings in the file."""
    return {
        folded(heading): name
        for heading, name in contract.headings or zip(contract.names, contract.names, strict=True)
    }


def match_header(names: Sequence[str], contract: Contract, *, in_order: bool = True) -> Header:
    """Return the header in the contract's own names.

    Args:
        in_order: whether the file's columns are ordered, so that the second column of a name is the field
            `name_2`.

    Raises:
        UnreadableFileError: `not_a_table`: no name is a column of the contract.
        HeaderError: `blank_column`, `duplicate_column`, `unknown_column`, `missing_sensitive_column` or
            `missing_column`.
    """
    if not count_known(names, contract):
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"the first row has none of the columns of {contract.dataset}",
            remedy=(
                f"put a header in the first row ({', '.join(contract.names)}), or send the file to its "
                "own dataset's folder"
            ),
        )
    matched = _by_position(names, contract) or _by_name(names, contract, in_order=in_order)
    absent = tuple(column for column in contract.columns if column.name not in matched)
    _check_absent(absent)
    return Header(matched, tuple(column.name for column in absent))


def _by_position(names: Sequence[str], contract: Contract) -> tuple[str, ...]:
    """Return the columns by position, so that equal headings are distinct; empty if the headings differ."""
    same = [folded(name) for name in names] == [folded(heading) for heading, _ in contract.headings]
    return tuple(name for _, name in contract.headings) if same else ()


def _by_name(names: Sequence[str], contract: Contract, *, in_order: bool) -> tuple[str, ...]:
    fields_by_heading = _names_by_heading(contract)
    texts = _compared(
        names, fields_by_heading, {*fields_by_heading, *folded_aliases(contract)} if in_order else ()
    )
    seconds = numbered(names) if in_order else texts
    for position, (text, second) in enumerate(zip(texts, seconds, strict=True), 1):
        _check_name(position, text, texts[: position - 1], fields_by_heading, second)
    return tuple(fields_by_heading[text] for text in texts)


def _check_name(
    position: int, name: str, earlier: Sequence[str], fields_by_heading: Mapping[str, str], second: str
) -> None:
    """Check that the name is a field's and not an earlier column's."""
    shown = name if showable(name) else f"number {position}"
    if not name:
        raise unnamed_column(position)
    if name in earlier:
        is_named = second != name and showable(second)
        remedy = (
            f"add a field {second} to the contract, or rename or leave out one of the two columns"
            if is_named
            else _ONE_OF_TWO
        )
        raise HeaderError(
            rule="duplicate_column", message="the header names a column twice", remedy=remedy, column=shown
        )
    if name not in fields_by_heading:
        raise HeaderError(
            rule="unknown_column",
            message="the contract has no such column, and none is accepted unchecked",
            remedy="leave the column out, or add it to the contract",
            column=shown,
        )


def unnamed_column(position: int) -> HeaderError:
    """Return the error for a column without a name."""
    return HeaderError(
        rule="blank_column",
        message=f"column {position} has no name",
        remedy="name it in the header, or leave it out",
        column=f"number {position}",
    )


def _check_absent(absent: Sequence[Column]) -> None:
    """Check that all absent columns are nullable and not masked."""
    forbidden = next((column for column in absent if column.must_be_sent), None)
    if forbidden is None:
        return
    if forbidden.mask is not None:
        raise HeaderError(
            rule="missing_sensitive_column",
            message=(
                "a column that the contract masks is not in the file, so its values may stand under "
                "another name"
            ),
            remedy="send the file with the column, empty if need be",
            column=forbidden.name,
        )
    others = [column.name for column in absent if column.must_be_sent and column is not forbidden]
    raise HeaderError(
        rule="missing_column",
        message="a required column is not in the file" + (f"; nor are {', '.join(others)}" if others else ""),
        remedy="send the file with " + ("these columns" if others else "the column"),
        column=forbidden.name,
    )
