"""A draft says when the last row of its sample is a line of totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import headgate
from headgate.contracts.model import Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload
from tests.unit.api.files.test_edited_uploads import checked, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

ROWS = "0001;Sattel;7;1.290,50\n0002;Licht;3;19,90\n0003;Schlo\u00df;12;45,00\n"


def notes(body: str) -> dict[str, str]:
    draft = draft_from_sample(("artikel;name;menge;betrag\n" + body).encode(), "lieferung").findings
    return {one.column: one.message for one in draft if "line of totals" in one.message}


def test_a_last_row_with_the_sums_of_the_rows_above_is_a_line_of_totals() -> None:
    assert list(notes(ROWS + "Summe;;22;1.355,40\n")) == ["menge, betrag"]


def test_a_last_row_with_another_number_is_a_row() -> None:
    assert notes(ROWS + "0004;Kette;23;1.355,41\n") == {}


def test_a_sum_of_two_numbers_and_a_column_of_zeros_say_nothing() -> None:
    assert notes("0001;Sattel;7;0\n0002;Licht;3;0\n0003;Korb;10;0\n") == {}
    assert notes("0001;Sattel;0;1\n0002;Licht;0;1\n0003;Korb;0;1\n0004;Kette;0;1\n") == {}


def test_flags_of_which_two_are_set_are_no_line_of_totals() -> None:
    """The calendar of a GTFS feed: two of four services run on Sundays, the last of them."""
    assert notes("0001;Sattel;0;0\n0002;Licht;1;0\n0003;Korb;0;0\n0004;Kette;1;0\n") == {}


def test_a_line_of_totals_that_the_gate_quarantines_doubles_nothing() -> None:
    """A reader list of 60 loans: below the dates the last row has a word, so its sum of fees never reaches a
    table.
    """
    rows = "".join(f"{4000 + at};{1 + at % 28:02}.10.2026;{at % 7};{at % 5},50\n" for at in range(60))
    totals = f"4999;Summe;{sum(at % 7 for at in range(60))};{sum(at % 5 for at in range(60)) + 30},00\n"
    draft = draft_from_sample(
        ("nr;ausgeliehen;tage;betrag\n" + rows + totals).encode(), "ausleihen", strict=False
    ).findings
    (note,) = [one.message for one in draft if "line of totals" in one.message]
    assert note.endswith("the last row is a line of totals, and the gate quarantines it")


def test_a_line_of_totals_without_what_all_other_rows_have_is_quarantined_from_then_on(
    tmp_path: Path,
) -> None:
    """A shop's workbook ends with `Summe` below the receipts, and nothing below dates and articles."""
    body = ("artikel;name;menge;betrag\n" + ROWS + "Summe;;22;1.355,40\n").encode()
    draft = draft_from_sample(body, "lieferung", strict=False)
    assert draft.contract.column("name").required
    (note,) = [one.message for one in draft.findings if "line of totals" in one.message]
    assert note.endswith("the last row is a line of totals, and the gate quarantines it")
    following = tmp_path / "lieferung.csv"
    following.write_text("artikel;name;menge;betrag\n0004;Kette;2;9,50\n0005;Korb;1;20,00\nSumme;;3;29,50\n")
    checked = headgate.check(following, draft.contract)
    assert (checked.accepted.num_rows, checked.reasons) == (2, {"required": 1})


def test_a_blank_cell_in_another_row_keeps_the_column_optional() -> None:
    body = ("artikel;name;menge;betrag\n" + ROWS.replace("Licht", "") + "Summe;;22;1.355,40\n").encode()
    assert not draft_from_sample(body, "lieferung", strict=False).contract.column("name").required


def shops(*lines: str) -> bytes:
    return "\n".join(("Filiale;Monat;Umsatz", *lines)).encode()


SUBTOTALS = (
    *(f"F{at:02};2026-01;{at + 1},50" for at in range(20)),
    "Zwischensumme;2026-01;220,00",
    *(f"F{at:02};2026-02;{at + 2},50" for at in range(20)),
    "Zwischensumme;2026-02;240,00",
    "Gesamt;;460,00",
)


def test_subtotals_and_their_total_are_lines_of_totals() -> None:
    (note,) = [
        finding.message
        for finding in draft_from_sample(shops(*SUBTOTALS), "umsatz").findings
        if "lines of totals" in finding.message
    ]
    assert note.startswith(
        "3 rows are lines of totals, by their names and their sums; the first is data row 21."
    )


def notes_of_upload(body: bytes) -> list[str]:
    draft = draft_of_upload("umsatz.csv", body)
    assert draft is not None
    return [note["message"] for note in draft["notes"] if "of totals" in note["message"]]


def test_the_draft_of_an_upload_says_that_totals_stay_out_as_the_grid_leaves_them_out() -> None:
    (note,) = notes_of_upload(shops(*SUBTOTALS))
    assert note == (
        "3 rows are lines of totals, by their names and their sums: data rows 21 (Zwischensumme, 2026-01, "
        "220,00), 42 (Zwischensumme, 2026-02, 240,00), 43 (Gesamt, 460,00). Totals stay out of the dataset"
    )
    (note,) = notes_of_upload(("artikel;name;menge;betrag\n" + ROWS + "Summe;;22;1.355,40\n").encode())
    assert note.endswith("a line of totals, and stays out of the dataset")


def test_totals_that_the_grid_does_not_leave_out_are_accepted_rows_in_the_draft() -> None:
    """Reports have totals at their foot, so the grid keeps rows above a last row that is none."""
    (note,) = notes_of_upload(shops(*SUBTOTALS[:21], "F99;2026-02;3,50"))
    assert note.startswith(
        "data row 21 is a line of totals, by its name and its sum. The gate accepts totals"
    )


ARTICLES = "".join(f"{100_000 + n};Artikel {n};{n % 7};{n},50;2026-10-{n % 28 + 1:02}\n" for n in range(60))
SHELF = "artikel;naam;aantal;prijs;datum\n" + ARTICLES


def test_a_line_at_the_foot_with_the_name_and_without_what_all_rows_have_is_one_of_totals() -> None:
    """The list of a wholesaler ends with `Totaal 120 artikelen` and a sum that includes other lists."""
    draft = draft_from_sample(f"{SHELF}Totaal 120 artikelen;;;1.234,50;\n".encode(), "voorraad", strict=False)
    (note,) = [one.message for one in draft.findings if "of totals" in one.message]
    assert note.startswith("data row 61 is a line of totals, by its name")
    assert draft.contract.column("artikel").type.kind is Kind.BIGINT
    assert draft.contract.key == ("artikel",)
    assert not [one for one in draft.findings if "no value in it" in one.message]


def test_a_line_of_totals_shows_how_the_numbers_of_larger_rows_are_written() -> None:
    draft = draft_from_sample(f"{SHELF}Totaal 120 artikelen;;;1.234,50;\n".encode(), "voorraad", strict=False)
    declared = draft.contract.column("prijs").format
    assert declared
    assert (declared.decimal, declared.thousands) == (",", ".")


def test_the_values_of_a_line_of_totals_that_stays_out_of_an_upload_are_no_doubts() -> None:
    draft = draft_of_upload("voorraad.csv", f"{SHELF}Totaal;;;1.234,50;\n".encode())
    assert draft
    assert not [note for note in draft["notes"] if "wait" in note["message"]]
    bad = SHELF.replace("Artikel 40;5;", "Artikel 40;viel;").encode() + b"Totaal;;;1.234,50;\n"
    draft = draft_of_upload("voorraad.csv", bad)
    assert draft
    assert [(asked["words"], asked["rows"]) for asked in draft["questions"]] == [(["viel"], 1)]


def test_the_name_of_a_line_of_totals_is_no_value_of_its_column() -> None:
    hives = "".join(
        f"V-{n:03};hive {'abcdefgh'[n % 8]};2026-0{n % 9 + 1}-{n % 28 + 1:02};{n % 4};{n},{n % 10}\n"
        for n in range(130)
    )
    body = f"visit;hive;date;frames;weight\n{hives};Total;;;18.123,4\n".encode()
    (rule,) = [
        rule
        for rule in draft_from_sample(body, "hives", strict=False).contract.column("hive").rules
        if rule.name == "valid_values"
    ]
    assert "Total" not in str(rule.argument)


@pytest.mark.parametrize(
    "row",
    [
        "100061;Totaal glas;1;2,50;2026-10-01",  # the words name an article
        "Totaal glas;Vaas;1;2,50;2026-10-01",
        "Totaal glas;Vaas;;2,50;",  # another cell has words
        ";Vaas;;2,50;",  # no name
    ],
)
def test_a_row_with_its_own_values_or_without_the_name_stays_a_row(row: str) -> None:
    findings = draft_from_sample(f"{SHELF}{row}\n".encode(), "voorraad", strict=False).findings
    assert not [one for one in findings if "of totals" in one.message]


def test_a_name_in_a_table_whose_rows_are_often_empty_is_a_row() -> None:
    sparse = "".join(f"{n};;;;{n % 3}\n" for n in range(20))
    body = f"naam;kleur;maat;datum;aantal\n{sparse}Totaal;;;;40\n".encode()
    assert not [one for one in draft_from_sample(body, "x").findings if "of totals" in one.message]


def test_rows_without_a_value_below_a_line_of_totals_and_among_rows_are_no_rows_of_a_draft() -> None:
    body = SHELF.replace("100040;", ";;;;\n100040;") + ";;;;\nTotaal 120 artikelen;;;1.234,50;\n;;;;\n"
    draft = draft_of_upload("voorraad.csv", body.encode())
    assert draft
    assert (draft["received"], draft["rows"]) == (61, 60)  # the total waits unless it stays out
    (note,) = [note["message"] for note in draft["notes"] if "of totals" in note["message"]]
    assert note.startswith("data row 63 is a line of totals, by its name")
    assert note.endswith("stay out of the dataset")
    (blank,) = [note["message"] for note in draft["notes"] if "any cell" in note["message"]]
    assert blank == "data rows 41, 62 and 64 have no value in any cell: they are no data and stay out"


def test_a_name_without_the_sum_is_no_line_of_totals() -> None:
    wrong = [
        line.replace("220,00", "221,00").replace("240,00", "241,00").replace("460,00", "999,00")
        for line in SUBTOTALS
    ]
    assert not [
        finding
        for finding in draft_from_sample(shops(*wrong), "umsatz").findings
        if "of totals" in finding.message
    ]


def test_a_sum_by_chance_without_the_name_is_no_line_of_totals() -> None:
    other = [line.replace("Zwischensumme", "F90").replace("Gesamt", "F91") for line in SUBTOTALS]
    assert not [
        finding
        for finding in draft_from_sample(shops(*other), "umsatz").findings
        if "of totals" in finding.message
    ]


def test_a_line_of_totals_does_not_decide_the_types_of_columns() -> None:
    """Its label is in the column of dates, which are fewer than the values that bear an exception."""
    rows = "".join(f"{n:02}.10.2026;{n};{n},50\n" for n in range(1, 21))
    body = f"tag;menge;umsatz\n{rows}Summe;210;220,00\n".encode()
    columns = draft_from_sample(body, "report", strict=False).contract.columns
    assert [column.type.kind.name for column in columns] == ["DATE", "BIGINT", "DECIMAL"]


def deliveries(*foot: str) -> str:
    """A mill's report of deliveries: a subtotal after each ten rows, a total and the name of a program."""
    lines = ["N\u00ba tal\u00e3o;Linha;Produtor;Data;Quilos;Rendimento;Valor"]
    for n in range(40):
        docket, kilos = f"{7001 + n // 3};{n % 3 + 1};Monte {n // 3 % 5}", f"{1 + n % 3}.{100 + n}"
        lines.append(f"{docket};{n // 6 + 1:02}-10-2026;{kilos};15,8;{90 + n},50")
        if n % 10 == 9:
            lines += [";;Subtotal;;12.345;;", ";;;;;;"]
    return "\n".join([*lines, "TOTAL;;;;160.286;;4360,00", "", *foot]) + "\n"


FOOT = "Documento processado por computador;;;;;;"


def test_subtotals_above_a_footer_decide_neither_key_nor_types_nor_what_is_always_filled() -> None:
    draft = draft_of_upload("entregas.csv", deliveries(FOOT).encode())
    assert draft
    (table,) = draft["document"]["schema"]
    columns = {column["name"]: column for column in table["properties"]}
    keys = [name for name, column in columns.items() if column.get("primaryKey")]
    assert keys == ["no_talao", "linha"]
    assert all(column.get("required") for column in columns.values())
    assert columns["no_talao"]["physicalType"] == "BIGINT"
    assert draft["rows"] == 40


def test_the_draft_of_an_upload_names_each_line_that_stays_out_and_says_what_it_has() -> None:
    draft = draft_of_upload("entregas.csv", deliveries(FOOT).encode())
    assert draft
    totals, footer = [note for note in draft["notes"] if note["is_open"]]
    assert totals["message"].startswith(
        "5 rows are lines of totals, by their names and their sums or empty cells: data rows "
        "11 (Subtotal, 12.345), 23 (Subtotal, 12.345), 35 (Subtotal, 12.345), 47 (Subtotal, 12.345), "
        "49 (TOTAL, 160.286, 4360,00). Totals stay out of the dataset"
    )
    assert footer["message"].startswith(
        "data row 50 is a note below the totals: Documento processado por computador. Notes stay out"
    )


def test_the_gate_quarantines_the_lines_of_totals_and_the_footer_of_the_next_file(tmp_path: Path) -> None:
    draft = draft_from_sample(deliveries(FOOT).encode(), "entregas", strict=False)
    messages = [note.message for note in draft.findings if "totals" in note.message]
    assert all("The gate quarantines them" in message for message in messages)
    assert len(messages) == 2
    following = tmp_path / "entregas.csv"
    following.write_text(deliveries(FOOT).replace("700", "800").replace("701", "801"))
    checked = headgate.check(following, draft.contract)
    assert (checked.accepted.num_rows, sum(checked.reasons.values())) == (40, 6)


@pytest.mark.parametrize(
    "below",
    [
        "7099;1;Monte 9;30-10-2026;1.500;15,8;99,50",  # a row
        "7099;1;Monte 9;;;;",  # three cells
        *["\n".join([FOOT] * 21)],  # too many
    ],
)
def test_rows_below_a_total_that_may_be_data_are_rows(below: str) -> None:
    draft = draft_of_upload("entregas.csv", deliveries(below).encode())
    assert draft
    assert not [note for note in draft["notes"] if note["is_open"]]


@pytest.mark.parametrize(
    "name", ["Razem", "Celkem", "Összesen", "Toplam", "Genel toplam", "合計", "Итого", "합계"]
)
def test_lines_of_totals_are_no_rows_in_many_languages(name: str) -> None:
    """A report of a museum's tickets: a subtotal after each week, with an empty line, and one at the end."""
    rows: list[str] = []
    for week in range(3):
        days = [f"T-{week}{at};0{at}.03.2026;{at};{at},50;" for at in range(1, 8)]
        rows += [*days, f"{name};;;31,50;"]
    body = "\n".join(["bilet;dzień;sztuk;wartość;uwagi", *rows, f"{name} III 2026;;;94,50;", ""]).encode()
    draft = draft_of_upload("kasa.csv", body)
    assert draft is not None
    columns = {each["name"]: each for each in draft["document"]["schema"][0]["properties"]}
    assert columns["dzien"]["required"], columns
    assert draft["rows"] == 21
    assert columns["bilet"].get("primaryKey"), columns


def till(*foot: str, subtotals: str = "") -> bytes:
    """A till's report by shop, with what stands below each shop's lines and below all."""
    lines = ["filiale;tag;artikel;stück;betrag;notiz"]
    for shop in range(3):
        days = range(1, 9)
        lines += [f"F{shop};{day:02}.10.2026;Sattel;{day};{1000 + day},50;" for day in days]
        lines += [subtotals.format(shop=f"F{shop}", pieces=36, sum="8040,00")] if subtotals else []
    return "\n".join([*lines, *foot, ""]).encode()


FOOT_WITHOUT_A_WORD = ";;;108;24120,00;"


@pytest.mark.parametrize(
    ("subtotals", "lines"),
    [
        ("", 1),
        (";;;{pieces};{sum};", 4),
        ("{shop};;;{pieces};{sum};", 4),
        ("{shop};Summe;;{pieces};{sum};", 4),
    ],
)
def test_a_last_line_of_sums_alone_is_one_of_totals_without_a_word(subtotals: str, lines: int) -> None:
    body = till(FOOT_WITHOUT_A_WORD, subtotals=subtotals)
    draft = draft_of_upload("kasse.csv", body)
    assert draft
    (note,) = [note for note in draft["notes"] if "of totals" in note["message"]]
    assert note["is_open"]
    assert "out of the dataset" in note["message"]
    assert (draft["received"], draft["rows"]) == (24 + lines, 24)
    columns = {each["name"]: each for each in draft["document"]["schema"][0]["properties"]}
    assert columns["artikel"]["required"]
    caller = uploader()
    result = checked(caller, uploaded(caller, body, "kasse.csv", "")).json
    assert len(result["grid"]["totals"]) == lines
    assert result["grid"]["totals"][-1] == 24 + lines


def test_the_draft_says_why_lines_without_a_word_are_totals() -> None:
    (message,) = notes_of_upload(till(FOOT_WITHOUT_A_WORD, subtotals=";;;{pieces};{sum};"))
    assert message == (
        "4 rows are lines of totals, by their sums and empty cells: data rows 9 (36, 8040,00), "
        "18 (36, 8040,00), 27 (36, 8040,00), 28 (108, 24120,00). Totals stay out of the dataset"
    )


def test_a_note_below_totals_without_a_word_is_no_row() -> None:
    draft = draft_of_upload("kasse.csv", till(FOOT_WITHOUT_A_WORD, "Gedruckt am 01.11.2026;;;;;"))
    assert draft
    assert draft["rows"] == 24
    assert len([note for note in draft["notes"] if note["is_open"]]) == 2


@pytest.mark.parametrize(
    "foot",
    [
        ";;;108;24121,00;",  # a cell that is no sum
        ";;;107;;",
        "F9;;;108;24120,00;",  # a name of its own
        ";;Korb;108;24120,00;",
        "F2;31.10.2026;Sattel;108;24120,00;",  # a row of all columns
    ],
)
def test_a_last_row_that_is_not_only_sums_is_a_row(foot: str) -> None:
    caller = uploader()
    result = checked(caller, uploaded(caller, till(foot), "kasse.csv", "")).json
    assert result["grid"]["totals"] == []


def test_a_line_of_sums_among_rows_stays_where_the_last_row_is_none() -> None:
    caller = uploader()
    body = till("F9;01.10.2026;Korb;1;2,50;", subtotals=";;;{pieces};{sum};")
    assert checked(caller, uploaded(caller, body, "kasse.csv", "")).json["grid"]["totals"] == []


def test_a_last_row_of_the_only_number_in_a_column_is_no_sum_without_a_word() -> None:
    caller = uploader()
    body = b"ort;name;anzahl\nA;Anna;0\nB;Bert;5\nC;Carl;0\nD;Dora;0\n;;5\n"
    assert checked(caller, uploaded(caller, body, "liste.csv", "")).json["grid"]["totals"] == []


def test_a_word_that_is_read_as_empty_makes_no_column_one_that_only_totals_leave_empty() -> None:
    """`Desconto` of a pharmacy's sales has `-` in a third of its rows, and nothing in the line of totals."""
    amounts = [100 + at for at in range(90)]
    rows = "".join(
        f"C-{at:03};{amount};{'-' if at % 3 else f'{at},50'}\n" for at, amount in enumerate(amounts)
    )
    body = f"cupom;quantia;desconto\n{rows}TOTAL GERAL;{sum(amounts)};\n".encode()
    column = draft_from_sample(body, "vendas", strict=False).contract.column("desconto")
    assert column.format is not None
    assert column.format.nulls == ("-",)
    assert not column.required


def test_named_lines_of_amounts_with_a_sign_are_totals_also_if_a_person_edited_the_rows() -> None:
    """In the edited copy of a pharmacy's sales the sums are those of the rows before the edits."""
    shops = [
        "".join(f"{shop}{at:03};2026-09-{at + 1:02};{at}h15;R$ {at + 1},50\n" for at in range(20))
        for shop in (1, 2)
    ]
    body = f"cupom;data;hora;valor\n{shops[0]}Subtotal 01;;;R$ 999,00\n{shops[1]}TOTAL GERAL;;;R$ 1.999,00\n"
    drafted = draft_of_upload("vendas.csv", body.encode())
    assert drafted is not None
    assert any("2 rows are lines of totals" in note["message"] for note in drafted["notes"])
