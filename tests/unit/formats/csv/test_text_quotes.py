"""Quotes that are characters of values, in texts without and with a contract."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError, ContractError, UnreadableFileError
from headgate.formats.csv.read_csv import read_csv, read_rows
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.csv.stream_csv import NotPlainError, stream_plain_csv
from headgate.formats.fixed_width import read_fixed_width
from tests.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

SEARCHES = (
    "id\tquery\tclicks\n"
    '1\t12" shelf\t3\n'
    '2\t"garth brooks"\t4\n'
    "3\tlamp\t5\n"
    '4\tthe "best" lamp\t6\n'
    '5\t"rock" and "roll"\t7\n'
    "6\ttable\t8\n"
    "7\tchair\t9\n"
)
JOINED = 'id\tquery\tclicks\n1\t2\t"lone\n2\t3\tother"\n3\t4\t5\n'
NAMES = ("id", "query", "clicks")
PIECES = st.sampled_from(["lamp", "12", '"', " ", "shelf", '" ', ' "'])
QUERIES = st.lists(PIECES, min_size=1, max_size=5).map("".join)


def contract_of(**properties: object) -> Contract:
    columns = tuple(Column(name, ColumnType(Kind.STRING)) for name in NAMES)
    stated = {f"headgate.{name}": value for name, value in properties.items()}
    return Contract("c", "searches", "source", "1", columns, properties=stated)


def queries_of(text: str, **properties: object) -> list[str | None]:
    return read_csv(text.encode(), contract_of(**properties)).cells["query"].to_pylist()


def read_or_rule(text: str) -> list[str | None] | str:
    """Return the queries, or the rule by which the file is rejected."""
    try:
        return queries_of(text)
    except BadInputError as error:
        return getattr(error, "rule", "")


def lines_of(text: str) -> list[str]:
    return [line.split("\t")[1] for line in text.splitlines()[1:]]


def test_a_draft_keeps_quotes_that_no_value_needs_and_states_it() -> None:
    drafted = draft_from_sample(SEARCHES.encode(), "searches")
    assert drafted.contract.properties["headgate.quotes"] == "none"
    assert any("characters of the values" in finding.message for finding in drafted.findings)
    read = read_csv(SEARCHES.encode(), drafted.contract)
    assert read.cells["query"].to_pylist() == lines_of(SEARCHES)
    assert read.written_as["quote"] == "none"


@pytest.mark.parametrize("delimiter", ["\t", "|", ";", ","])
def test_a_text_of_any_delimiter_keeps_them(delimiter: str) -> None:
    text = SEARCHES.replace("\t", delimiter).encode()
    assert read_rows(text, sniff_dialect(text)).columns[1].to_pylist() == lines_of(SEARCHES)


def test_without_a_statement_a_file_whose_quotes_may_be_text_is_rejected_with_line_and_column() -> None:
    with pytest.raises(UnreadableFileError, match="line 1 of the data the column query") as refused:
        queries_of(SEARCHES)
    assert refused.value.rule == "ambiguous_quotes"
    assert "headgate.quotes" in refused.value.remedy
    assert "shelf" not in str(refused.value)


def test_a_contract_states_which_quotes_are_meant() -> None:
    assert queries_of(SEARCHES, quotes="none") == lines_of(SEARCHES)
    assert queries_of(SEARCHES, quotes="enclosing")[:2] == ['12" shelf', "garth brooks"]


def test_a_contract_with_another_use_of_quotes_is_an_error() -> None:
    with pytest.raises(ContractError, match="is 'double'"):
        queries_of(SEARCHES, quotes="double")


def test_quotes_in_a_file_of_fixed_width_are_characters_whatever_is_stated() -> None:
    text = "".join(f"{row}   {query:<20}{row}\n" for row, query in enumerate(lines_of(SEARCHES), 1))
    stated = contract_of(header="none", quotes="none", widths=[4, 20, 1])
    assert read_fixed_width(text.encode(), stated).cells["query"].to_pylist() == lines_of(SEARCHES)


def test_two_single_quotes_between_tabs_do_not_make_one_row_of_two() -> None:
    with pytest.raises(UnreadableFileError, match="column clicks"):
        queries_of(JOINED)
    assert queries_of(JOINED, quotes="none") == ["2", "3", "4"]
    assert draft_from_sample(JOINED.encode(), "searches").rows == 3


def test_a_quote_that_nothing_closes_names_the_property_and_is_kept_with_it() -> None:
    text = 'id\tquery\tclicks\n1\ta\t2\n2\t"lone\t3\n3\tb\t4\n'
    with pytest.raises(UnreadableFileError, match="never closed") as refused:
        queries_of(text)
    assert "headgate.quotes: none" in refused.value.remedy
    assert queries_of(text, quotes="none") == ["a", '"lone', "b"]
    drafted = draft_from_sample(text.encode(), "searches")
    assert (drafted.rows, drafted.contract.properties["headgate.quotes"]) == (3, "none")


def test_a_large_file_whose_quotes_join_rows_between_tabs_is_rejected_as_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "searches.tsv"
    path.write_text(JOINED, "utf-8")
    with pytest.raises(UnreadableFileError, match="column clicks"):
        stream_plain_csv(path, contract_of())


def test_a_text_that_was_cut_within_a_value_shows_nothing_of_its_quotes() -> None:
    text = 'id,query,clicks\n1,"garth brooks",2\n2,lamp,3\n3,bed,4\n5,4,"two\nlin'
    assert sniff_dialect(text.encode()).form.quote == '"'
    assert read_or_rule(text) == "unclosed_quote"


@pytest.mark.parametrize(
    "text",
    [
        'id,query,clicks\n1,"12"" shelf",3\n2,9" shelf,4\n',  # a doubled quote
        'id,query,clicks\n1,"shelf, white",3\n2,9" shelf,4\n',  # a delimiter
        'id,query,clicks\n1,"two\nlines",3\n2,9" shelf,4\n',  # a line end
        'id,query,clicks\n1,"9" shelf",3\n2,"lamp",4\n3,"table",5\n',  # a column enclosed throughout
        '"id","query","clicks"\n1,9" shelf,3\n2,"lamp",4\n3,bed,4\n4,table,5\n',  # enclosed names
        "id,query,clicks\n1,NA,3\n" + "".join(f'{row},"lamp",4\n' for row in range(9)) + '5,9" shelf,1\n',
    ],
)
def test_quotes_that_enclose_values_are_read_as_before(text: str) -> None:
    dialect = sniff_dialect(text.encode())
    assert dialect.form.quote == '"'
    assert queries_of(text) == queries_of(text, quotes="enclosing")
    assert "headgate.quotes" not in draft_from_sample(text.encode(), "searches").contract.properties


def test_a_draft_names_columns_of_which_some_values_are_enclosed_without_need() -> None:
    text = 'id\tquery\n1\t"garth brooks"\n2\tlamp\n3\ttable\n4\tbed\n'
    drafted = draft_from_sample(text.encode(), "searches")
    assert any("some values of query" in finding.message for finding in drafted.findings)
    assert "headgate.quotes" not in drafted.contract.properties
    empty = draft_from_sample(text.replace("garth brooks", "").encode(), "searches")
    assert not any("some values of query" in finding.message for finding in empty.findings)


def test_a_large_file_is_streamed_without_quotes_as_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "searches.tsv"
    path.write_text(SEARCHES, "utf-8")
    source = stream_plain_csv(path, contract_of(quotes="none"))
    assert source is not None
    read = [value for batch in source.batches() for value in batch.cells["query"].to_pylist()]
    assert read == lines_of(SEARCHES)
    unstated = stream_plain_csv(path, contract_of())
    assert unstated is not None
    with pytest.raises(NotPlainError):
        list(unstated.batches())


@examples(200)
@example(queries=['"a" and "b"', "c", "d"])
@example(queries=['"', '"', "a"])
@given(queries=st.lists(QUERIES, min_size=1, max_size=12))
def test_where_a_contract_states_no_quotes_each_line_is_a_row_and_keeps_its_characters(
    queries: list[str],
) -> None:
    text = "id\tquery\tclicks\n" + "".join(f"{row}\t{query}\t0\n" for row, query in enumerate(queries))
    assert queries_of(text, quotes="none") == queries


@examples(200)
@example(queries=['12" shelf', '"garth brooks"', "lamp", "bed"])
@example(queries=['"a" and "b"', "c", "d"])
@given(queries=st.lists(QUERIES, min_size=1, max_size=12))
def test_a_quote_within_a_value_never_lets_the_quotes_of_another_get_lost(queries: list[str]) -> None:
    """Without a statement a file between tabs is rejected, or read with all characters of all values.

    But for columns in which most values are enclosed, and texts that RFC 4180 reads as they are.
    """
    text = "id\tquery\tclicks\n" + "".join(f"{row}\t{query}\t0\n" for row, query in enumerate(queries))
    enclosed = [query for query in queries if len(query) > 1 and query[0] == query[-1] == '"']
    within = [query for query in queries if '"' in query and query not in enclosed]
    doubled = any('""' in query for query in queries)
    assume(within and not doubled and 2 * len(enclosed) <= len(queries) - len(within))
    assert read_or_rule(text) in (queries, "ambiguous_quotes", "unclosed_quote")


@examples(200)
@given(
    rows=st.lists(st.lists(st.text(alphabet='ab\t,"\n '), min_size=3, max_size=3), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from(",;|"),
)
def test_a_table_that_a_csv_writer_wrote_is_never_ambiguous(
    rows: list[list[str]], quoting: int, delimiter: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows([NAMES, *rows])  # type: ignore[arg-type]
    assert read_or_rule(out.getvalue()) != "ambiguous_quotes"
