"""A supplier's file from drop to the lake and back, in Chromium."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from tests.console.lakes import UPLOADER
from tests.console.supplier_file import BAD_ROWS, CHOSEN, supplier_file
from tests.console.test_flows import choose_field, commits, drop, type_cell
from tests.unit.api.files.test_edited_uploads import workbook_of_two_tables

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.console.conftest import Console

pytestmark = pytest.mark.e2e

MOST_CLICKS = 5
PRODUCTS = "select * from ecommerce_curated.products order by product_id"


def upload_page(console: Console) -> Page:
    return console.opened("/upload", UPLOADER)


def decide(page: Page) -> int:
    """Decide everything about the supplier's file; return the clicks, two for a choice from a list."""
    page.get_by_label("Dataset of the file").select_option("products")
    page.get_by_role("button", name="Use the 6 suggestions").click()
    for column, field in CHOSEN.items():
        expect(page.get_by_label(f"Field for {column}")).to_have_value(field)
    return 2 + 1


def test_a_suppliers_file_is_in_the_lake_after_five_clicks_and_an_undo_takes_every_byte_back(
    console: Console,
) -> None:
    before = repr(console.lake.queries.ask(PRODUCTS))
    page = upload_page(console)
    drop(page, "lieferant-mueller.csv", supplier_file())
    expect(page.get_by_role("gridcell", name="13,50", exact=True)).to_be_visible()  # as it is in the file
    expect(page.get_by_text("Windows-1252 · separated by semicolons")).to_be_visible()
    expect(page.get_by_role("button", name="These rows are products")).to_be_visible()
    clicks = 1 + decide(page) + 1  # the drop, and the commit
    assert clicks <= MOST_CLICKS
    expect(page.get_by_role("gridcell", name=re.compile("auf Anfrage.*not a number")).first).to_be_visible()
    page.get_by_role("button", name="3 with errors").click()
    expect(page.get_by_role("gridcell", name=re.compile("auf Anfrage.*not a number"))).to_have_count(3)
    page.get_by_role("button", name="2 duplicates", exact=True).click()
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "3")
    commits(page, "57 in, 3 wait, 2 duplicates")
    receipt = page.get_by_test_id("receipt")
    expect(receipt).to_contain_text("57 rows are in, 3 rows wait for a person, 2 duplicates.")
    expect(receipt).to_contain_text("The mapping is remembered.")
    accepted = console.lake.queries.ask(PRODUCTS)
    mine = [row for row in accepted if str(row["product_name"]).startswith("Citybike Größe")]
    assert len(mine) == 57
    assert {str(mine[0]["list_price"]), str(mine[0]["updated_at"])} == {"13.5000", "2025-12-31 00:00:00"}
    page.get_by_role("button", name="Undo this upload").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("The upload is undone")).to_be_visible()
    assert repr(console.lake.queries.ask(PRODUCTS)) == before
    page.get_by_role("button", name="Take the undo back").click()
    expect(receipt).to_contain_text("57 rows are in")


def test_the_next_file_with_the_header_needs_no_decision(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-november.csv", supplier_file(6001))
    decide(page)
    commits(page, "57 in, 3 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_be_visible()
    page = upload_page(console)
    drop(page, "mueller-dezember.csv", supplier_file(7001))
    expect(page.get_by_text("as remembered for files with these columns")).to_be_visible()
    commits(page, "57 in, 3 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_contain_text("57 rows are in")


def test_typed_work_survives_a_reload(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-reload.csv", supplier_file(8001))
    decide(page)
    type_cell(page, BAD_ROWS[0], "Listenpreis", "19,90")
    expect(page.get_by_role("button", name="Commit: 58 in, 2 wait, 2 duplicates")).to_be_enabled()
    page.reload()
    expect(page.get_by_role("gridcell", name="19,90", exact=True)).to_be_visible()
    commits(page, "58 in, 2 wait, 2 duplicates")
    expect(page.get_by_test_id("receipt")).to_contain_text("58 rows are in")


def test_a_copied_column_is_pasted_and_undone(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-paste.csv", supplier_file(9001))
    decide(page)
    expect(page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates")).to_be_enabled()
    page.get_by_role("button", name="Change the column Listenpreis").click()
    page.get_by_role("menuitem", name="Paste a column …").click()
    page.get_by_role("textbox", name="The column, one line for each row").fill("\n".join(["7,25"] * 60))
    page.get_by_role("button", name="Paste 60 rows").click()
    # The two repeated rows differ from their originals in the price now, so they are no duplicates.
    commit = re.compile("^Commit: 60 in, 2 with the key of another row")
    expect(page.get_by_role("button", name=commit)).to_be_enabled()
    page.get_by_role("button", name="Undo change").click()
    expect(page.get_by_role("button", name="Commit: 57 in, 3 wait, 2 duplicates")).to_be_enabled()


def test_cells_of_a_duplicate_stand_under_their_headers_and_its_reason_is_read_in_full(
    console: Console,
) -> None:
    page = upload_page(console)
    drop(page, "mueller-columns.csv", supplier_file(10001))
    decide(page)
    choose_field(page, "Warengruppe", "product_id")  # every row has the same value
    choose_field(page, "Artikelnummer", "category")
    shown = page.get_by_role("toolbar", name="Rows that are shown")
    shown.get_by_text(re.compile("with the key of another row")).click()
    row = page.get_by_role("row").filter(has_text="same key as row")
    expect(row.first).to_be_visible()
    reason = row.first.get_by_role("cell")
    expect(reason).to_have_text(re.compile(r"^same key as row \d+, which is kept; Product name .+, kept .+$"))
    grid, note = page.get_by_role("grid").bounding_box(), reason.bounding_box()
    assert grid
    assert note
    assert note["x"] + note["width"] <= grid["x"] + grid["width"]
    # A reason stays in view where its header does not, so it stands below it at the end of the grid.
    page.get_by_role("grid").evaluate("grid => grid.scrollTo(grid.scrollWidth, 0)")
    assert left_edges(row.first, "[role=gridcell], [role=cell]") == left_edges(
        page.locator(".import-head"), "[role=columnheader]:not(.import-number)"
    )
    assert reason.evaluate("note => note.scrollWidth <= note.clientWidth && note.clientHeight <= 28")


def test_the_lines_of_nested_orders_get_their_dataset_and_their_key(console: Console) -> None:
    """And what is sent again promises no rows."""
    orders = [
        {
            "orderId": f"N-{number}",
            "placedAt": f"2026-10-{number:02}T08:30:00Z",
            "items": [{"sku": "S1", "qty": place, "price": 9.5} for place in range(1, 3)],
        }
        for number in range(1, 8)
    ]
    for name in ("bestellungen.json", "noch-einmal.json"):
        page = upload_page(console)
        drop(page, name, json.dumps({"of": name, "orders": orders}).encode())
        page.get_by_label("Part of the file").select_option("orders.items")
        expect(page.get_by_label("Dataset of the file")).to_have_value("order_items")
        if name == "bestellungen.json":
            page.get_by_role("button", name="Use the 5 suggestions").click()
        expect(page.get_by_text("joined from orders_orderId and items_position")).to_be_visible()
        expect(page.get_by_label("Field for orders_placedAt")).not_to_have_value("updated_at")
        page.get_by_role("button", name="Updated at …").click()
        page.get_by_label("Updated at for all rows").fill("2026-11-01T08:00")
        page.get_by_role("button", name="Set for all").click()
        if name == "bestellungen.json":
            commits(page, "14 in; orders_placedAt stays out")
            expect(page.get_by_test_id("receipt")).to_contain_text("14 rows are in")
    expect(page.get_by_text("The same content is in the lake since")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)
    lines = console.lake.queries.ask("select * from ecommerce_curated.order_items where order_id = 'N-1'")
    assert sorted(str(line["order_item_id"]) for line in lines) == ["N-1-1", "N-1-2"]


def test_a_value_beside_a_list_of_records_is_taken_in_as_a_column_of_each_row(console: Console) -> None:
    """The port of a harbour's calls is at the top of each file, and is left out without a decision."""
    page = upload_page(console)
    drop(page, "anlaeufe.json", calls_of_port("Skagvik", 40))
    page.get_by_role("button", name="Create a dataset from it").click()
    beside = page.get_by_text("port and generated are beside the list of records")
    expect(beside).to_be_visible()
    page.get_by_role("button", name="Take in port").click()
    expect(beside).to_have_count(0)
    page.get_by_role("button", name="Create anlaeufe and commit 40 rows").click()
    expect(page.get_by_test_id("receipt")).to_contain_text("40 rows are in")
    contract = console.lake.contracts.source["anlaeufe"]
    assert {*contract.names} == {"call_id", "arrived_at", "tonnes", "port"}
    assert contract.properties["headgate.besideRecords"] == ["port"]
    page = upload_page(console)
    drop(page, "anlaeufe-2.json", calls_of_port("Bremvik", 30))
    expect(page.get_by_text("generated is beside the list of records")).to_be_visible()
    commits(page, "30 in (30 replace rows)")
    expect(page.get_by_test_id("receipt")).to_contain_text("30 rows are in")


def test_a_column_of_numbers_with_many_words_becomes_one_of_numbers_with_a_click(console: Console) -> None:
    """Of the dues of a harbour a third are words, more than the draft asks about."""
    words = ("free", "waived", "n/a", "see tariff", "closed", "on request")
    lines = [f"BC-{n:03};{words[n // 3 % 6] if n % 3 == 0 else f'{n},50'}" for n in range(60)]
    page = upload_page(console)
    drop(page, "dues.csv", "\n".join(["Call_no;Dues", *lines, ""]).encode())
    page.get_by_role("button", name="Create a dataset from it").click()
    note = page.get_by_role("note", name="Numbers in Dues")
    expect(note).to_contain_text("Dues stays text: 40 values are numbers, 20 are words")
    page.get_by_role("button", name="Read Dues as a number").click()
    expect(note).to_have_count(0)
    page.get_by_label("free means").select_option("empty")
    expect(page.get_by_label("n/a means")).to_have_value("empty")
    page.get_by_role("button", name="Create dues and commit 47 rows").click()
    expect(page.get_by_text("47 rows are in")).to_be_visible()
    dues = console.lake.contracts.source["dues"].column("dues")
    assert (dues.type.kind.name, dues.format and dues.format.decimal) == ("DECIMAL", ",")


def test_a_file_with_a_new_column_and_a_line_of_totals_is_checked_and_committed(console: Console) -> None:
    rows = [f"NP-{n:03},Lamp {n},Lighting,{n}.50,true,2026-01-02T00:00:00Z,Anna" for n in range(30)]
    header = "product_id,product_name,category,list_price,is_active,updated_at,cashier"
    total = f"Total,,,{sum(range(30)) + 15}.00,,,"
    page = upload_page(console)
    drop(page, "new-products.csv", "\n".join([header, *rows, total, ""]).encode())
    expect(page.get_by_text("Row 31 is a line of totals and stays out.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Commit: 30 in")).click()
    expect(page.get_by_test_id("receipt")).to_contain_text("30 rows are in")


def calls_of_port(port: str, rows: int) -> bytes:
    calls = [
        {
            "call_id": f"BC-{1000 + n}",
            "arrived_at": f"2026-09-{n % 28 + 1:02}T05:00:00Z",
            "tonnes": n % 7 + 0.5,
        }
        for n in range(rows)
    ]
    return json.dumps({"port": port, "generated": "2026-10-02T06:00:00Z", "calls": calls}).encode()


def test_a_workbook_that_is_chosen_again_opens_at_its_sheet_that_is_not_in_the_lake(
    console: Console,
) -> None:
    """And is a duplicate once both sheets are in; it was one while a sheet had never come in."""
    book = workbook_of_two_tables()
    for sheet, already in (("Lines", ""), ("Orders", "In the lake already: Lines since")):
        page = upload_page(console)
        drop(page, "messe.xlsx", book)
        expect(page.get_by_label("Part of the file")).to_have_value(sheet)
        expect(page.get_by_text(already or "Read as Excel")).to_be_visible()
        commits(page, "20 in")
        expect(page.get_by_test_id("receipt")).to_contain_text("20 rows are in")
        expect(page.get_by_role("button", name="Next: Orders")).to_have_count(0 if already else 1)
    page = upload_page(console)
    drop(page, "messe.xlsx", book)
    duplicate = page.get_by_role("alert")
    expect(duplicate).to_contain_text("Duplicate file skipped")
    expect(duplicate).to_contain_text(
        re.compile("Every part of this file is in the lake: Lines since .*Orders")
    )


def left_edges(line: Locator, parts: str) -> list[int]:
    """Return where the parts of a line of the grid begin."""
    return [
        round(part.evaluate("part => part.getBoundingClientRect().left"))
        for part in line.locator(parts).all()
    ]


PRICES = (
    "Artikelnummer;Bezeichnung;Warengruppe;Einkaufspreis;Währung;Lieferbar;Stand\r\n"
    "A1;Mütze;Kleidung;13,50;EUR;ja;01.10.2025\r\n"
    "A2;Kappe;Kleidung;14,50;EUR;ja;01.10.2025\r\n"
    "A3;Helm;-4,00;EUR;ja;01.10.2025\r\n"
    "A4;Schal;Kleidung;16,50;EUR;ja;01.10.2025\r\n"
    "A1;Mütze;Kleidung;13,50;USD;ja;01.10.2025\r\n"
)


def decide_prices(page: Page) -> None:
    page.get_by_label("Dataset of the file").select_option("products")
    expect(page.get_by_label("Field for Artikelnummer")).to_be_visible()
    page.get_by_role("button", name=re.compile("Use the .*suggestion")).click()
    choose_field(page, "Einkaufspreis", "list_price")


def test_amounts_in_another_currency_need_a_decision_before_the_commit(console: Console) -> None:
    page = upload_page(console)
    drop(page, "preise-euro.csv", PRICES.encode("cp1252"))
    decide_prices(page)
    question = page.get_by_role("alert").filter(has_text="these amounts are in EUR (3 rows) and USD (1 row)")
    expect(question).to_contain_text("products is in GBP")
    expect(page.get_by_text("Decide about the amounts in EUR and USD above.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit"))).to_have_count(0)
    question.get_by_role("button", name="Take the figures as they are").click()
    expect(page.get_by_text("as they are, without a conversion: 100 counts as 100 GBP.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Commit: 3 in"))).to_be_visible()
    page.get_by_role("button", name="1 duplicate", exact=True).click()
    expect(
        page.get_by_text("It differs in Währung, which is left out: USD here, EUR in row 1.")
    ).to_be_visible()


def test_a_row_with_a_missing_cell_is_completed_or_left_out(console: Console) -> None:
    page = upload_page(console)
    drop(
        page,
        "preise-kurz.csv",
        PRICES.replace(",50;USD", ",60;EUR").replace("\r\nA1;", "\r\nA5;", 1).encode("cp1252"),
    )
    decide_prices(page)
    page.get_by_role("button", name="Take the figures as they are").click()
    page.get_by_role("button", name="1 with errors").click()
    bar = page.get_by_role("toolbar", name="Row 3")
    expect(bar).to_contain_text("The row has 6 cells, the header has 7.")
    row = page.get_by_role("row").filter(has_text="Helm")
    expect(row.get_by_role("gridcell").nth(2)).to_contain_text("-4,00")
    bar.get_by_role("button", name="Leave this row out").click()
    expect(page.get_by_role("button", name="Commit: 4 in; Währung stays out", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo change").click()
    page.get_by_role("button", name="1 with errors").click()
    row.get_by_role("gridcell").nth(2).click()
    bar.get_by_role("button", name="Move the cells from Warengruppe to the right").click()
    expect(row.get_by_role("gridcell").nth(3)).to_contain_text("-4,00")


UNCLEAR = "\n".join(
    [
        "Artikelnummer;Bezeichnung;Warengruppe;Listenpreis;Lieferbar;Stand",
        *(
            f"Q{day};Rad {day};Fahrräder;{day},50;{'ja' if day % 2 else 'nein'};0{day}/04/2010 10:30"
            for day in range(1, 9)
        ),
    ]
)


def test_days_and_months_that_can_be_confused_are_asked_about_before_any_row_is_red(console: Console) -> None:
    page = upload_page(console)
    drop(page, "mueller-unklar.csv", UNCLEAR.encode("cp1252"))
    page.get_by_label("Dataset of the file").select_option("products")
    page.get_by_role("button", name=re.compile("^Use the . suggestions")).click()
    expect(page.get_by_label("Field for Stand")).to_have_value("updated_at")
    expect(page.get_by_text("Choose above how to read Stand.")).to_be_visible()
    expect(page.get_by_role("gridcell", name=re.compile("not a date"))).to_have_count(0)
    question = page.get_by_role("group", name="How to read Stand")
    question.get_by_role("button", name="day first, as in 31/12/2026").click()
    expect(page.get_by_role("button", name="Commit: 8 in", exact=True)).to_be_enabled()
    page.get_by_label("Zone of the times in Stand, which state none").select_option("Europe/Berlin")
    type_cell(page, 1, "Listenpreis", "abc")
    expect(page.get_by_role("button", name="Commit: 7 in, 1 waits", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Undo change").click()
    expect(page.get_by_role("gridcell", name="1,50", exact=True)).to_be_visible()
    type_cell(page, 1, "Listenpreis", "abc")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("gridcell", name="1,50", exact=True)).to_be_visible()
    commits(page, "8 in")
    expect(page.get_by_test_id("receipt")).to_contain_text("8 rows are in")
    stored = console.lake.queries.ask(f"{PRODUCTS[: PRODUCTS.index(' order')]} where product_id = 'Q3'")
    assert str(stored[0]["updated_at"]) == "2010-04-03 08:30:00"


NESTED = (
    b'{"export":{"date":"2025-10-01","articles":['
    b'{"sku":"N1","group":{"name":"bags"},"title":"Bag","price":"3.50","sizes":[{"size":"S"},{"size":"M"}]},'
    b'{"sku":"N2","group":{"name":"hats"},"title":"Hat","price":"4.50","sizes":[{"size":"L"}]}]}}'
)


def test_the_list_of_records_in_nested_json_is_read_and_its_inner_lists_can_be_chosen(
    console: Console,
) -> None:
    page = upload_page(console)
    drop(page, "articles.json", NESTED)
    part = page.get_by_label("Part of the file")
    expect(part).to_have_value("export.articles")
    expect(part.get_by_role("option", name=re.compile("export . articles · 2 records"))).to_be_attached()
    expect(page.get_by_text("Lists in these records: sizes (3 records).")).to_be_visible()
    expect(page.get_by_text("group_name", exact=True).first).to_be_visible()
    expect(page.get_by_role("gridcell", name="hats")).to_be_visible()
    part.select_option("export.articles.sizes")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "4")
    expect(page.get_by_role("gridcell", name="N1")).to_have_count(2)  # the record around each size


@pytest.mark.parametrize("width", [1440, 800])
def test_the_reason_of_a_duplicate_is_in_view(console: Console, width: int) -> None:
    page = upload_page(console)
    page.set_viewport_size({"width": width, "height": 900})
    drop(page, "lieferant-mueller.csv", supplier_file())
    decide(page)
    page.get_by_role("button", name="2 duplicates", exact=True).click()
    note = page.locator(".import-row-note").first
    expect(note).to_contain_text("same")
    grid, reason = page.get_by_role("grid").bounding_box(), note.bounding_box()
    assert grid is not None
    assert reason is not None
    assert reason["x"] + reason["width"] <= grid["x"] + grid["width"]
    assert reason["width"] >= 200


def parcels() -> bytes:
    """Parcels with EANs, 14-digit and 16-digit tracking numbers, and the address of whoever signed."""
    rows = "".join(
        f"{15_501_000_000_000 + 7 * place}\t{4_000_000_000_000_000 + 7 * place}\t{ean(place)}\t"
        f"203.0.113.{place}\t{place % 9 + 0.5:.2f}\n"
        for place in range(120)
    )
    return f"Tracking ID\tWaybill\tEAN\tIPAddress\tWeight (kg)\n{rows}".encode()


def ean(place: int) -> str:
    body = f"4{12345678000 + 37 * place}"
    return body + str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body)) % 10)


def test_a_file_of_tracking_numbers_and_addresses_becomes_a_dataset_after_two_decisions(
    console: Console,
) -> None:
    page = upload_page(console)
    drop(page, "parcels.tsv", parcels())
    page.get_by_role("button", name="Create a dataset from it").click()
    box = page.get_by_role("alert").filter(has_text="Decide about")
    expect(box).to_contain_text("Decide about Waybill, IPAddress to create the dataset now")
    expect(box).to_contain_text("has data about people")
    expect(page.get_by_role("button", name="Hand in parcels for the next deployment")).to_be_visible()
    page.get_by_label("Keep it, and hide the numbers that look like card numbers").check()
    page.get_by_role("radiogroup", name="IPAddress").get_by_label("Leave this column out").check()
    expect(page.get_by_role("row", name=re.compile("IPAddress.*is left out"))).to_be_visible()
    page.get_by_role("button", name="Create parcels and commit 120 rows").click()
    expect(page.get_by_test_id("receipt")).to_contain_text("120 rows are in")
    # The next run makes the table; the accepted rows are in the lake already.
    contents = console.lake.objects.contents("curated")
    (accepted,) = (body for key, body in contents.items() if "parcels" in key and body[:4] == b"PAR1")
    stored = pq.read_table(io.BytesIO(accepted))
    assert {"tracking_id", "waybill", "ean", "weight_kg"} <= {*stored.column_names}
    assert "203.0.113" not in repr(stored.to_pydict())
    assert stored.column("ean").to_pylist() == [ean(place) for place in range(120)]
    waybills = {str(4_000_000_000_000_000 + 7 * place) for place in range(120)}
    assert 90 < len([value for value in stored.column("waybill").to_pylist() if value in waybills]) < 120


def test_on_a_phone_the_columns_of_a_draft_are_cards_and_the_page_does_not_scroll_sideways(
    console: Console,
) -> None:
    page = upload_page(console)
    page.set_viewport_size({"width": 375, "height": 812})
    drop(page, "shelves.csv", b"shelf;Height (cm);Room\nA;200,5;North\nB;180,0;South\nC;90,5;North\n")
    page.get_by_role("button", name="Create a dataset from it").click()
    expect(page.get_by_label("Type of shelf")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    for label in ("Name of column 1", "Type of shelf", "shelf is always filled", "shelf identifies a row"):
        box = page.get_by_label(label).bounding_box()
        assert box
        assert box["x"] + box["width"] <= 375
    assert page.get_by_role("button", name="Leave out shelf").bounding_box()
