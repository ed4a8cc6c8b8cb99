"""A file of sales feeds tables without the schema of a domain; each table names the columns that it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from headgate.drafts.sales_project import SalesProject, sales_project
from headgate.errors import ContractError
from headgate.local_files import draft_file

pytestmark = pytest.mark.unit

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
ALL = {
    "daily_sales",
    "item_sales",
    "buyers",
    "sales_ahead",
    "unusual_weeks",
    "items_ahead",
    "item_trends",
    "buyer_groups",
}
BY_CATEGORY = {"category_sales", "categories_ahead", "category_trends"}


def project_of(text: str, folder: Path) -> SalesProject:
    file = folder / "orders.csv"
    file.write_text(text, encoding="utf-8")
    return project_of_file(file)


def project_of_file(file: Path) -> SalesProject:
    ((_, checked),) = draft_file.drafts_of(draft_file.datasets_of([file]))
    return sales_project(checked.draft.contract, checked.gated.accepted)


def lines(header: str, row: str, count: int = 60) -> str:
    rows = (
        row.format(day=f"2026-{1 + n // 28:02}-{1 + n % 28:02}", n=n, amount=f"{n + 3}.50")
        for n in range(count)
    )
    return "\n".join([header, *rows]) + "\n"


def test_text_ids_fractions_and_any_currency_feed_every_table(tmp_path: Path) -> None:
    project = project_of(
        lines("Order No,Order Date,Client,Article,Qty,Total", "O{n}-716,{day},K-{n},SKU-{n},0.25,{amount} €"),
        tmp_path,
    )
    assert project.columns == {
        "date": "order date",
        "amount": "total",
        "customer": "client",
        "item": "article",
        "quantity": "qty",
    }
    assert set(project.tables) == ALL
    assert project.lacking == dict.fromkeys(sorted(BY_CATEGORY), ("category",))


def test_the_example_of_the_german_shop_is_read_in_its_own_words() -> None:
    columns = project_of_file(EXAMPLES / "verkaeufe.csv").columns
    assert columns == {
        "date": "datum",
        "amount": "betrag",
        "customer": "kunde",
        "item": "artikel",
        "quantity": "menge",
    }


def test_a_table_that_cannot_be_fed_names_the_column_that_it_lacks(tmp_path: Path) -> None:
    project = project_of(lines("sold_on,revenue", "{day},{amount}"), tmp_path)
    assert set(project.tables) == {"daily_sales", "sales_ahead", "unusual_weeks"}
    assert project.lacking["buyers"] == ("customer",)
    assert project.lacking["items_ahead"] == ("item",)
    assert "models/buyers.sql" not in project.files


def test_a_file_without_an_amount_feeds_nothing() -> None:
    project = project_of_file(EXAMPLES / "loans.csv")
    assert not project.tables
    assert "amount" in project.lacking["daily_sales"]


def test_a_price_of_a_unit_is_multiplied_by_the_quantity(tmp_path: Path) -> None:
    project = project_of(
        lines("invoice_date,customer_id,stock_code,quantity,unit_price", "{day},{n},A{n},3,{amount}"),
        tmp_path,
    )
    assert 'sum(orders."unit_price" * orders."quantity") as amount' in project.files["models/daily_sales.sql"]


def test_sums_of_decimals_are_decimals_and_those_of_fractions_are_not(tmp_path: Path) -> None:
    exact = project_of(lines("date,amount", "{day},{amount}"), tmp_path)
    rough = project_of(lines("date,amount", "{day},{n}e-12"), tmp_path)
    types = {
        name: {
            column["name"]: column["physicalType"]
            for column in yaml.safe_load(project.files["contracts/prod/daily_sales.yaml"])["schema"][0][
                "properties"
            ]
        }
        for name, project in (("exact", exact), ("rough", rough))
    }
    assert types["exact"]["amount"] == "DECIMAL(38,2)"
    assert types["rough"]["amount"] == "DOUBLE"


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        (
            "household_id,store_id,basket_id,product_id,quantity,sales_value,week,transaction_timestamp",
            "{n},309,3119845{n},8{n},2,{amount},1,{day}T11:54:59Z",
            {
                "date": "transaction_timestamp",
                "amount": "sales_value",
                "customer": "household_id",
                "item": "product_id",
                "quantity": "quantity",
                "category": "store_id",
            },
        ),
        (
            "Dept,Date,Weekly_Sales,IsHoliday",
            "{n},{day},{amount},FALSE",
            {"date": "date", "amount": "weekly_sales", "category": "dept"},
        ),
        (
            "Order Number,Order Date,Item Name,Quantity,Product Price,Total products",
            "1{n},{day},Naan {n},1,{amount},6",
            {"date": "order date", "price": "product price", "item": "item name", "quantity": "quantity"},
        ),
    ],
    ids=["grocery log", "departments by week", "takeaway"],
)
def test_headers_of_published_sales_are_recognized(
    header: str, row: str, columns: dict[str, str], tmp_path: Path
) -> None:
    assert project_of(lines(header, row), tmp_path).columns == columns


def test_a_person_names_columns_of_a_file_without_a_header(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(lines("00000,2025-12-31,2,1.50", "{n:05},{day},3,{amount}"), encoding="utf-8")
    ((_, checked),) = draft_file.drafts_of(draft_file.datasets_of([file]))
    contract, rows = checked.draft.contract, checked.gated.accepted
    project = sales_project(contract, rows, {"customer": "Column_1", "quantity": "column_3"})
    assert project.columns == {
        "date": "column_2",
        "amount": "column_4",
        "customer": "column_1",
        "quantity": "column_3",
    }
    with pytest.raises(ContractError, match=r"no column 'kunde' for the customer\. Its columns: column_1,"):
        sales_project(contract, rows, {"customer": "kunde"})
    with pytest.raises(ContractError, match=r"'column_4' are no date\. Columns that may be: column_2"):
        sales_project(contract, rows, {"date": "column_4"})


def test_a_named_price_comes_before_an_amount_of_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(lines("date,total,price,qty", "{day},{amount},{n}.25,2"), encoding="utf-8")
    ((_, checked),) = draft_file.drafts_of(draft_file.datasets_of([file]))
    project = sales_project(checked.draft.contract, checked.gated.accepted, {"price": "price"})
    assert project.columns == {"date": "date", "price": "price", "quantity": "qty"}


def test_headers_of_other_languages_with_a_unit_in_brackets_are_read(tmp_path: Path) -> None:
    """Ids with two dashes are no card numbers, quantities are fractions, amounts have a decimal comma."""
    german = "Bestellnummer;Bestelldatum;Kundennummer;Artikelbezeichnung;Menge;Einzelpreis (EUR);Gesamtbetrag"
    file = tmp_path / "bestellungen.csv"
    rows = [
        f"O{60000 + n}-{700 + n % 300}-{190000 + n};{1 + n % 28:02}.{1 + n // 28:02}.2026;K-{n % 9};"
        f"Tee {n % 7};{n % 4},25;{n + 3},50;{n + 4},75"
        for n in range(60)
    ]
    file.write_text("\n".join([german, *rows]) + "\n", encoding="utf-8")
    project = project_of_file(file)
    assert project.columns == {
        "date": "bestelldatum",
        "amount": "gesamtbetrag",
        "customer": "kundennummer",
        "item": "artikelbezeichnung",
        "quantity": "menge",
    }
    assert set(project.tables) == ALL


def test_the_amount_of_a_row_is_preferred_to_the_price_of_a_unit(tmp_path: Path) -> None:
    """A discount is in the amount of the row only."""
    project = project_of(
        lines("Order Date,Customer,Product,Qty,Unit Price,Line Total", "{day},K{n},P{n},3,{n}.75,{amount}"),
        tmp_path,
    )
    assert project.columns["amount"] == "line total"
    assert "price" not in project.columns
    assert "unit price" not in project.files["models/daily_sales.sql"]


def test_personal_data_of_a_file_are_personal_in_its_tables(tmp_path: Path) -> None:
    project = project_of(
        lines("Order Date,Customer Email,Total", "{day},user{n}@example.com,{amount}"), tmp_path
    )
    (schema,) = yaml.safe_load(project.files["contracts/prod/buyers.yaml"])["schema"]
    classified = {column["name"]: column.get("classification") for column in schema["properties"]}
    assert classified == {"customer": "personal", "silent_days": None, "purchases": None, "amount": None}


def test_every_model_has_a_contract_and_every_block_a_model(tmp_path: Path) -> None:
    project = project_of(lines("date,amount,customer,item", "{day},{amount},K{n},A{n}"), tmp_path)
    contracts = {
        Path(path).stem: yaml.safe_load(text)
        for path, text in project.files.items()
        if path.endswith(".yaml")
    }
    models = {Path(path).stem for path in project.files if path.endswith(".sql")}
    assert set(contracts) == set(project.tables)
    for name, contract in contracts.items():
        (schema,) = contract["schema"]
        if name in models:
            assert any(column.get("primaryKey") for column in schema["properties"])
        else:
            (block,) = schema["customProperties"]
            assert block["value"]["of"] in models


def test_amounts_of_several_currencies_are_never_added_up(tmp_path: Path) -> None:
    """The most frequent currency is in the tables, which say so; rows of others have no amount."""
    row = "R-{n},{day},{amount},EUR\nS-{n},{day},{amount},EUR\nT-{n},{day},{amount},CHF"
    project = project_of(lines("Beleg,Datum,Betrag,Währung", row), tmp_path)
    assert project.currencies == ("EUR", "CHF")
    assert "= 'EUR' then" in project.files["models/daily_sales.sql"]
    (schema,) = yaml.safe_load(project.files["contracts/prod/daily_sales.yaml"])["schema"]
    assert schema["description"].endswith("amounts in EUR")


def test_a_file_without_a_currency_counts_every_row(tmp_path: Path) -> None:
    project = project_of(lines("Order No,Order Date,Total", "O{n},{day},{amount}"), tmp_path)
    assert project.currencies == ()
    assert "case" not in project.files["models/daily_sales.sql"]
