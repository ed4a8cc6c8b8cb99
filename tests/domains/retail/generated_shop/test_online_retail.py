"""Online Retail II: a small copy shows the rules; the real one, where it lies, shows the published facts."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.errors import HeaderError, NotFoundError, ServiceError, UnreadableFileError
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.keys import dataset_of
from headgate.lake.ports import MaskingKey
from scripts.generated_shop.written_parts import DATASETS, iter_objects
from scripts.online_retail.country_names import region_named
from scripts.online_retail.import_shop import ImportReport, import_online_retail
from scripts.online_retail.retail_lines import COLUMNS, read_lines
from scripts.online_retail.uci import FILE_NAME, SHEET, fetch, find_source
from scripts.online_retail.workbooks import sheet_as_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.system

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
LINES = (
    "489434,85048,15CM CHRISTMAS GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom",
    "489434,79323P,PINK CHERRY LIGHTS,2,2009-12-01 07:46:00,6.75,13085.0,United Kingdom",
    "489434,85048,15CM CHRISTMAS GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom",
    "489435,m,Manual,1,2009-12-31 23:00:00,1.125,,EIRE",
    "C489436,M,Manual,-1,2010-01-02 09:00:00,2.5,13085.0,United Kingdom",
    "489435,47503J ,,3,2009-12-31 23:00:00,0.0,,EIRE",
    "A506401,B,Adjust bad debt,1,2010-04-29 13:36:00,-53594.36,,United Kingdom",
    "489437,85048,15CM CHRISTMAS GLASS BALL,1,2010-05-02 10:00:00,6.95,13086.0,Channel Islands",
    "489438,85048,15CM CHRISTMAS GLASS BALL,1,2010-05-03 10:00:00,6.95,13086.0,Unspecified",
)


def written(path: Path, lines: Iterable[str] = LINES, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    folder = tmp_path_factory.mktemp("retail")
    return folder / "out", import_online_retail(
        written(folder / "lines.csv"), folder / "out", transactions=200, searches=100
    )


def table(folder: Path, dataset: str) -> pa.Table:
    return pa.concat_tables(
        [pq.read_table(path) for key, path in iter_objects(folder) if key.startswith(f"{dataset}/")]
    )


def rows(small: tuple[Path, ImportReport], dataset: str, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in table(small[0], dataset).to_pylist()}


def test_lines_are_numbered_within_their_invoice_and_repeats_share_a_number(
    small: tuple[Path, ImportReport],
) -> None:
    ids = table(small[0], "order_items")["order_item_id"].to_pylist()
    assert ids == [
        "489434-1",
        "489434-2",
        "489434-1",
        "489435-1",
        "489435-2",
        "C489436-1",
        "A506401-1",
        "489437-1",
        "489438-1",
    ]
    assert small[1].repeats == 1


def test_lines_keep_every_value(small: tuple[Path, ImportReport]) -> None:
    items = table(small[0], "order_items").to_pylist()
    assert [item["product_id"] for item in items[3:6]] == ["m", "47503J ", "M"]
    assert items[4]["description"] is None
    assert items[3]["unit_price"] == Decimal("1.1250")
    assert items[6]["unit_price"] == Decimal("-53594.3600")


def test_an_invoice_lies_in_one_file_and_months_in_several(small: tuple[Path, ImportReport]) -> None:
    for dataset, key in (("orders", "order_id"), ("order_items", "order_id")):
        files = [
            set(pq.read_table(path)[key].to_pylist())
            for name, path in iter_objects(small[0])
            if name.startswith(f"{dataset}/")
        ]
        assert len(files) == 4
        assert sum(map(len, files)) == len(set.union(*files))


def test_orders_take_their_state_from_the_invoice_and_their_time_from_its_first_line(
    small: tuple[Path, ImportReport],
) -> None:
    orders = rows(small, "orders", "order_id")
    assert {key: order["status"] for key, order in orders.items() if key[0] in "CA"} == {
        "C489436": "cancelled",
        "A506401": "adjusted",
    }
    assert orders["489434"]["ordered_at"] == datetime(2009, 12, 1, 7, 45)
    assert orders["489434"]["updated_at"] == datetime(2009, 12, 1, 7, 46)
    assert orders["489434"]["customer_id"] == 13085
    assert orders["489435"]["customer_id"] is None
    assert orders["489435"]["region_id"] == "IE"


def test_customers_live_where_most_of_their_invoices_go_and_ties_are_settled_by_code(
    small: tuple[Path, ImportReport],
) -> None:
    customers = rows(small, "customers", "customer_id")
    assert {key: row["region_id"] for key, row in customers.items()} == {13085: "GB", 13086: "X-CHI"}
    assert customers[13085]["signed_up_at"] == datetime(2009, 12, 1, 7, 45)
    assert customers[13085]["email"] is None


def test_regions_are_countries_or_the_shops_own(small: tuple[Path, ImportReport]) -> None:
    regions = rows(small, "regions", "region_id")
    assert set(regions) == {"GB", "IE", "X-CHI", "X-UNSPEC"}
    assert regions["X-CHI"]["country_code"] is None
    assert regions["X-UNSPEC"]["population"] is None


def test_products_have_their_most_frequent_name_and_price(small: tuple[Path, ImportReport]) -> None:
    products = rows(small, "products", "product_id")
    assert products["85048"]["product_name"] == "15CM CHRISTMAS GLASS BALL"
    assert products["85048"]["list_price"] == Decimal("6.9500")
    assert products["47503J "]["product_name"] is None
    assert products["47503J "]["list_price"] is None
    assert products["m"]["category"] == products["M"]["category"] == "service"


def test_generated_payments_match_what_distinct_lines_come_to(small: tuple[Path, ImportReport]) -> None:
    payments = [row for row in table(small[0], "payments").to_pylist() if row["status"] != "failed"]
    paid: dict[str, Decimal] = {}
    for row in payments:
        paid[row["order_id"]] = paid.get(row["order_id"], Decimal(0)) + row["amount"]
    reported = {"489434": "96.90", "489435": "1.125", "C489436": "-2.5", "489437": "6.95", "489438": "6.95"}
    assert paid == {order: Decimal(amount) for order, amount in reported.items()}


def test_the_report_says_what_is_real_and_what_is_generated(small: tuple[Path, ImportReport]) -> None:
    assert {*small[1].real, *small[1].generated} == set(DATASETS)
    assert "payments" in small[1].generated
    assert "generated" in small[1].summary


def test_the_report_adds_up_the_money_of_all_lines(small: tuple[Path, ImportReport]) -> None:
    cells = [line.split(",") for line in LINES]
    assert small[1].amount == sum(Decimal(cell[3]) * Decimal(cell[5]) for cell in cells)


def test_importing_twice_writes_the_same_bytes(small: tuple[Path, ImportReport], tmp_path: Path) -> None:
    import_online_retail(written(tmp_path / "lines.csv"), tmp_path / "again", transactions=200, searches=100)
    assert [(key, path.read_bytes()) for key, path in iter_objects(small[0])] == [
        (key, path.read_bytes()) for key, path in iter_objects(tmp_path / "again")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "489434,85048,X,12,2009-12-01 07:45:00,6.95,13085.5,United Kingdom",
        "489434,85048,X,1.5,2009-12-01 07:45:00,6.95,13085.0,United Kingdom",
        "489434,85048,X,12,2009-13-01 07:45:00,6.95,13085.0,United Kingdom",
        "489434,85048,X,12,2009-12-01 07:45:00,6.95001,13085.0,United Kingdom",
    ],
)
def test_a_value_that_does_not_fit_stops_the_import_and_is_not_repaired(tmp_path: Path, line: str) -> None:
    with pytest.raises(UnreadableFileError):
        import_online_retail(written(tmp_path / "lines.csv", [*LINES, line]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        (
            LINES[0].replace("6.95", "6.x"),
            "Price",
            "a wrong value; the column needs a number with a decimal point",
        ),
        (
            LINES[0].replace("6.95", '"6,95"'),
            "Price",
            "a decimal comma; the column needs a number with a decimal point",
        ),
        (
            LINES[0].replace("13085.0", "C13085"),
            "Customer ID",
            "the column needs a whole number such as 13085",
        ),
        (LINES[0].replace(",12,", ",,"), "Quantity", "the column needs a whole number"),
        (LINES[0].replace("2009-12-01", "01.12.2009"), "InvoiceDate", "2009-12-01 07:45:00"),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_file_row_and_column(
    tmp_path: Path, line: str, column: str, expected: str
) -> None:
    with pytest.raises(UnreadableFileError) as raised:
        read_lines(written(tmp_path / "lines.csv", [*LINES[:3], line, LINES[4], line]))
    assert str(raised.value).startswith(f"lines.csv, column {column}: Row 5 (the header is row 1) has")
    assert expected in str(raised.value)


def test_the_row_of_a_value_counts_within_its_own_file(tmp_path: Path) -> None:
    written(tmp_path / "1.csv")
    written(tmp_path / "2.csv", [LINES[0], LINES[1].replace("6.75", "x")])
    with pytest.raises(UnreadableFileError, match=r"2\.csv, column Price: Row 3 "):
        read_lines(tmp_path)


def test_a_file_with_another_separator_is_refused_with_the_expected_layout(tmp_path: Path) -> None:
    """A German spreadsheet saves semicolons, decimal commas and other dates."""
    line = "489434;85048;X;12;01.12.2009 07:45;6,95;13085;United Kingdom"
    with pytest.raises(
        HeaderError, match=r"separated by semicolons.*decimal points; InvoiceDate as 2009-12-01 07:45:00"
    ):
        read_lines(written(tmp_path / "lines.csv", [line], HEADER.replace(",", ";")))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (LINES[0].replace("6.95", "6,95").encode(), "Row 3 .*9 columns instead of 8.*decimal points"),
        (LINES[0].replace("GLASS", "GL\xc4SS").encode("latin-1"), "Row 3 .*not UTF-8"),
    ],
)
def test_a_row_that_cannot_be_split_is_named(tmp_path: Path, line: bytes, expected: str) -> None:
    path = written(tmp_path / "lines.csv", LINES[:1])
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(UnreadableFileError, match=expected):
        read_lines(path)


def test_an_empty_file_a_missing_file_and_a_false_workbook_are_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "false.xlsx").write_text("no workbook")
    with pytest.raises(UnreadableFileError, match=r"empty\.csv: The file is empty"):
        read_lines(tmp_path / "empty.csv")
    with pytest.raises(UnreadableFileError, match=r"false\.xlsx: The file cannot be read as a workbook"):
        read_lines(tmp_path / "false.xlsx")
    with pytest.raises(NotFoundError, match=r"absent\.csv does not exist"):
        read_lines(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    "line",
    [
        "C489436,85048,X,-1,2010-01-02 09:00:00,2.5,13085.0,United Kingdom",
        "489436,85048,X,-1,2010-01-02 09:00:00,2.5,13085.0,United Kingdom",
        "489436,POST,POSTAGE,1,2010-01-02 09:00:00,2.5,13085.0,United Kingdom",
    ],
)
def test_a_file_without_a_sale_is_refused_before_anything_is_written(tmp_path: Path, line: str) -> None:
    shown: list[str] = []
    with pytest.raises(UnreadableFileError, match=r"lines\.csv: The file has no sale of a product"):
        import_online_retail(
            written(tmp_path / "lines.csv", [line]),
            tmp_path / "out",
            lambda dataset, *_: shown.append(dataset),
        )
    assert shown == []


def test_a_file_without_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no lines"):
        import_online_retail(written(tmp_path / "lines.csv", []), tmp_path / "out")


def test_another_header_is_refused_and_the_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        HeaderError, match=r"lines\.csv: The header lacks Price\. .*columns Invoice, StockCode"
    ):
        import_online_retail(
            written(tmp_path / "lines.csv", header=HEADER.replace("Price", "Cost")), tmp_path / "out"
        )


# The real data set
# ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    source = find_source()
    if source is None:
        pytest.skip("Online Retail II is not here: set HEADGATE_DATA to the folder that holds online_retail/")
    folder = tmp_path_factory.mktemp("real") / "out"
    return folder, import_online_retail(source, folder)


def test_the_published_facts_hold(real: tuple[Path, ImportReport]) -> None:
    report = real[1]
    assert (report.lines, report.repeats, report.amount) == (525_461, 6_865, Decimal("9539484.634"))
    assert report.rows["order_items"] == 525_461
    assert report.rows["customers"] == 4_383
    assert report.rows["orders"] == 28_816
    sql = duckdb.connect()
    sql.execute(f"create view items as select * from read_parquet('{real[0]}/order_items/*/*/*.parquet')")  # noqa: S608 the test's own folder
    sql.execute(f"create view orders as select * from read_parquet('{real[0]}/orders/*/*/*.parquet')")  # noqa: S608 as above
    asked = """select count(*) filter (order_id like 'C%'), count(*) filter (unit_price < 0), count(*) filter (customer_id is null),
               sum(quantity * unit_price) from items join orders using (order_id)"""  # noqa: E501 a file's text
    assert sql.execute(asked).fetchone() == (10_206, 3, 107_927, Decimal("9539484.634"))


def test_customers_who_still_buy_pay_until_the_last_day_and_some_of_it_is_fraud(
    real: tuple[Path, ImportReport],
) -> None:
    """Payments of the newest days are as many as before, so that a reviewer has frauds to find.

    A customer who is silent for longer than usual has no payment after the last order, or the day after it,
    when a burst of card testing ends after midnight.
    """
    sql = duckdb.connect()
    for name in ("card_transactions", "orders"):
        sql.execute(f"create view {name} as select * from read_parquet('{real[0]}/{name}/*/*/*.parquet')")  # noqa: S608 the test's own folder
    paid = """select count(*) filter (is_fraud is null), count(*) / count(distinct transacted_at::date)
              from card_transactions where transacted_at > timestamp '2010-12-10' - interval 7 day"""
    waiting, a_day = sql.execute(paid).fetchone() or (0, 0.0)
    assert waiting > 2_000
    assert a_day > 300
    silent = """
        with days as (
            select customer_id, count(distinct cast(ordered_at as date)) as days,
                   min(cast(ordered_at as date)) as first_on, max(cast(ordered_at as date)) as last_on
            from orders where status = 'completed' group by customer_id
        )
        select count(*), max(date_diff('day', last_on, cast(t.transacted_at as date)))
        from card_transactions as t join days using (customer_id)
        where date '2010-12-09' - last_on > (last_on - first_on) / greatest(days - 1, 1)
    """
    payments, latest = sql.execute(silent).fetchone() or (0, 9)
    assert payments > 10_000
    assert latest <= 1


def test_the_gate_quarantines_the_repeats_and_the_bad_debts_and_loses_no_money(
    real: tuple[Path, ImportReport],
) -> None:
    contract = Registry.load().source["order_items"]
    reasons: dict[str, int] = {}
    money = Decimal(0)
    for key, path in iter_objects(real[0]):
        if dataset_of(key) != "order_items":
            continue
        gated = check_bytes(
            path.read_bytes(),
            contract,
            MaskingKey("k", b"k" * 32),
            object_key=key,
            received_at=datetime(2011, 1, 1),
        )
        for rule, count in gated.counts.reasons.items():
            reasons[rule] = reasons.get(rule, 0) + count
        money += amount(gated.accepted) + amount_aside(gated.quarantine_rows)
    assert reasons == {"duplicate_row": 6_865, "minimum": 3}
    assert money == Decimal("9539484.634")


def amount(accepted: pa.Table) -> Decimal:
    exact = pc.multiply(accepted["quantity"].cast(pa.decimal128(12, 0)), accepted["unit_price"])
    return Decimal(pc.sum(exact).as_py() or 0)


def amount_aside(aside: pa.Table) -> Decimal:
    records = map(json.loads, aside["record"].to_pylist())
    return sum(
        (Decimal(record["quantity"]) * Decimal(record["unit_price"]) for record in records), Decimal(0)
    )


# Finding and fetching
# ---------------------------------------------------------------------------------------------------


def test_the_copy_is_found_where_headgate_data_points(tmp_path: Path) -> None:
    assert find_source({"HEADGATE_DATA": str(tmp_path)}) is None
    (tmp_path / "online_retail").mkdir()
    (tmp_path / "online_retail" / FILE_NAME).touch()
    assert find_source({"HEADGATE_DATA": str(tmp_path)}) == tmp_path / "online_retail" / FILE_NAME


def workbook() -> bytes:
    """A workbook as UCI's is: shared strings, dates as day numbers, customer numbers as numbers."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    letters = "ABCDEFGH"
    strings = [*HEADER.split(","), "85048A", 'RECORD FRAME 7" ', "United Kingdom"]
    header = "".join(f'<c r="{letter}1" t="s"><v>{place}</v></c>' for place, letter in enumerate(letters))
    row = (
        '<c r="A2"><v>489434</v></c><c r="B2" t="s"><v>8</v></c><c r="C2" t="s"><v>9</v></c><c '
        'r="D2"><v>48</v></c>'
        '<c r="E2"><v>40148.322916666664</v></c><c r="F2"><v>2.1</v></c><c r="G2"><v>13085</v></c><c '
        'r="H2" t="s"><v>10</v></c>'
    )
    parts = {
        "xl/workbook.xml": f"<workbook {main} "
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<sheets><sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {main}>"
        + "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in strings)
        + "</sst>",
        "xl/worksheets/sheet1.xml": (
            f'<worksheet {main}><sheetData><row r="1">{header}</row><row '
            f'r="2">{row}</row></sheetData></worksheet>'
        ),
    }
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return body.getvalue()


def test_a_workbook_becomes_the_same_csv_that_its_copies_are() -> None:
    assert sheet_as_csv(io.BytesIO(workbook()), SHEET).decode() == (
        HEADER + '\n489434,85048A,"RECORD FRAME 7"" ",48,2009-12-01 07:45:00,2.1,13085.0,United Kingdom\n'
    )


def test_a_date_of_a_workbook_that_is_a_text_is_named_by_sheet_row_and_column(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as parts,
        zipfile.ZipFile(tmp_path / "lines.xlsx", "w") as changed,
    ):
        for name in parts.namelist():
            changed.writestr(name, parts.read(name).replace(b"40148.322916666664", b"tomorrow"))
    with pytest.raises(UnreadableFileError, match=rf"lines\.xlsx, sheet {SHEET}, column InvoiceDate: Row 2 "):
        read_lines(tmp_path / "lines.xlsx")


def test_a_sheet_that_is_not_there_is_named() -> None:
    with pytest.raises(UnreadableFileError, match="Year 1999"):
        sheet_as_csv(io.BytesIO(workbook()), "Year 1999")


def archive_at(folder: Path) -> Path:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as outer:
        outer.writestr(zipfile.ZipInfo("online_retail_II.xlsx"), workbook())
    return path


def test_an_archive_with_another_checksum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="nothing was written"):
        fetch(tmp_path / "data", url=archive_at(tmp_path).as_uri())
    assert not (tmp_path / "data").exists()


def test_a_fetched_archive_becomes_the_csv_and_is_not_fetched_again(tmp_path: Path) -> None:
    archive = archive_at(tmp_path)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    path = fetch(tmp_path / "data", url=archive.as_uri(), sha256=checksum)
    archive.unlink()
    assert fetch(tmp_path / "data", url=archive.as_uri(), sha256=checksum) == path
    assert list((tmp_path / "data").iterdir()) == [path]


def test_an_archive_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="HEADGATE_DATA"):
        fetch(tmp_path / "data", url=(tmp_path / "absent.zip").as_uri())


def test_the_export_day_is_the_last_day_of_the_data(small: tuple[Path, ImportReport]) -> None:
    assert {key.split("/")[1] for key, _ in iter_objects(small[0])} == {f"dt={date(2010, 5, 3)}"}


def test_data_beside_the_checkout_are_found_without_a_setting() -> None:
    beside = Path(__file__).parents[5] / "shared" / "data" / "online_retail" / FILE_NAME
    assert find_source({}) == (beside if beside.is_file() else None)


SECOND_YEAR = [
    *("Brazil", "Canada", "Czech Republic", "EIRE", "European Community", "Hong Kong", "Israel"),
    *("Lebanon", "Malta", "RSA", "Saudi Arabia", "Singapore", "USA", "Unspecified"),
]


def test_every_country_of_the_second_year_has_a_region() -> None:
    """The first year lacks several of these names; importing the second once stopped at them."""
    assert {name for name in SECOND_YEAR if region_named(name) is None} == set()
    assert region_named("Saudi Arabia").region_id == "SA"
    assert region_named("RSA").region_id == "ZA"


@given(
    st.sampled_from(
        [
            "Côte d'Ivoire",
            "Cote d'Ivoire",
            "south korea",
            "SOUTH KOREA",
            "The Netherlands",
            "Bosnia and Herzegovina",
        ]
    )
)
def test_case_accents_and_articles_do_not_matter(name: str) -> None:
    assert region_named(name) is not None


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (
            ("U.K.", "UK", "u.k", "U. K.", "Great Britain", "GREAT BRITAIN", "Scotland", "Northern Ireland"),
            "GB",
        ),
        (
            (
                "USA",
                "U.S.A.",
                "u.s.",
                "US",
                "United States of America",
                "U.S. of America",
                "the United States",
            ),
            "US",
        ),
        (("U.A.E.", "United Arab Emirates"), "AE"),
        (("R.S.A.", "South Africa"), "ZA"),
        (("St. Lucia", "Saint Lucia", "St.Lucia"), "LC"),
        (("P.R. China", "People's Republic of China"), "CN"),
        (("D.R. Congo", "Democratic Republic of the Congo"), "CD"),
        (("Republic of Ireland", "EIRE", "Ireland"), "IE"),
    ],
)
def test_a_country_is_recognised_with_and_without_full_stops_and_in_any_case(
    names: tuple[str, ...], code: str
) -> None:
    assert {
        name: region.region_id if (region := region_named(name)) else None for name in names
    } == dict.fromkeys(names, code)


def test_an_unknown_country_is_unspecified_and_counted(tmp_path: Path) -> None:
    source = tmp_path / "lines.csv"
    known = "489434,85048,X,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom"
    source.write_text(
        "\n".join(
            [
                ",".join(COLUMNS),
                known,
                known.replace("489434", "489435").replace("United Kingdom", "Atlantis"),
            ]
        )
    )
    report = import_online_retail(source, tmp_path / "out", transactions=10, searches=10)
    assert report.unspecified == {"Atlantis": 1}
    assert "Atlantis (1 lines)" in report.summary


def test_a_folder_of_two_years_is_one_data_set(tmp_path: Path) -> None:
    """Both years of the data set have the first days of December 2010; lines in both count once."""
    header, first = ",".join(COLUMNS), "489434,85048,X,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom"
    both = "536365,85048,X,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
    (tmp_path / "year1.csv").write_text(f"{header}\n{first}\n{both}\n")
    other = (
        header.replace("Invoice,", "InvoiceNo,")
        .replace("Price", "UnitPrice")
        .replace("Customer ID", "CustomerID")
    )
    (tmp_path / "year2.csv").write_text(
        f"{other}\n{both}\n{both.replace('536365', '536366').replace('17850.0', '17850')}\n"
    )
    lines = read_lines(tmp_path)
    assert (len(lines), int(lines.is_first.sum()), len(lines.customer_ids)) == (4, 3, 2)
