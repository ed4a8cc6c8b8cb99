"""The second column of a name is `name_2`, in drafts and in the gate, because nobody can change the export of
a bank.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import HeaderError
from headgate.formats.csv.stream_csv import stream_plain_csv
from headgate.formats.read_file import read_file
from headgate.formats.read_table import read_table, sample_table
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.matching.mappings import Decided, Mappings
from headgate.matching.match_header import match_header
from headgate.profiling.sensitive_values import shown_column_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
# The layout of the bank ING's "Umsatzanzeige"; all values are invented, the IBAN is the example of ISO
# 13616's registry.
UMSATZANZEIGE = (
    """Umsatzanzeige;Datei erstellt am: 04.03.2026 10:11

IBAN;DE89 3704 0044 0532 0130 00
Kontoname;Girokonto
Bank;ING
Kunde;Erika Mustermann
Zeitraum;01.02.2026 - 04.03.2026
Saldo;2.604,19;EUR

Sortierung;Datum absteigend

In der CSV-Datei finden Sie alle bereits gebuchten Ums\u00e4tze. Die vorgemerkten Ums\u00e4tze werden nicht aufgenommen.

Buchung;Wertstellungsdatum;Auftraggeber/Empf\u00e4nger;Buchungstext;Verwendungszweck;Saldo;W\u00e4hrung;Betrag;W\u00e4hrung
"""  # noqa: E501 a listing
    + "".join(
        f"{day:02}.02.2026;{day:02}.02.2026;B\u00e4ckerei Gr\u00fcn;Lastschrift;Einkauf "
        f"{day};2.{604 - day},19;EUR;-{day},45;CHF\n"
        for day in range(28, 0, -1)
    )
).encode("cp1252")


def contract_of(*names: str, **more: object) -> Contract:
    return replace(
        Contract("c", "things", "source", "1", tuple(Column(name, TEXT) for name in names)), **more
    )  # type: ignore[arg-type]


def in_memory(body: bytes, contract: Contract, _: Path) -> dict[str, list[str | None]]:
    return {name: texts.to_pylist() for name, texts in read_file(body, contract).cells.items()}


def streamed(body: bytes, contract: Contract, folder: Path) -> dict[str, list[str | None]]:
    (folder / "in.csv").write_bytes(body)
    source = stream_plain_csv(folder / "in.csv", contract)
    assert source
    return {name: texts.to_pylist() for batch in source.batches() for name, texts in batch.cells.items()}


every_way = pytest.mark.parametrize("read", [in_memory, streamed])


def test_the_export_of_a_bank_is_drafted_and_accepted_by_its_draft() -> None:
    contract = draft_from_sample(UMSATZANZEIGE, "umsaetze").contract
    assert contract.names[-3:] == ("w\u00e4hrung", "betrag", "w\u00e4hrung_2")
    checked = check_bytes(
        UMSATZANZEIGE,
        contract,
        MaskingKey("k", b"0" * 32),
        object_key="x",
        received_at=dt.datetime(2026, 3, 4),
    )
    assert (checked.counts.accepted, checked.counts.quarantined) == (28, 0)
    (row,) = [row for row in checked.accepted.to_pylist() if row["buchung"] == dt.date(2026, 2, 4)]
    assert (row["saldo"], row["w\u00e4hrung"], row["betrag"], row["w\u00e4hrung_2"]) == (
        Decimal("2600.19"),
        "EUR",
        Decimal("-4.45"),
        "CHF",
    )


def test_a_profile_has_the_numbered_name() -> None:
    assert shown_column_names(read_table(UMSATZANZEIGE).names)[-3:] == [
        "W\u00e4hrung",
        "Betrag",
        "W\u00e4hrung_2",
    ]


@every_way
def test_the_numbered_field_gets_the_second_column(
    read: Callable[..., dict[str, list[str | None]]], tmp_path: Path
) -> None:
    body = b"id,Cur,sum,cur,CUR\n1,EUR,5,USD,CHF\n2,SEK,6,NOK,DKK\n"
    read_cells = read(body, contract_of("cur_2", "id", "cur", "sum", "cur_3"), tmp_path)
    assert read_cells["cur"] == ["EUR", "SEK"]
    assert read_cells["cur_2"] == ["USD", "NOK"]
    assert read_cells["cur_3"] == ["CHF", "DKK"]


@every_way
def test_without_the_numbered_field_the_file_is_refused_with_the_remedy(
    read: Callable[..., dict[str, list[str | None]]], tmp_path: Path
) -> None:
    with pytest.raises(HeaderError) as refused:
        read(b"id,cur,sum,cur\n1,EUR,5,USD\n", contract_of("id", "cur", "sum"), tmp_path)
    assert (refused.value.rule, refused.value.column) == ("duplicate_column", "cur")
    assert (
        refused.value.remedy
        == "add a field cur_2 to the contract, or rename or leave out one of the two columns"
    )


@pytest.mark.parametrize("names", [["a", "a", "a_2"], ["a_2", "a", "a"], ["a", "a_2", "A"]])
def test_a_header_that_has_the_numbered_name_itself_is_refused(names: Sequence[str]) -> None:
    body = f"{','.join(names)}\n1,2,3\n".encode()
    for read in (lambda: draft_from_sample(body, "x"), lambda: match_header(names, contract_of("a", "a_2"))):
        with pytest.raises(HeaderError) as refused:
            read()
        assert refused.value.rule == "duplicate_column"


def test_a_workbook_is_drafted_in_the_same_way() -> None:
    book = openpyxl.Workbook()
    for row in (["id", "Cur", "sum", "Cur"], [1, "EUR", 2.5, "USD"], [2, "EUR", 3.5, "CHF"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    contract = draft_from_sample(out.getvalue(), "x").contract
    assert contract.names == ("id", "cur", "sum", "cur_2")
    assert read_file(out.getvalue(), contract).cells["cur_2"].to_pylist() == ["USD", "CHF"]


def test_json_has_no_order_of_names_and_is_refused() -> None:
    with pytest.raises(HeaderError) as refused:
        read_file(b'[{"cur": "EUR", "CUR": "USD"}]', contract_of("cur", "cur_2"))
    assert refused.value.rule == "duplicate_column"


def test_a_second_column_of_codes_or_of_people_is_no_less_sensitive() -> None:
    contract = draft_from_sample(
        b"id,CVV,Vorname,CVV,Vorname\n1,123,Ann,456,Bob\n2,123,Eva,456,Tom\n", "x"
    ).contract
    assert [contract.column(name).mask for name in ("cvv", "cvv_2")] == [Mask.CVV, Mask.CVV]
    assert [contract.column(name).classification for name in ("vorname", "vorname_2")] == [
        "personal",
        "personal",
    ]


def test_the_numbered_name_may_be_an_alias_of_a_field(tmp_path: Path) -> None:
    aliases = {"headgate.aliases": {"amount_currency": ["Cur_2"]}}
    contract = contract_of("id", "cur", "sum", "amount_currency", properties=aliases)
    body = b"id,cur,sum,cur\n1,EUR,5,USD\n2,SEK,6,NOK\n"
    with pytest.raises(HeaderError) as refused:
        read_file(body, contract)
    assert refused.value.rule == "unknown_column"  # which is what makes the gate look for aliases
    decided = Mappings(MemoryObjects(), "b", {"things": contract}, sample_table).decide(
        "things/in.csv", "things", body
    )
    assert isinstance(decided, Decided)
    assert decided.fields == ("id", "cur", "sum", "amount_currency")
    assert in_memory(body, decided.contract, tmp_path)["amount_currency"] == ["USD", "NOK"]
