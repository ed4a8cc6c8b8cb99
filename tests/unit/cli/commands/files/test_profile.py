import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headgate.cli.commands.files.profile import profile
from headgate.errors import UnreadableFileError
from tests.unit.formats.excel.test_read_excel import sheet, workbook

pytestmark = pytest.mark.unit

CSV = "id;name;card no\n1;a;4111111111111111\n2;;5555555555554444\n"


def test_a_local_file_is_profiled_without_the_lake_and_shows_no_card(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--json"])
    reported = json.loads(ran.output)
    assert [(column["name"], column["type"], column["missing"]) for column in reported["columns"]] == [
        ("id", "int", 0),
        ("name", "string", 1),
        ("card no", "int", 0),
    ]
    assert reported["score"]["completeness"] == "0.8333"
    assert "4111" not in ran.output


RECORDS = [{"id": str(number), "name": "ab"[number % 2], "amount": f"{number}.50"} for number in range(1, 9)]
ROWS = [[*RECORDS[0]], *([*record.values()] for record in RECORDS)]
FORMS = {
    "json": json.dumps(RECORDS).encode(),
    "json lines": "\n".join(map(json.dumps, RECORDS)).encode(),
    "tsv": "\n".join(map("\t".join, ROWS)).encode(),
    "semicolons in utf-16": ("Report\n\n" + "\n".join(map(";".join, ROWS))).encode("utf-16"),
    "excel": workbook({"cover": sheet([["Report"]]), "data": sheet([list(row) for row in ROWS])}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_of_every_form_is_profiled(form: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pack(FORMS[form]))
    reported = json.loads(CliRunner().invoke(profile, [str(tmp_path / "a"), "--json"]).output)
    assert [(column["name"], column["type"], column["distinct"]) for column in reported["columns"]] == [
        ("id", "int", 8),
        ("name", "string", 2),
        ("amount", "decimal", 8),
    ]


def test_nested_values_are_counted_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": 1, "cards": [{"cvv": "917"}]}, {"id": 2, "cards": null}]')
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.json"), "--json"])
    column = json.loads(ran.output)["columns"][1]
    assert (column["type"], column["missing"]) == ("nested", 1)
    assert "917" not in ran.output


def test_an_object_is_a_column_for_each_of_its_values_and_sensitive_ones_are_not_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_text('[{"id": 1, "card": {"cvv": "917"}}, {"id": 2, "card": null}]')
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.json"), "--json"])
    columns = {column["name"]: column for column in json.loads(ran.output)["columns"]}
    assert set(columns) == {"id", "card_cvv"}
    assert (columns["card_cvv"]["missing"], columns["card_cvv"]["sensitive"]) == (1, True)
    assert "917" not in ran.output


def test_a_file_that_is_no_table_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"%PDF-1.7")
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.xlsx")])
    assert isinstance(ran.exception, UnreadableFileError)
    assert "PDF" in str(ran.exception)


def test_parquet_is_profiled_by_its_own_types(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1.5, 2.5], "l": [[1], [2]]}), tmp_path / "a.parquet")
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.parquet")])
    assert ran.exit_code == 0
    assert "float" in ran.output


def test_a_contracts_sensitive_columns_are_not_shown_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("order_id,notes\nA1,secret words\nA2,more secret words\n")
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--dataset", "orders"])
    assert ran.exit_code == 0
    assert "secret" not in ran.output


def test_an_unknown_dataset_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.csv"), "--dataset", "nobody"])
    assert ran.exit_code == 1
    assert "headgate contract list" in ran.output


def shown(file: Path, columns: int = 200) -> str:
    """Return the screen of a file's profile."""
    ran = CliRunner().invoke(profile, [str(file)], env={"COLUMNS": str(columns)}, catch_exceptions=False)
    return ran.stdout


def notes(file: Path) -> list[str]:
    """Return the sentences about rows and values of a file."""
    ran = CliRunner().invoke(profile, [str(file), "--json"], catch_exceptions=False)
    return list(json.loads(ran.stdout)["notes"])


def test_numbers_have_a_median_and_a_deviation_and_texts_have_none(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("guests,door\n1,north\n1,north\n4,south\n")
    guests, door = shown(tmp_path / "visits.csv").split("door\n")
    assert "median: 1, deviation: 1.732" in guests
    assert "median" not in door
    assert "most frequent: north (2 times)" in door


def test_numbers_that_identify_rows_have_no_median(tmp_path: Path) -> None:
    rows = "".join(f"{100 + at % 20},{at % 7}\n" for at in range(60))
    (tmp_path / "visits.csv").write_text(f"member_no,guests\n{rows}")
    member, guests = shown(tmp_path / "visits.csv").split("guests\n")
    assert "from: 100, to: 119" in member
    assert ("median" in member, "median" in guests) == (False, True)


@pytest.mark.parametrize("columns", [60, 120, 400])
def test_a_profile_has_one_layout_at_every_width(tmp_path: Path, columns: int) -> None:
    (tmp_path / "visits.csv").write_text("guests,door\n1,north\n1,north\n4,south\n")
    assert shown(tmp_path / "visits.csv", columns).splitlines()[:2] == ["3 rows", "guests"]
    assert "│" not in shown(tmp_path / "visits.csv", columns)


PRICES = "".join(f"{number};part {number};{number},50\n" for number in range(20))


def test_rows_without_a_value_are_named_by_their_lines_and_repeat_none(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"id;name;price\n{PRICES};;\n20;part 20;-1,5\n;;\n", encoding="utf-8")
    text = " ".join(shown(file).split())
    assert "2 rows have no value in any cell and are no data: line 22, line 24." in text
    assert "21 rows" in text
    assert "repeats another" not in text


def test_a_row_of_another_number_of_cells_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"id;name;price\n{PRICES}7;-4,00\n", encoding="utf-8")
    note = "1 row counts in no figure of a column: line 22 has 2 cells, where the others have 3."
    assert "21 rows" in shown(file)
    assert note in " ".join(shown(file).split())
    assert notes(file) == [note]


def test_values_of_another_type_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    rows = f"{PRICES}20;part 20;on request\n21;part 21;4111111111111111 x\n"
    file.write_text(f"id;name;price\n{rows}", encoding="utf-8")
    (note,) = notes(file)
    assert note.startswith("price: 2 values are no number: “on request” (line 22), ")
    assert "4111111111111111" not in note


def test_rows_that_repeat_others_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"id;name;price\n{PRICES}3;part 3;3,50\n0;part 0;0,50\n", encoding="utf-8")
    assert notes(file) == [
        "2 rows repeat another one: line 22 is the same as line 5, line 23 is the same as line 2."
    ]


def test_every_sheet_of_a_workbook_is_named(tmp_path: Path) -> None:
    file = tmp_path / "two.xlsx"
    stores = sheet([["store", "town"], ["F1", "Bonn"], ["F2", "Köln"]])
    file.write_bytes(workbook({"Preise": sheet([list(row) for row in ROWS]), "Filialen": stores}))
    (note,) = notes(file)
    assert note.startswith(
        "The rows are those of the sheet Preise. Not read: Filialen (2 rows below its first)"
    )
    assert note.endswith("--sheet NAME reads another one.")
    ran = CliRunner().invoke(profile, [str(file), "--sheet", "Filialen"], catch_exceptions=False)
    assert ran.stdout.splitlines()[:2] == ["2 rows", "store"]


def test_columns_about_people_are_counted_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    rows = "".join(f"{number},c{number % 3}@shop.example,a@b.example\n" for number in range(9))
    file.write_text(f"id,Customer e-mail,contact\n{rows}", encoding="utf-8")
    assert "shop.example" not in shown(file)
    assert "b.example" not in shown(file)
    assert "e-mail" in shown(file)
    assert "example" not in CliRunner().invoke(profile, [str(file), "--json"]).stdout


def test_a_file_without_flaws_has_no_notes(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"id;name;price\n{PRICES}", encoding="utf-8")
    assert notes(file) == []


def test_a_file_of_which_no_value_is_judged_has_no_score(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([{"export": {"orders": [{"id": 1}, {"id": 2}]}}]), encoding="utf-8")
    shown = " ".join(CliRunner().invoke(profile, [str(file)], catch_exceptions=False).stdout.split())
    assert "The values of export_orders are lists or objects, which are not scored." in shown
    assert "only lists and objects, so no quality score" in shown
    assert "quality 1" not in shown


@pytest.mark.parametrize("other", ["patient_id", "member_no", "dob"])
def test_the_names_of_people_are_not_shown_and_those_of_things_are(tmp_path: Path, other: str) -> None:
    for column in (other, "weight"):
        (tmp_path / f"{column}.csv").write_text(f"{column},name\n1,Ann Mayer\n1,Ann Mayer\n1,Bob Miller\n")
    assert "Ann Mayer" not in shown(tmp_path / f"{other}.csv")
    assert "Ann Mayer (2 times)" in shown(tmp_path / "weight.csv")


def test_the_sheets_of_the_rows_are_named(tmp_path: Path) -> None:
    rows = sheet([["day", "amount"], ["2026-01-01", 1]])
    book = workbook({"Jan": rows, "Feb": rows, "Info": sheet([["as of today"]])})
    (tmp_path / "months.xlsx").write_bytes(book)
    assert notes(tmp_path / "months.xlsx")[0].startswith(
        "The rows are those of the sheets Jan, Feb. Not read"
    )
