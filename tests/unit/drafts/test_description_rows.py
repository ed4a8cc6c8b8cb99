"""Rows below the header that describe the columns decide no type and stay out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.model import Kind
from headgate.drafts.description_rows import count_description_rows, stated_zone
from headgate.drafts.draft_contract import draft_from_sample
from headgate.uploads.edits import Edits
from headgate.uploads.grid.flaws import Flaws
from headgate.uploads.grid.opened_file import open_file
from headgate.uploads.grid.write_grid import ColumnFacts, write_grid
from headgate.values.cells import text_array

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

NAMES = "StartDate,ResponseId,Finished,Q1,Q2_1,Q3"
QUESTIONS = (
    "Start Date,Response ID,Finished,How likely are you to recommend us (0-10)?,Delivery,What can we improve?"
)
IMPORT_IDS = ",".join(
    '"' + json.dumps({"ImportId": name}).replace('"', '""') + '"'
    for name in ("startDate", "_recordId", "finished", "QID1", "QID2_1", "QID3_TEXT")
)
ANSWERS = [
    f"2026-10-{day:02} 08:{day}:00,R_{day:04}ab,True,{day % 11},{1 + day % 5},Fine" for day in range(10, 31)
]
LATER = [answer.replace("2026-10", "2026-11").replace("R_", "S_") for answer in ANSWERS]
SURVEY = "\n".join([NAMES, QUESTIONS, IMPORT_IDS, *ANSWERS, *LATER])


def count(*columns: str) -> int:
    return count_description_rows(text_array(column.split("|")) for column in columns)


def numbers(*first: str) -> str:
    return "|".join([*first, *map(str, range(30))])


def test_questions_and_import_ids_of_a_survey_leave_its_columns_typed() -> None:
    draft = draft_from_sample(SURVEY.encode(), "survey", strict=False)
    kinds = {column.name: column.type.kind for column in draft.contract.columns}
    assert kinds["startdate"] is Kind.TIMESTAMP
    assert (kinds["q1"], kinds["q2_1"], kinds["finished"]) == (Kind.BIGINT, Kind.BIGINT, Kind.BOOLEAN)
    assert draft.rows == 2 * len(ANSWERS)


def test_a_column_is_described_by_its_question() -> None:
    draft = draft_from_sample(SURVEY.encode(), "survey", strict=False)
    descriptions = {column.name: column.description for column in draft.contract.columns}
    assert descriptions["q1"] == "How likely are you to recommend us (0-10)?"
    assert descriptions["finished"] == ""


def test_a_finding_names_the_rows_and_their_fate() -> None:
    draft = draft_from_sample(SURVEY.encode(), "survey", strict=False)
    (finding,) = [finding for finding in draft.findings if "describe" in finding.message]
    assert finding.message.startswith("data rows 1 and 2 describe the columns")
    assert not any("do not read as" in finding.message for finding in draft.findings)


def test_rows_are_counted_as_in_the_file() -> None:
    """The numbers of rows with a repeated key begin below the header, not below the questions."""
    repeated = ANSWERS[0].replace(",8,", ",9,").replace("Fine", "Slow")
    draft = draft_from_sample(f"{SURVEY}\n{repeated}\n".encode(), "survey", strict=False, key=["responseid"])
    assert any(f"(data row {2 * len(ANSWERS) + 3})" in finding.message for finding in draft.findings)


def test_a_strict_draft_takes_every_row() -> None:
    draft = draft_from_sample(SURVEY.encode(), "survey", strict=True)
    assert {column.type.kind for column in draft.contract.columns} == {Kind.STRING}


def test_units_below_the_names_describe_the_columns() -> None:
    assert count(numbers("°C"), numbers("hPa"), "|".join(["", *"ab" * 15])) == 1


def test_a_bad_value_in_one_column_describes_nothing() -> None:
    assert count(numbers("unbekannt"), numbers("1")) == 0
    assert count(numbers("x7"), "|".join("abc" * 10)) == 0


def test_absent_values_describe_nothing() -> None:
    assert count(numbers("n/a"), numbers("N/A")) == 0
    assert count(numbers("Unknown"), numbers("unknown")) == 0


def test_a_row_of_which_one_number_fits_is_data() -> None:
    assert count(numbers("approx. 5"), numbers("two"), numbers("3")) == 0


def test_an_article_whose_price_and_date_are_words_is_data() -> None:
    """Its number is like those below, so the row waits for a person and is not left out."""
    codes = "|".join(f"A-{number:03}" for number in range(31))
    assert count(codes, numbers("TBD"), numbers("open")) == 0
    assert count(codes.replace("A-000", "Article"), numbers("Price"), numbers("Pieces")) == 1


def test_few_rows_below_decide_nothing() -> None:
    assert count("°C|1|2|3|4", "hPa|5|6|7|8") == 0


def test_texts_alone_decide_nothing() -> None:
    assert count("|".join(["Question", *"ab" * 15]), "|".join(["Answer", *"cd" * 15])) == 0


def test_the_grid_names_the_rows_that_describe_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(SURVEY)
    file = open_file(path, tmp_path, None, "", 1 << 20)
    assert file
    grid = write_grid(file, Flaws.of(None, {}), ColumnFacts(), tmp_path, Edits())
    assert grid.description_rows == (1, 2)


def test_the_first_line_alone_names_the_columns_of_a_survey() -> None:
    """Its questions were joined to them, so that a column was called `progress_progress`."""
    draft = draft_from_sample(SURVEY.encode(), "survey", strict=False)
    assert draft.contract.names == ("startdate", "responseid", "finished", "q1", "q2_1", "q3")


def test_a_row_of_words_continues_a_header_that_lacks_a_name_or_repeats_one() -> None:
    rows = "".join(f"{number},{number / 2}\n" for number in range(40))
    for first, names in (("order,order", ("order id", "order total")), (",total", ("id", "total"))):
        draft = draft_from_sample(f"{first}\nid,total\n{rows}".encode(), "orders", strict=False)
        assert draft.contract.names == names


def test_names_of_a_short_file_are_joined_without_repetitions() -> None:
    body = "".join(f"{number},{number / 2}\n" for number in range(5))
    draft = draft_from_sample(f"time,flow\nTime,l/h\n{body}".encode(), "logger", strict=False)
    assert (draft.contract.names, draft.rows) == (("time", "flow l/h"), 5)


def test_the_zone_of_a_survey_is_that_of_its_import_ids() -> None:
    denver = '{"ImportId":"start","timeZone":"America/Denver"}'
    berlin = denver.replace("America/Denver", "Europe/Berlin")
    assert stated_zone([text_array(["Start", denver]), text_array(["End", denver])], 2) == "America/Denver"
    assert stated_zone([text_array(["Start", denver]), text_array(["End", berlin])], 2) == ""
    assert stated_zone([text_array(['{"timeZone":"Nowhere"}', "{"])], 2) == ""
    assert stated_zone([text_array([denver])], 0) == ""


def test_answers_in_own_words_and_keys_are_no_permitted_values() -> None:
    answers = ("Box was wet.", "call me: 0171 5550199", "ok")
    rows = [
        f"M{number % 40:02},{('good', 'bad')[number % 2]},{answers[number % 3]},2026-10-{1 + number // 40:02}"
        for number in range(120)
    ]
    body = "\n".join(["meter_id,state,answer,day", *rows]).encode()
    columns = {
        column.name: column for column in draft_from_sample(body, "visits", strict=False).contract.columns
    }
    listed = {
        name for name, column in columns.items() if any(rule.name == "valid_values" for rule in column.rules)
    }
    assert listed == {"state"}


def test_a_zone_that_is_no_text_and_deep_json_state_none() -> None:
    cells = ['{"timeZone":["Europe/Berlin"]}', '{"timeZone":{"a":1}}', '{"timeZone":' + "[" * 200_000]
    assert stated_zone([text_array([cell]) for cell in cells], 1) == ""
    assert stated_zone([text_array([cell, '{"timeZone":"Europe/Berlin"}']) for cell in cells], 2) == (
        "Europe/Berlin"
    )
