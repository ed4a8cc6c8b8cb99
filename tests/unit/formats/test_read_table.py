import pytest

from headgate.formats.read_table import sample_table, unknown_table

pytestmark = pytest.mark.unit


def test_a_header_wider_than_its_rows_names_the_columns_that_there_are() -> None:
    columns = unknown_table(b"id,name,extra\n1,a\n2,b\n3,c\n4,d\n").by_shown_name
    assert list(columns) == ["id", "name"]
    assert columns["name"].to_pylist() == ["a", "b", "c", "d"]


def test_a_column_that_cannot_be_shown_has_the_name_of_the_draft_unless_another_has_it() -> None:
    assert list(unknown_table(b"id,,2024-03\na,x,y\nb,z,w\n").by_shown_name) == ["id", "column_2", "2024-03"]
    assert list(unknown_table(b"id,,column_2\na,x,y\nb,z,w\n").by_shown_name) == [
        "id",
        "column_2_",
        "column_2",
    ]


def test_a_column_that_the_header_does_not_reach_has_a_number() -> None:
    columns = unknown_table(b"id,name\n1,a,x\n2,b,y\n3,c,z\n4,d,w\n").by_shown_name
    assert list(columns) == ["id", "name", "column_3"]


def test_names_of_json_are_sorted_and_know_their_order_in_the_file() -> None:
    """A header is remembered for all orders of its names; people see it as it is in the file."""
    table = sample_table(b'[{"total": 3, "id": 7, "name": "Anna"}]')
    assert table
    assert table.names == ("id", "name", "total")
    assert [table.names[place] for place in table.file_order] == ["total", "id", "name"]
    other = sample_table(b'[{"name": "Anna", "total": 3, "id": 7}]')
    assert other
    assert other.fingerprint == table.fingerprint


LETTERS = [
    "Sehr geehrte Damen und Herren,\n\nanbei erhalten Sie, wie besprochen, die Akten.\nWir warten, gern.\n",
    "Dear team,\n\nThe order of 12 May arrived late, and two bikes are bent.\nPlease send two, soon.\nAnna\n",
    "Hallo Anna, hier die Liste.\nSie kommt morgen, sagt Peter.\nDanke, bis dann\n",
    "Anna\nPeter\nPaul\n",
]


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_or_a_list_without_columns_is_no_table(letter: str) -> None:
    assert unknown_table(letter.encode()).names == ()


@pytest.mark.parametrize(
    "table",
    [
        "Anna;Berlin;12\nPeter;Bonn;13\nPaul;Bonn\n",
        "hose,rot\nhemd,blau\n",
        "4,5.\n6,7.\n",
        "name,remark\nAnna,late.\nPeter,late.\n",
        "Anna,was very kind.\nPeter,was late.\n",
        "Anna, Berlin, red,\nPeter, Bonn, blue,\nPaul, Bonn, red,\n",
    ],
)
def test_a_table_without_a_header_and_one_of_remarks_are_tables(table: str) -> None:
    assert len(unknown_table(table.encode()).names) > 1
