"""Rows of another width, rows of totals, rows that are left out, and the currencies of amounts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from openpyxl import Workbook

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.uploads.edited_rows import edited_csv
from headgate.uploads.edits import CellEdit, Edits, Step
from headgate.uploads.file_currencies import FileCurrencies, currency_in, currency_in_header
from headgate.uploads.file_values import refused_values
from headgate.uploads.grid.flaws import Flaws
from headgate.uploads.grid.opened_file import OpenedFile, open_file
from headgate.uploads.grid.write_grid import ColumnFacts, WrittenGrid, write_grid
from headgate.uploads.ragged_rows import counts_of, in_columns
from headgate.uploads.row_numbers import RowNumbers
from headgate.values.cells import text_array
from headgate.values.format_inference import one_truth_word

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

OTHERS = "".join(f"B{place};Belt;{place},50\n" for place in range(1, 9))
SHORT = f"sku;name;price\nA1;Hat;3,50\nA2;4,50\nA3;Cap;5,50;x\nA4;Bag;6,50\n{OTHERS}"
COLUMNS = ("sku", "name", "price")
CONTRACT = Contract(
    "shop.source.articles",
    "articles",
    "source",
    "1.0.0",
    tuple(Column(name, ColumnType(Kind.STRING)) for name in COLUMNS),
)


def opened(folder: Path) -> OpenedFile:
    path = folder / "short.csv"
    path.write_text(SHORT)
    file = open_file(path, folder, None, "", 1 << 20)
    assert file
    return file


def written(folder: Path, edits: Edits) -> list[str]:
    file, path = opened(folder), folder / "edited.csv"
    edited_csv(file.source, file.names, edits, CONTRACT, path)
    return [line for line in path.read_text().splitlines()[1:] if not line.startswith("B")]


def test_a_row_of_another_width_has_its_cells_in_columns_from_the_left() -> None:
    form = {"delimiter": ";", "quote": '"'}
    assert in_columns('A2;"4;50"', 3, form) == ["A2", "4;50", None]
    assert in_columns("A3;Cap;5,50;x", 3, form) == ["A3", "Cap", "5,50;x"]


def test_a_row_of_another_width_has_the_counts_of_the_file_that_was_sent(tmp_path: Path) -> None:
    assert counts_of(opened(tmp_path).source) == {
        2: "The row has 2 cells, the header has 3.",
        3: "The row has 4 cells, the header has 3.",
    }


def test_a_row_in_which_a_person_typed_is_complete(tmp_path: Path) -> None:
    cells = (CellEdit(2, "name", "Scarf"), CellEdit(2, "price", "4,50"))
    edits = Edits("articles", {name: name for name in COLUMNS}, cells=cells)
    assert written(tmp_path, edits) == [
        'A1,Hat,"3,50"',
        'A2,Scarf,"4,50"',
        '"A3;Cap;5,50;x"',
        'A4,Bag,"6,50"',
    ]


def test_a_field_without_a_column_has_the_values_of_another_one(tmp_path: Path) -> None:
    """A missing day is often that of another column, which is then not left out of the lake."""
    columns = {"sku": "sku", "price": "price", "copied": "name"}
    edits = Edits("articles", columns, steps=(Step("join", "copied", into=("sku",)),))
    assert written(tmp_path, edits)[0] == 'A1,A1,"3,50"'
    assert (edits.joined_columns, Edits().joined_columns) == ({"sku"}, frozenset())


def test_a_row_that_is_left_out_is_not_written_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    edits = Edits("articles", {name: name for name in COLUMNS}, left_out=(2, 3))
    assert written(tmp_path, edits) == ['A1,Hat,"3,50"', 'A4,Bag,"6,50"']
    numbers = RowNumbers(edits.left_out)
    assert [numbers.sent(row) for row in (1, 2)] == [1, 4]
    assert numbers.in_words("Row 2 has the same key and was kept.") == "Row 4 has the same key and was kept."
    assert edits.for_next_file.left_out == ()


def test_amounts_in_another_currency_are_asked_about_for_each_file() -> None:
    """The next file in euros was stored as pounds without a question."""
    assert Edits("articles", {}, currencies={"price": ("EUR",)}).for_next_file.currencies == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"),
        ("12,50 €", "EUR"),
        ("£3", "GBP"),
        ("-4.00 USD", "USD"),
        ("Europe", ""),
        ("12,50", ""),
        ("150.000 ₫", "VND"),
        ("150.000 VND", "VND"),
        ("MXN 1,200", "MXN"),
        ("PEN", "PEN"),
        ("all", ""),
        ("10 pen", ""),
    ],
)
def test_a_value_states_its_currency_by_a_code_or_a_sign(text: str, code: str) -> None:
    assert currency_in(text) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("UVP (EUR)", "EUR"), ("Preis in €", "EUR"), ("price_usd", "USD"), ("Price US$", "USD"),
        ("Preis R$", "BRL"), ("EUR/USD", ""), ("Europreis", ""), ("try", ""), ("Frei", ""), ("Betrag", ""),
        ("Giá niêm yết (VND)", "VND"), ("Harga [MYR]", "MYR"), ("Precio PEN", ""), ("Precio (PEN)", "PEN"),
        ("TOP PRICE", ""), ("Preço MXN", "MXN"),
    ],
)  # fmt: skip
def test_a_header_states_a_currency_by_a_code_or_a_sign_of_its_own(header: str, code: str) -> None:
    assert currency_in_header(header) == code


def test_the_header_of_an_amount_is_the_currency_of_its_rows_that_state_none() -> None:
    counted = FileCurrencies({"UVP (EUR)", "Netto (EUR)"})
    prices = text_array(["1.50", None, " ", "2"])
    counted.add(
        {"UVP (EUR)": prices, "Marge (EUR)": prices, "Netto (EUR)": text_array(["$1", "$2", "", None])}
    )
    assert counted.by_column == {"UVP (EUR)": {"EUR": 2}, "Netto (EUR)": {"USD": 2}}


def test_the_rows_of_each_currency_are_counted_over_the_file() -> None:
    counted = FileCurrencies()
    for codes in (["EUR", "EUR", None], ["EUR", "USD"]):
        names = pa.array([f"article {place}" for place in range(len(codes))])
        counted.add({"currency": text_array(codes), "name": names})
    assert counted.by_column == {"currency": {"EUR": 3, "USD": 1}}


def test_a_column_of_one_word_for_yes_is_read_where_its_field_has_truth_values() -> None:
    reading = one_truth_word(text_array(["ja"]))
    assert reading
    assert (reading.kind, reading.format.true_words) == (Kind.BOOLEAN, ("ja",))
    assert one_truth_word(text_array(["x"])) is None
    assert one_truth_word(text_array(["ja", "vielleicht"])) is None


def test_a_part_of_a_known_dataset_keeps_its_names_until_a_person_decides_its_columns(tmp_path: Path) -> None:
    file, path = opened(tmp_path), tmp_path / "edited.csv"
    other = Contract(
        "shop.source.other", "other", "source", "1.0.0", (Column("id", ColumnType(Kind.STRING)),)
    )
    edited_csv(file.source, file.names, Edits("other", part="export.orders"), other, path)
    assert path.read_text().splitlines()[:2] == ["sku,name,price", 'A1,Hat,"3,50"']


def test_values_of_a_column_are_those_that_a_commit_accepts(tmp_path: Path) -> None:
    edits = Edits(left_out=(4,), cells=(CellEdit(1, "name", " Cup"), CellEdit(5, "name", None)))
    values = write_grid(opened(tmp_path), Flaws.of(None, {}), ColumnFacts(), tmp_path, edits).values
    assert values["name"] == {"Belt": 7, "Cup": 1}
    assert sum(values["sku"].values()) == 9


def test_refused_values_are_counted_by_column_without_those_that_are_hidden(tmp_path: Path) -> None:
    quarantine = [
        {"kind": "refused", "flaws": [["price", "type", ""], ["name", "required", ""]]},
        {"kind": "refused", "flaws": [["price", "type", ""], ["sku", "pattern", ""]]},
        {"kind": "duplicate", "flaws": [["", "duplicate_key", ""]]},
    ]
    texts = text_array(json.dumps(each) for each in quarantine)
    rows = {"row": pa.array([1, 2, 3]), "c0": ["A", "B", "C"], "c1": [None, "Hat", "Hat"], "c2": ["a.A."] * 3}
    table = pa.table({**rows, "flaws": texts})
    path = tmp_path / "flawed.arrow"
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)
    assert refused_values(path, ["sku", "name", "price"], {"sku"}) == {"price": {"a.A.": 2}}


TOTALS = "Tag;Filiale;Menge;Umsatz\n" + "".join(f"{n:02}.10.2026;F{n % 3};{n};{n},50\n" for n in range(1, 21))


def grid_of(folder: Path, body: str) -> WrittenGrid:
    path = folder / "report.csv"
    path.write_text(body)
    file = open_file(path, folder, None, "", 1 << 20)
    assert file
    return write_grid(file, Flaws.of(None, {}), ColumnFacts(), folder, Edits())


def totals_of(folder: Path, body: str) -> tuple[int, ...]:
    return grid_of(folder, body).totals


def test_a_row_at_the_foot_that_is_called_a_total_and_is_one_is_named(tmp_path: Path) -> None:
    """Reports of merchandise systems end so; the sum in a table would count every row twice."""
    assert totals_of(tmp_path, f"{TOTALS}Summe;;210;220,00\n") == (21,)
    assert totals_of(tmp_path, f"{TOTALS}Gesamt;;210;\n") == (21,)


def test_a_row_that_is_only_called_a_total_or_only_is_one_is_a_row(tmp_path: Path) -> None:
    assert totals_of(tmp_path, f"{TOTALS}Summe;;211;221,00\n") == ()
    assert totals_of(tmp_path, f"{TOTALS}21.10.2026;F1;210;220,00\n") == ()


def test_a_row_at_the_foot_that_is_called_a_total_and_lacks_what_all_rows_have_is_named(
    tmp_path: Path,
) -> None:
    assert totals_of(tmp_path, f"{TOTALS}Totaal 20 regels;;;18.123,4\n") == (21,)
    assert totals_of(tmp_path, f"{TOTALS}Totaal 20 regels;;;18.123,4\n;;;\n;;;\n") == (21,)
    assert totals_of(tmp_path, f"{TOTALS}Totaal;F1;3;18.123,4\n") == ()
    assert totals_of(tmp_path, f"{TOTALS}Totaal 20 regels;;;18.123,4\n22.10.2026;F1;1;1,50\n") == ()


def test_a_footer_below_the_total_is_named_apart_and_hides_no_totals(tmp_path: Path) -> None:
    """Also as a line of one cell, and where the last rows are a batch of their own."""
    foot = "Totaal 20 regels;;;18.123,4\n;;;\nErstellt mit Kasse 4;;;\n"
    grid = grid_of(tmp_path, f"{TOTALS}{foot}")
    assert (grid.totals, grid.footer_rows) == ((21,), (23,))
    grid = grid_of(tmp_path, f"{TOTALS}{foot.replace('Kasse 4;;;', 'Kasse 4')}")
    assert (grid.totals, grid.footer_rows) == ((21,), (23,))
    rows = "".join(f"{n % 28 + 1:02}.10.2026;F{n % 3};{n};{n},50\n" for n in range(999))
    grid = grid_of(tmp_path, f"Tag;Filiale;Menge;Umsatz\n{rows}{foot}Seite 1;;;von 1\n")
    assert (grid.totals, grid.footer_rows) == ((1000,), (1002, 1003))
    assert grid_of(tmp_path, f"{TOTALS}Erstellt mit Kasse 4;;;\n").footer_rows == ()


def test_lines_below_the_last_row_stay_out_without_a_total_above_them(tmp_path: Path) -> None:
    """Else they wait for a person with the refused rows, while the file is said to be read without them."""
    grid = grid_of(tmp_path, f"{TOTALS}\nWygenerowano: 01.04.2026 07:00\nSystem KASA+ v4.2; strona 1 z 1\n")
    assert (grid.totals, grid.footer_rows) == ((), (21, 22))
    assert grid_of(tmp_path, f"{TOTALS}21.10.2026;F1\n").footer_rows == (), "a damaged row waits"


def test_rows_without_a_value_are_named(tmp_path: Path) -> None:
    grid = grid_of(tmp_path, TOTALS.replace("05.10", ";;;\n05.10") + ";;;\n")
    assert (grid.rows, grid.blank_rows) == (22, (5, 22))
    assert grid_of(tmp_path, TOTALS).blank_rows == ()


def test_the_grand_total_of_a_second_sheet_is_the_sum_of_its_rows(tmp_path: Path) -> None:
    sheet = "{0}1;1;10\n{0}1;2;20\nSumme {0}1;;30\n{0}2;1;5\n{0}2;2;7\nSumme {0}2;;12\nGesamtsumme;;42\n"
    body = (
        "Filiale;Monat;Umsatz\n"
        + sheet.format("N")
        + sheet.replace("7\n", "8\n").replace("12", "13").replace("42", "43").format("S")
    )
    assert totals_of(tmp_path, body) == (3, 6, 7, 10, 13, 14)
    assert totals_of(tmp_path, body.replace("Gesamtsumme;;43", "Gesamtsumme;;44")) == (3, 6, 7, 10, 13)


def test_a_column_whose_part_is_a_field_is_not_left_out_and_its_other_part_is() -> None:
    split = Step("split", "changed", " ", into=("day", "time"))
    columns = {"sku": "product_id", "changed": None, "ean": None, "day": "updated_at"}
    names = ("sku", "changed", "ean")
    assert Edits(columns=columns, steps=(split,)).left_out_columns(names) == ["time", "ean"]
    unused = Edits(columns={"sku": "product_id", "changed": None}, steps=(split,))
    assert unused.left_out_columns(names) == ["changed"]
    joined = Edits(columns={"changed": None, "key": "key"}, steps=(Step("join", "key", into=("changed",)),))
    assert joined.left_out_columns(names) == []


def test_a_value_for_all_rows_makes_no_row_of_one_without_a_value(tmp_path: Path) -> None:
    path, edited = tmp_path / "gaps.csv", tmp_path / "edited.csv"
    path.write_text(f"sku;name;price\nA1;Hat;3,50\n;;\nA4;Bag;6,50\n{OTHERS}")
    file = open_file(path, tmp_path, None, "", 1 << 20)
    assert file
    columns = {"sku": "sku", "made": "name", "price": "price"}
    edits = Edits("articles", columns, steps=(Step("default", "made", "Cap"),))
    edited_csv(file.source, file.names, edits, CONTRACT, edited)
    assert edited.read_text().splitlines()[1:4] == ['A1,Cap,"3,50"', ",,", 'A4,Cap,"6,50"']


@pytest.mark.parametrize(
    ("values", "shared"),
    [
        (["19,50 kr", "20 kr"], ("kr", "SEK", "DKK", "ISK", "NOK")),
        (["19,50 SEK", "20 SEK"], None),
        (["19,50 kr", "20 SEK"], None),
        (["$5", "$6"], ("$", "USD", "AUD", "CAD")),
        (["5 €"], None),
    ],
)
def test_a_sign_of_several_currencies_is_no_statement_of_one(
    values: list[str], shared: tuple[str, ...] | None
) -> None:
    counted = FileCurrencies()
    counted.add({"price": pa.array(values)})
    assert counted.shared_signs.get("price") == shared


def test_a_sign_of_several_currencies_in_a_header_is_none_either() -> None:
    counted = FileCurrencies({"Pris (kr)"})
    counted.add({"Pris (kr)": pa.array(["19,50"])})
    assert counted.shared_signs == {"Pris (kr)": ("kr", "SEK", "DKK", "ISK", "NOK")}


def hourly(path: Path) -> OpenedFile:
    """A workbook with times by the hour over a midnight, and days of which one cell has a time."""
    book = Workbook()
    book.active.append(["code", "read_at", "day"])
    for hour in (22, 23, 24, 25):
        at = datetime(2026, 4, 1) + timedelta(hours=hour)
        book.active.append([f"A{hour}", at, at.date() if hour < 25 else at])
    book.save(path / "log.xlsx")
    file = open_file(path / "log.xlsx", path, None, "", 1 << 20)
    assert file
    return file


def test_midnights_of_a_workbook_are_times_where_the_column_has_times_of_day(tmp_path: Path) -> None:
    """A log by the hour has one in 24; a draft of a further sheet called the column a text because of it."""
    file = hourly(tmp_path)
    edited_csv(file.source, file.names, Edits(), None, tmp_path / "edited.csv")
    times = [line.split(",")[1] for line in (tmp_path / "edited.csv").read_text().splitlines()]
    assert times[2:4] == ["2026-04-01 23:00:00", "2026-04-02 00:00:00"]


def test_days_of_a_workbook_stay_days_for_a_field_of_days_beside_one_cell_with_a_time(tmp_path: Path) -> None:
    file = hourly(tmp_path)
    days = Column("day", ColumnType(Kind.DATE))
    contract = Contract("log", "log", "source", "1", (days,))
    edits = Edits("log", {"day": "day", "code": None, "read_at": None})
    edited_csv(file.source, file.names, edits, contract, tmp_path / "edited.csv")
    assert (tmp_path / "edited.csv").read_text().splitlines()[1:] == [
        "2026-04-01",
        "2026-04-01",
        "2026-04-02",
        "2026-04-02 01:00:00",
    ]
