"""XML: repeated elements are rows, attributes and inner elements are columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import HeaderError, UnreadableFileError
from headgate.formats.format_list import format_of
from headgate.formats.format_name import FormatName
from headgate.formats.json.nested_names import every_object, never
from headgate.formats.read_file import read_file
from headgate.formats.xml.xml_records import xml_records
from tests.examples import examples

pytestmark = pytest.mark.unit


def records(text: str | bytes, expands: object = never) -> dict[str, list[str | None]]:
    content = text if isinstance(text, bytes) else text.encode()
    assert format_of(content).name == FormatName.XML
    return {
        name: column.to_pylist()
        for name, column in xml_records(content, expands).columns.items()  # type: ignore[arg-type]  # a test of names
    }


def test_each_repeated_element_is_a_row() -> None:
    assert records(
        "<orders><order><id>1</id><total>13.50</total></order><order><id>2</id><total/></order></orders>"
    ) == {"id": ["1", "2"], "total": ["13.50", None]}


def test_attributes_are_columns_also_those_of_inner_elements() -> None:
    assert records(
        '<orders><order id="1"><price currency="EUR">13,50</price></order>'
        '<order id="2"><price currency="GBP">7</price></order></orders>'
    ) == {"id": ["1", "2"], "price": ["13,50", "7"], "price_currency": ["EUR", "GBP"]}


def test_rows_are_found_below_the_head_of_a_feed_and_namespaces_have_no_part_in_names() -> None:
    feed = (
        '<?xml version="1.0"?><rss xmlns:g="urn:g"><channel><title>Shop</title>'
        "<item><g:id>1</g:id></item><item><g:id>2</g:id></item></channel></rss>"
    )
    assert records(feed) == {"id": ["1", "2"]}


def test_one_record_alone_is_a_row() -> None:
    assert records("<orders><order><id>1</id><total>2</total></order></orders>") == {
        "id": ["1"],
        "total": ["2"],
    }


def test_inner_elements_are_objects_and_repeated_ones_lists() -> None:
    text = (
        "<orders><order><customer><city>Ulm</city></customer><tag>a</tag><tag>b</tag></order>"
        "<order><customer><city>Bonn</city></customer></order></orders>"
    )
    assert records(text) == {
        "customer": ['{"city":"Ulm"}', '{"city":"Bonn"}'],
        "tag": ['["a","b"]', None],
    }
    assert records(text, every_object)["customer_city"] == ["Ulm", "Bonn"]


def test_text_around_an_inner_element_is_complete() -> None:
    text = "<a><row><note>Preis <b>5</b> netto</note></row><row><note>frei</note></row></a>"
    assert records(text, every_object) == {
        "note_b": ["5", None],
        "note_note": ["Preis netto", None],
        "note": [None, "frei"],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a><b><n>Köln</n></b><b><n>Łódź</n></b></a>'
    content = text.replace("Łódź", "Graz").encode(encoding)
    assert records(content) == {"n": ["Köln", "Graz"]}


def test_the_gate_reads_the_rows_in_the_columns_of_a_contract() -> None:
    columns = (Column("id", ColumnType(Kind.BIGINT)), Column("customer_city", ColumnType(Kind.STRING)))
    received = read_file(
        b"<a><row id='1'><customer><city>Ulm</city></customer></row><row id='2'/></a>",
        Contract("headgate.source.a", "a", "source", "1.0.0", columns),
    )
    assert {name: column.to_pylist() for name, column in received.cells.items()} == {
        "id": ["1", "2"],
        "customer_city": ["Ulm", None],
    }
    assert received.written_as["format"] == "xml"


def test_a_draft_has_the_columns_of_the_elements() -> None:
    rows = "".join(
        f"<row><id>{n}</id><day>2026-01-{n:02}</day><price>{n}.50</price></row>" for n in range(1, 29)
    )
    draft = draft_from_sample(f"<rows>{rows}</rows>".encode(), "rows")
    kinds = {column.name: column.type.kind for column in draft.contract.columns}
    assert kinds == {"day": Kind.DATE, "id": Kind.BIGINT, "price": Kind.DECIMAL}


def test_an_element_that_repeats_in_some_rows_only_is_one_column_of_the_draft() -> None:
    """Invoices of no, one and two items: the columns of a single item would be empty in each row."""
    rows = "".join(f"<row><id>{n}</id>{'<item><sku>A</sku></item>' * (n % 3)}</row>" for n in range(9))
    contract = draft_from_sample(f"<rows>{rows}</rows>".encode(), "rows").contract
    assert [column.name for column in contract.columns] == ["id", "item"]


@pytest.mark.parametrize(
    "text",
    [
        "<DATE>,<OPEN>\n2026-01-01,1\n",
        "<DATE>\t<OPEN>\n2026-01-01\t1\n",
        "<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>",
        "<5,>6\n1,2\n",
    ],
)
def test_texts_that_begin_like_tags_are_no_xml(text: str) -> None:
    assert format_of(text.encode()).name == FormatName.CSV


def test_several_tables_in_one_file_are_refused() -> None:
    text = b"<all><a><x>1</x></a><a><x>2</x></a><b><y>1</y></b><b><y>2</y></b></all>"
    with pytest.raises(UnreadableFileError, match="2 names") as refused:
        xml_records(text, never)
    assert refused.value.rule == "not_a_table"


def test_an_attribute_and_an_element_of_one_name_are_refused() -> None:
    with pytest.raises(HeaderError) as refused:
        xml_records(b"<a><r id='1'><id>2</id></r><r/></a>", never)
    assert refused.value.rule == "duplicate_column"


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0'?><a><b><c>1</c></b>",
        b"<?xml version='1.0' encoding='klingon'?><a/>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "'
        + b"y" * 1000
        + b'">]><a>'
        + b"&x;" * 100_000
        + b"</a>",
    ],
    ids=["cut", "unknown encoding", "entities that grow"],
)
def test_a_damaged_file_is_named_so(content: bytes) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        xml_records(content, never)
    assert refused.value.rule == "corrupt_xml"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).map(str.strip)


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "b": TEXTS}), min_size=2, max_size=8))
@examples(25)
def test_every_text_comes_back(rows: list[dict[str, str]]) -> None:
    from xml.sax.saxutils import escape, quoteattr  # noqa: PLC0415 one test writes XML

    text = "".join(f"<r a={quoteattr(row['a'])}><b>{escape(row['b'])}</b></r>" for row in rows)
    read = records(f"<rows>{text}</rows>")
    assert read["b"] == [row["b"] or None for row in rows]
    assert read["a"] == [row["a"] for row in rows]
