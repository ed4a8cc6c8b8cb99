"""The tables that a file of sales can feed: columns by role, SQL models, and blocks of analytics.

The file needs no schema of a domain: ids may be text, quantities fractions, and amounts of any currency.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.matching.suggest_mapping import match_columns
from headgate.plain_names import in_plain_letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_SAMPLED_ROWS = 200
_LEAST_CONFIDENCE = 0.5
_BY_VALUE = "value"  # an order number looks like the number of a customer
_TOP_ITEMS = 20
_TEXTS = (Kind.STRING, Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT)
_NUMBERS = (Kind.DOUBLE, Kind.DECIMAL, Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT)
# The price of a unit is an amount where no column has the amount of a row.
_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "date": (Kind.DATE, Kind.TIMESTAMP),
    "amount": _NUMBERS,
    "price": _NUMBERS,
    "customer": _TEXTS,
    "item": _TEXTS,
    "quantity": _NUMBERS,
}
_NAMES = {
    "date": "sold_on sold_at order_date ordered_at invoice_date transaction_date purchase_date datum"
    " bestelldatum auftragsdatum rechnungsdatum kaufdatum verkaufsdatum date_de_commande date_commande"
    " fecha fecha_pedido data_ordine orderdatum day",
    "amount": "total revenue sales order_total total_amount line_total net_amount gross_amount subtotal"
    " payment_value spent betrag gesamtbetrag gesamtpreis endbetrag rechnungsbetrag summe umsatz montant"
    " montant_ttc montant_total total_ttc importe importe_total importo valor bedrag",
    "price": "price unit_price item_price preis einzelpreis stueckpreis stuckpreis prix prix_unitaire precio"
    " precio_unitario prezzo prezzo_unitario prijs",
    "customer": "customer_id customer_number customer_email client client_id user_id member household"
    " buyer kunde kundennummer kundennr cliente klant",
    "item": "product product_id product_name item_name stock_code sku article artikel artikelnummer"
    " artikelbezeichnung artikelname bezeichnung description designation producto produit prodotto item_id",
    "quantity": "qty units pieces menge stueckzahl stuckzahl anzahl quantite cantidad quantita aantal count",
}
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_MODELS = "models"


@dataclass(frozen=True)
class SalesTable:
    """One table that a lake of sales may have.

    Attributes:
        needs: the roles of the columns that it reads.
        query: of a model; empty for a block.
        columns: of a model, by name: type, and whether it is part of the key.
        block: kind and options of a block; empty for a model.
    """

    name: str
    description: str
    needs: tuple[str, ...]
    query: str = ""
    columns: Mapping[str, tuple[str, bool]] | None = None
    block: tuple[str, Mapping[str, object]] | None = None


_ITEM_SALES = """\
with largest as (
  select {item} as item, row_number() over (order by sum({amount}) desc, {item}) as place
  from {dataset}
  where {item} is not null
  group by {item}
)
select {date} as sold_on,
       case when largest.place <= {top_items} then largest.item else '(other)' end as item,
       sum({amount}) as amount
from {dataset}
left join largest on largest.item = {item}
where {date} is not null and {amount} is not null
group by 1, 2
"""


_TABLES = (
    SalesTable(
        "daily_sales",
        "Amount and rows of each day",
        ("date", "amount"),
        query="select {date} as sold_on, sum({amount}) as amount, count(*) as lines\n"
        "from {dataset}\nwhere {date} is not null and {amount} is not null\ngroup by 1\n",
        columns={"sold_on": ("DATE", True), "amount": ("DOUBLE", False), "lines": ("BIGINT", False)},
    ),
    SalesTable(
        "item_sales",
        f"Amount of each day by item: the {_TOP_ITEMS} largest, and all others together",
        ("date", "amount", "item"),
        query=_ITEM_SALES,
        columns={"sold_on": ("DATE", True), "item": ("VARCHAR(255)", True), "amount": ("DOUBLE", False)},
    ),
    SalesTable(
        "buyers",
        "Each customer's days since the last purchase, days with a purchase, and amount",
        ("date", "amount", "customer"),
        query="select {customer} as customer,\n"
        "       date_diff('day', max({date}), (select max({date}) from {dataset})) as silent_days,\n"
        "       count(distinct {date}) as purchases, sum({amount}) as amount\n"
        "from {dataset}\n"
        "where {customer} is not null and {date} is not null and {amount} is not null\ngroup by 1\n",
        columns={
            "customer": ("VARCHAR(255)", True),
            "silent_days": ("BIGINT", False),
            "purchases": ("BIGINT", False),
            "amount": ("DOUBLE", False),
        },
    ),
    *(
        SalesTable(name, description, needs, block=(kind, options))
        for name, description, needs, kind, options in (
            (
                "sales_ahead",
                "Amount of the coming weeks",
                ("date", "amount"),
                "forecast",
                {"of": "daily_sales", "measure": "amount", "time": "sold_on", "grain": "week"},
            ),
            (
                "unusual_weeks",
                "Amount of each week with its usual range",
                ("date", "amount"),
                "anomalies",
                {"of": "daily_sales", "measure": "amount", "time": "sold_on", "grain": "week"},
            ),
            (
                "items_ahead",
                "Amount of the coming weeks by item",
                ("date", "amount", "item"),
                "forecast",
                {"of": "item_sales", "measure": "amount", "time": "sold_on", "by": ["item"], "grain": "week"},
            ),
            (
                "item_trends",
                "Items that sell more and more, or less and less",
                ("date", "amount", "item"),
                "trend",
                {"of": "item_sales", "measure": "amount", "time": "sold_on", "by": ["item"], "grain": "week"},
            ),
            (
                "buyer_groups",
                "Customers who buy alike",
                ("date", "amount", "customer"),
                "segments",
                {"of": "buyers", "by": ["customer"], "measures": ["silent_days", "purchases", "amount"]},
            ),
        )
    ),
)


@dataclass(frozen=True)
class SalesProject:
    """The columns of a file of sales by role, and what follows from them.

    Attributes:
        columns: the file's column of each role that it has.
        files: texts by path in the lake project.
        lacking: of each table that the file cannot feed, the roles without a column.
    """

    columns: Mapping[str, str]
    files: Mapping[str, str]
    lacking: Mapping[str, tuple[str, ...]]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the file feeds."""
        return tuple(table.name for table in _TABLES if table.name not in self.lacking)


def sales_project(contract: Contract, sample: pa.Table) -> SalesProject:
    """Return the tables that a file of sales feeds.

    Args:
        contract: as drafted from the file.
        sample: rows of the file by this contract.
    """
    columns = _columns_of_roles(contract, sample)
    roles = {*columns, *(["amount"] if "price" in columns else [])}
    lacking = {
        table.name: lacks
        for table in _TABLES
        if (lacks := tuple(role for role in table.needs if role not in roles))
    }
    terms = {
        "dataset": contract.dataset,
        "top_items": str(_TOP_ITEMS),
        **dict(_expressions(contract, columns)),
    }
    files = {}
    for table in (table for table in _TABLES if table.name not in lacking):
        files[f"contracts/prod/{table.name}.yaml"] = _contract_of(table, _personal_roles(contract, columns))
        if table.query:
            files[f"{_MODELS}/{table.name}.sql"] = table.query.format(**terms)
    return SalesProject(columns, files, lacking)


def _columns_of_roles(contract: Contract, sample: pa.Table) -> dict[str, str]:
    """Return the column of each role, by the names of the columns whose types fit."""
    kinds = {column.name: column.type.kind for column in contract.columns}
    names = [name for name in contract.names if name in sample.column_names]
    texts = [_texts_of(sample[name].slice(0, _SAMPLED_ROWS)) for name in names]
    roles = Contract(
        "sales",
        "sales",
        "source",
        "1.0.0",
        tuple(Column(role, ColumnType(kinds_of[0]), "") for role, kinds_of in _KINDS.items()),
        properties={"headgate.aliases": {role: spellings.split() for role, spellings in _NAMES.items()}},
    )
    matched = {
        pair.field: names[pair.position]
        for pair in match_columns([_plain(name) for name in names], texts, roles).pairs
        if pair.confidence >= _LEAST_CONFIDENCE
        and pair.how != _BY_VALUE
        and kinds[names[pair.position]] in _KINDS[pair.field]
    }
    if "amount" in matched:
        matched.pop("price", None)
    for role, only in (("date", _KINDS["date"]), ("amount", (Kind.DECIMAL,))):
        fitting = [name for name in names if kinds[name] in only and name not in matched.values()]
        if role not in matched and "price" not in matched and len(fitting) == 1:
            matched[role] = fitting[0]
    return {role: matched[role] for role in _KINDS if role in matched}


def _plain(name: str) -> str:
    """Return a name without a unit in brackets, with the letters that aliases have.

    >>> _plain("Stückpreis (netto)")
    'stuckpreis'
    """
    return in_plain_letters(_BRACKETS.sub("", name)).strip() or name


def _texts_of(values: pa.ChunkedArray) -> pa.Array:
    """Return values as texts; of moments the day."""
    text = values.cast(pa.string()).combine_chunks()
    return pc.utf8_slice_codeunits(text, 0, 10) if pa.types.is_timestamp(values.type) else text


def _expressions(contract: Contract, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Return SQL of each role. A price of a unit is multiplied by the quantity."""
    for role, name in columns.items():
        column = f'{contract.dataset}."{name}"'
        if role == "date":
            yield role, f"cast({column} as date)"
        elif role == "price":
            pieces = columns.get("quantity")
            times = f' * cast({contract.dataset}."{pieces}" as double)' if pieces else ""
            yield "amount", f"cast({column} as double){times}"
        elif role in {"amount", "quantity"}:
            yield role, f"cast({column} as double)"
        else:
            yield role, f"cast({column} as varchar)"


def _personal_roles(contract: Contract, columns: Mapping[str, str]) -> set[str]:
    """Return the roles whose columns are personal data in the file."""
    classified = {column.name for column in contract.columns if column.classification}
    return {role for role, name in columns.items() if name in classified}


def _contract_of(table: SalesTable, personal: Collection[str]) -> str:
    """Return the contract of a model or a block as YAML.

    Args:
        personal: columns of models that have personal data.
    """
    schema: dict[str, object] = {"name": table.name, "description": table.description}
    if table.block:
        kind, options = table.block
        schema["customProperties"] = [{"property": f"headgate.{kind}", "value": dict(options)}]
    else:
        schema["properties"] = list(_properties(table.columns or {}, personal))
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"sales.prod.{table.name}",
        "name": table.name,
        "version": "1.0.0",
        "status": "active",
        "schema": [schema],
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _properties(
    columns: Mapping[str, tuple[str, bool]], personal: Collection[str]
) -> Iterator[dict[str, object]]:
    logical = {"DATE": "date", "DOUBLE": "number", "BIGINT": "integer"}
    place = 0
    for name, (physical, is_key) in columns.items():
        column = {
            "name": name,
            "logicalType": logical.get(physical, "string"),
            "physicalType": physical,
            "required": True,
        }
        if is_key:
            place += 1
            column |= {"primaryKey": True, "primaryKeyPosition": place}
        if name in personal:
            column["classification"] = "personal"
        yield {**column, "description": name.replace("_", " ").capitalize()}
