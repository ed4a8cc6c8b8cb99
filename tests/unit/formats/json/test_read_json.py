import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError, UnreadableFileError
from headgate.formats.batches import all_rows
from headgate.formats.json.json_records import is_json, read_records
from headgate.formats.json.read_json import read_json
from headgate.formats.read_file import read_file
from headgate.formats.read_table import read_table
from headgate.formats.received_rows import Received

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
CONTRACT = Contract("c", "things", "source", "1", (Column("a", TEXT), Column("b", TEXT)))


def read(text: str) -> Received:
    return all_rows(read_json(text.encode(), CONTRACT))


def rows(received: Received) -> list[tuple[str | None, ...]]:
    return list(zip(received.cells["a"].to_pylist(), received.cells["b"].to_pylist(), strict=True))


RECORDS = [("9007199254740993", "1.10"), ("-0.0", "1e400"), ("true", None)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 9007199254740993, "b": 1.10}, {"a": -0.0, "b": 1e400}, {"a": true, "b": null}]',
        '{"a": 9007199254740993, "b": 1.10}\n{"a": -0.0, "b": 1e400}\r\n\n{"b": null, "a": true}\n',
        '{"count": 3, "rows": [{"a": 9007199254740993, "b": 1.10}, {"a": -0.0, "b": 1e400}, {"a": true}]}',
    ],
)
def test_numbers_are_the_characters_that_are_written(text: str) -> None:
    assert is_json(text.encode())
    received = read(text)
    assert rows(received) == RECORDS
    assert received.source_rows.tolist() == [1, 2, 3]


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.integers() | st.none()}), min_size=1))
def test_every_text_and_integer_comes_back(records: list[dict[str, str | int | None]]) -> None:
    expected = [(record["a"], None if record["b"] is None else str(record["b"])) for record in records]
    assert rows(read(json.dumps(records))) == expected
    if len(records) > 1:
        assert rows(read("\n".join(map(json.dumps, records)))) == expected


def test_a_single_object_is_one_row_and_names_come_in_any_order() -> None:
    assert rows(read('{"b": "2", "a": "1"}')) == [("1", "2")]


def test_empty_text_and_nothing_differ() -> None:
    assert rows(read('[{"a": "", "b": null}]')) == [("", None)]


def test_a_line_that_is_no_object_is_quarantined_with_its_number() -> None:
    received = read('{"a": 1, "b": 2}\n{"a": 3\n[1]\n{"a": 4, "b": 5}\n{"a": 1, "b": 2}{')
    assert rows(received) == [("1", "2"), ("4", "5")]
    assert received.source_rows.tolist() == [1, 4]
    assert received.ragged.source_rows.tolist() == [2, 3, 5]
    assert received.ragged.texts[0] == '{"a": 3'


def test_a_name_that_first_comes_late_is_null_before() -> None:
    lines = "\n".join(['{"a": 1}'] * 40_000 + ['{"a": 2, "b": 3}'])
    received = read(lines)
    assert received.cells["b"].null_count == 40_000
    assert received.cells["b"][-1].as_py() == "3"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[{"a": 1}, {"a": ', "not_a_table"),
        ("[]", "not_a_table"),
        ("[1, 2]", "not_a_table"),
        ('{"x": [{"a": 1}], "y": [{"a": 2}]}', "not_a_table"),
        ('[{"a": "\\ud800"}]', "not_a_table"),
        ('[{"a": 1, "\\ud800": 2}]', "not_a_table"),
        ('{"a": 1}\n{"\\udfff": 2}\n', "not_a_table"),
        ('[{"a": 1}, ["\\ud800"]]', "not_a_table"),
        ('[{"a": 1}, {"a": 2}, {"b": 2}, "\\udfff"]', "not_a_table"),
        ('[{"a": {"deep": 1}}]', "type"),
        ('[{"a": [1]}]', "type"),
        ('[{"a": 1, "a": 2}]', "duplicate_column"),
        ('[{"a": 1, "z": 2}]', "unknown_column"),
        ('[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", "too_large"),
        ("[{" + ",".join(f'"n{number}": 1' for number in range(5000)) + "}]", "too_large"),
    ],
)
def test_json_that_is_no_table_of_the_contract_is_refused_with_its_rule(text: str, rule: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read(text)
    assert refused.value.rule == rule
    assert refused.value.remedy


def test_a_name_that_a_record_has_twice_is_named() -> None:
    with pytest.raises(BadInputError) as refused:
        read('{"a": 1}\n{"a": 2, "b": 1, "a": 3}\n')
    assert (refused.value.rule, refused.value.column) == ("duplicate_column", "a")


def test_a_small_file_with_other_names_in_each_record_is_refused() -> None:
    with pytest.raises(BadInputError) as refused:
        read("".join(f'{{"a{number % 4000}": 1}}\n' for number in range(4000)))
    assert refused.value.rule == "too_large"


def test_many_names_of_which_each_record_says_some_are_read() -> None:
    lines = "".join(
        json.dumps({f"n{(number + at) % 900}": at for at in range(20)}) + "\n" for number in range(4700)
    )
    assert len(read_records(lines.encode()).columns) == 900


def test_half_of_a_surrogate_pair_in_a_line_that_is_no_record_stays_as_it_is_spelled() -> None:
    assert read('{"a": 1}\n{"a": 2}\n["\\ud800"]\n').ragged.texts == ('["\\ud800"]',)


def test_no_message_shows_a_value() -> None:
    for text in (
        '[{"4111111111111111": {"x": 1}}]',
        '[{"a": "4111111111111111"',
        '{"4111111111111111": [{"a": 1}], "y": [{"a": 1}]}',
    ):
        with pytest.raises(BadInputError) as refused:
            read(text)
        assert "4111" not in str(refused.value)


@pytest.mark.parametrize("text", [b"a,b\n1,2\n", b"", b"[note],b\n", b"{x},y\n", b'"a","b"\n'])
def test_csv_is_not_taken_for_json(text: bytes) -> None:
    assert not is_json(text)


def test_foreign_letters_of_a_rejected_line_are_unchanged() -> None:
    assert read('[{"a": "1", "b": "2"}, "naïve é 𝄞"]').ragged.texts == ('"naïve é 𝄞"',)
    assert read('{"a": "1", "b": "2"}\n{"a": "3", "b": "4"}\n{"naïve é 𝄞\n').ragged.texts == ('{"naïve é 𝄞',)


def test_a_column_of_json_below_its_name_stays_csv() -> None:
    assert read_file(b'a\n{"b": 1}\n{"b": 2}\n', CONTRACT).format_name == "csv"


@pytest.mark.parametrize(
    "text",
    ['[\n{"a": 1}\n,\n{"a": 2}\n]', '[{"a": 1},\n{"a": 2}]', '{"rows": [\n{"a": "1"},\n{"a": "2"}\n]}'],
)
def test_an_array_over_several_lines_stays_one(text: str) -> None:
    received = read_file(text.encode(), CONTRACT)
    assert (received.format_name, received.cells["a"].to_pylist()) == ("json", ["1", "2"])


@pytest.mark.parametrize(
    "text",
    [
        '[["id","n"],[1,2]]',
        "[1, 2.5, null]",
        '["a","b"]',
        "[null,null]",
        "[1,,2]",
        "[-2.]",
        "['id','n']",
        "{id: 1, n: 2}",
        "{'id': 1}",
        '["a",\n4\n,1,',
        '[1,"x"]\n[2,"y"]\n',
        '{"id": 1} {"id": 2}',
    ],
)
def test_json_that_is_no_list_of_objects_is_rejected_and_never_read_as_csv(text: str) -> None:
    """With and without a contract; texts after JSONTestSuite."""
    for reading in (
        lambda: draft_from_sample(text.encode(), "things"),
        lambda: read_file(text.encode(), CONTRACT),
        lambda: read_table(text.encode()),
    ):
        with pytest.raises(UnreadableFileError) as refused:
            reading()
        assert refused.value.rule == "not_a_table"
        assert refused.value.remedy


@pytest.mark.parametrize("text", ["42", '"asd"', "true", "null", " -1.5e3\n"])
def test_one_json_value_is_no_table(text: str) -> None:
    with pytest.raises(UnreadableFileError, match="none is an object"):
        draft_from_sample(text.encode(), "things")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, '[{"a":' * 100_000]
)
def test_deep_nesting_is_rejected_and_ends_no_worker(text: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        draft_from_sample(text.encode(), "things")
    assert refused.value.rule == "too_large"


@pytest.mark.parametrize(
    "text",
    [
        "[id],[name]\n1,a\n2,b\n",
        "[2024-01-01 10:00:00,123] INFO start\n[2024-01-01 10:00:01,456] INFO end\n",
        "{8F14E45F-CEEA-467F-A9C5-1A2B3C4D5E6F},a\n{9F14E45F-CEEA-467F-A9C5-1A2B3C4D5E70},b\n",
        '["a","b"]\t5\n["c"]\t6\n',
    ],
)
def test_a_bracket_before_the_first_cell_makes_no_json(text: str) -> None:
    assert not is_json(text.encode())


def test_whole_numbers_and_fractions_in_one_column_stay_as_they_are_written() -> None:
    read = read_records(b'[{"n": 1}, {"n": 1.50}, {"n": 2e3}, {"n": 12345678901234567890}]')
    assert read.columns["n"].to_pylist() == ["1", "1.50", "2e3", "12345678901234567890"]
