"""A header whose names are the contract's in another old encoding shows the encoding: its texts are not read
as Windows-1252.
"""

from __future__ import annotations

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import UnreadableFileError
from headgate.formats.sniff import text_for

pytestmark = pytest.mark.unit

LOANS = "Nr;Größe;Höhe\n1;Söhne;äußerst\n"
NAMES = ("nr", "grösse", "höhe")


def named(*names: str) -> Contract:
    return Contract(
        "c", "loans", "source", "1", tuple(Column(name, ColumnType(Kind.STRING)) for name in names)
    )


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_a_header_that_has_the_contracts_names_in_another_encoding_rejects_the_file(encoding: str) -> None:
    """From a Mac, `Söhne` would come in as `Sšhne`, and its column would be matched by likeness."""
    with pytest.raises(UnreadableFileError, match=f"headgate.encoding: {encoding}") as refused:
        text_for(LOANS.encode(encoding), named(*NAMES))
    assert refused.value.rule == "unknown_encoding"


def test_a_stated_encoding_is_taken_at_its_word() -> None:
    contract = Contract(
        "c", "loans", "source", "1", named(*NAMES).columns, properties={"headgate.encoding": "mac_roman"}
    )
    assert text_for(LOANS.encode("mac_roman"), contract).utf8.decode() == LOANS


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "iso8859-2", "utf-8", "utf-16"])
@pytest.mark.parametrize("names", [NAMES, (*NAMES, "übrig"), ("a", "b", "c"), ("nr", "größen")])
def test_a_header_that_no_other_encoding_shows_better_is_accepted(
    names: tuple[str, ...], encoding: str
) -> None:
    assert text_for(LOANS.encode(encoding), named(*names)).utf8.decode() == LOANS


def test_a_header_in_ascii_shows_no_encoding() -> None:
    assert (
        text_for(b"nr;groesse\n1;S\x9ahne\n", named("nr", "groesse")).utf8.decode().endswith("S\u0161hne\n")
    )


def test_a_name_of_one_letter_shows_no_encoding() -> None:
    """`Ž` of Windows-1252 is `é` of Mac Roman: a row has it, and a column of that name is left out."""
    assert (
        text_for("nr;name\n1;Žižek\n".encode("cp1252"), named("nr", "name", "é"))
        .utf8.decode()
        .endswith("Žižek\n")
    )
