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
    (tmp_path / "a.json").write_text('[{"id": 1, "card": {"cvv": "917"}}, {"id": 2, "card": null}]')
    ran = CliRunner().invoke(profile, [str(tmp_path / "a.json"), "--json"])
    column = json.loads(ran.output)["columns"][1]
    assert (column["type"], column["missing"]) == ("nested", 1)
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


def test_numbers_have_a_median_and_a_deviation_and_texts_have_none(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("guests,door\n1,north\n1,north\n4,south\n")
    shown = CliRunner().invoke(profile, [str(tmp_path / "visits.csv")], env={"COLUMNS": "200"}).output
    header, guests, door = (
        next(line for line in shown.splitlines() if word in line) for word in ("column", "guests", "door")
    )
    cells = dict(zip(_cells(header), _cells(guests), strict=True))
    assert (cells["median"], cells["deviation"]) == ("1", "1.732")
    assert dict(zip(_cells(header), _cells(door), strict=True))["median"] == ""


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.replace("┃", "│").split("│")]


def test_rows_and_values_that_are_in_no_figure_are_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    rows = "".join(f"{n};x{n};{n},50\n" for n in range(20))
    file.write_text(f"id;name;price\n{rows}7;-4,00\n", encoding="utf-8")
    shown = CliRunner().invoke(profile, [str(file)], catch_exceptions=False).stdout
    note = "1 row is in no figure of a column, for another number of cells than the header has."
    assert "21 rows" in shown
    assert note in " ".join(shown.split())
    as_json = CliRunner().invoke(profile, [str(file), "--json"], catch_exceptions=False).stdout
    assert json.loads(as_json)["notes"] == [note]


def test_a_file_of_which_no_value_is_judged_has_no_score(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([{"export": {"orders": [{"id": 1}, {"id": 2}]}}]), encoding="utf-8")
    shown = " ".join(CliRunner().invoke(profile, [str(file)], catch_exceptions=False).stdout.split())
    assert "The values of export are lists or objects, and are not judged." in shown
    assert "no value is judged, so no quality score" in shown
    assert "quality 1" not in shown
