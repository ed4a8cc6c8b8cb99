"""Tables for a file of sales: columns by role, SQL models, and blocks of analytics.

The file needs no domain's schema: ids may be texts, quantities fractions, and amounts of any currency.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import ContractError
from headgate.matching.header_names import folded
from headgate.matching.suggest_mapping import match_columns
from headgate.plain_names import in_plain_letters

_SAMPLED_ROWS = 200
_MIN_CONFIDENCE = 0.5
_BY_VALUE = "value"  # order numbers look like customer numbers
_LARGEST = 20
_MAX_DIGITS, _DIGITS_OF_AN_INTEGER = 38, 19  # of Athena's decimals; of a bigint in a product with one
_TEXTS = (Kind.STRING, Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT)
_NUMBERS = (Kind.DOUBLE, Kind.DECIMAL, Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT)
# The unit price is used if no column has the amount of a row.
_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "date": (Kind.DATE, Kind.TIMESTAMP),
    "amount": _NUMBERS,
    "price": _NUMBERS,
    "customer": _TEXTS,
    "item": _TEXTS,
    "quantity": _NUMBERS,
    "category": _TEXTS,
    "currency": (Kind.STRING,),
}
ROLES = tuple(_KINDS)
_NAMES = {
    "date": "sold_on sold_at transaction_timestamp order_timestamp order_purchase_timestamp order_date"
    " ordered_at invoice_date transaction_date purchase_date datum bestelldatum auftragsdatum rechnungsdatum"
    " kaufdatum verkaufsdatum date_de_commande date_commande fecha fecha_pedido data_ordine orderdatum day",
    "amount": "total revenue sales order_total total_amount line_total net_amount gross_amount subtotal"
    " sales_value sale_value sales_amount sale_amount daily_sales weekly_sales monthly_sales net_sales"
    " gross_sales turnover order_value order_amount basket_value amount_paid extended_price ext_price"
    " payment_value spent betrag gesamtbetrag gesamtpreis endbetrag rechnungsbetrag summe umsatz montant"
    " montant_ttc montant_total total_ttc importe importe_total importo valor bedrag",
    "price": "price unit_price item_price preis einzelpreis stueckpreis stuckpreis prix prix_unitaire precio"
    " precio_unitario prezzo prezzo_unitario prijs",
    "customer": "customer_id customer_number customer_email client client_id user_id member household"
    " member_id household_id household_key shopper shopper_id cust_id"
    " buyer kunde kundennummer kundennr cliente klant",
    "item": "product product_id product_name item_name stock_code sku article artikel artikelnummer"
    " artikelbezeichnung artikelname bezeichnung description designation producto produit prodotto item_id",
    "quantity": "qty units pieces menge stueckzahl stuckzahl anzahl quantite cantidad quantita aantal count"
    " units_sold sales_units quantity_sold item_quantity",
    "category": "department dept product_category item_category family store store_id store_nbr"
    " branch region kategorie warengruppe abteilung filiale categorie rayon magasin categoria tienda"
    " reparto negozio afdeling winkel",
    "currency": "currency_code iso_currency curr waehrung wahrung devise monnaie moneda divisa valuta munt",
}
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_MODELS = "models"


@dataclass(frozen=True)
class SalesTable:
    """A possible table of a lake with sales.

    Attributes:
        needs: the roles of the columns that it reads.
        query: of a model; empty for a block.
        columns: of a model, by name: type (`_AMOUNT` for a sum of amounts), and whether it is part of the
            key.
        block: kind and options of a block; empty for a model.
    """

    name: str
    description: str
    needs: tuple[str, ...]
    query: str = ""
    columns: Mapping[str, tuple[str, bool]] | None = None
    block: tuple[str, Mapping[str, object]] | None = None


_AMOUNT = ""  # the type of a sum of the file's amounts
_SALES_BY = """\
with largest as (
  select {{{role}}} as {role}, row_number() over (order by sum({{amount}}) desc, {{{role}}}) as place
  from {{dataset}}
  where {{{role}}} is not null
  group by {{{role}}}
)
select {{date}} as sold_on,
       case when largest.place <= {largest} then largest.{role} else '(other)' end as {role},
       sum({{amount}}) as amount
from {{dataset}}
left join largest on largest.{role} = {{{role}}}
where {{date}} is not null and {{amount}} is not null
group by 1, 2
"""


def _tables_by(role: str, roles: str) -> tuple[SalesTable, ...]:
    """Return the tables of sales by the column of a role; `roles` is its plural."""
    needs, of = ("date", "amount", role), f"{role}_sales"
    weeks = {"of": of, "measure": "amount", "time": "sold_on", "by": [role], "grain": "week"}
    return (
        SalesTable(
            of,
            f"Amount of each day by {role}: the {_LARGEST} largest, and all others together",
            needs,
            query=_SALES_BY.format(role=role, largest=_LARGEST),
            columns={"sold_on": ("DATE", True), role: ("VARCHAR(255)", True), "amount": (_AMOUNT, False)},
        ),
        SalesTable(
            f"{roles}_ahead", f"Amount of the coming weeks by {role}", needs, block=("forecast", weeks)
        ),
        SalesTable(
            f"{role}_trends",
            f"{roles.capitalize()} that sell more and more, or less and less",
            needs,
            block=("trend", weeks),
        ),
    )


_WEEKS = {"of": "daily_sales", "measure": "amount", "time": "sold_on", "grain": "week"}
_TABLES = (
    SalesTable(
        "daily_sales",
        "Amount and rows of each day",
        ("date", "amount"),
        query="select {date} as sold_on, sum({amount}) as amount, count(*) as lines\n"
        "from {dataset}\nwhere {date} is not null and {amount} is not null\ngroup by 1\n",
        columns={"sold_on": ("DATE", True), "amount": (_AMOUNT, False), "lines": ("BIGINT", False)},
    ),
    SalesTable("sales_ahead", "Amount of the coming weeks", ("date", "amount"), block=("forecast", _WEEKS)),
    SalesTable(
        "unusual_weeks",
        "Amount of each week with its usual range",
        ("date", "amount"),
        block=("anomalies", _WEEKS),
    ),
    *_tables_by("item", "items"),
    *_tables_by("category", "categories"),
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
            "amount": (_AMOUNT, False),
        },
    ),
    SalesTable(
        "buyer_groups",
        "Customers who buy alike",
        ("date", "amount", "customer"),
        block=(
            "segments",
            {"of": "buyers", "by": ["customer"], "measures": ["silent_days", "purchases", "amount"]},
        ),
    ),
)


@dataclass(frozen=True)
class SalesProject:
    """The columns of a file of sales by role, and the resulting tables.

    Attributes:
        columns: the file's column per role.
        files: texts by path in the lake project.
        lacking: the missing roles of each table that the file cannot feed.
        currencies: of the sample's rows, most frequent first; the tables have only the first one.
    """

    columns: Mapping[str, str]
    files: Mapping[str, str]
    lacking: Mapping[str, tuple[str, ...]]
    currencies: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the file feeds."""
        return tuple(table.name for table in _TABLES if table.name not in self.lacking)


def sales_project(
    contract: Contract, sample: pa.Table, columns_by_role: Mapping[str, str] | None = None
) -> SalesProject:
    """Return the tables for a file of sales.

    Args:
        contract: the draft of the file.
        sample: rows of the file in this contract.
        columns_by_role: columns chosen by a person; the others are found by their names.

    Raises:
        ContractError: a chosen column is not in the file, or its type does not fit its role.
    """
    columns = _columns_of_roles(contract, sample, _named_columns(contract, columns_by_role or {}))
    roles = {*columns, *(["amount"] if "price" in columns else [])}
    lacking = {
        table.name: lacks
        for table in _TABLES
        if (lacks := tuple(role for role in table.needs if role not in roles))
    }
    currencies = _currencies(sample, columns)
    amount, personal = _amount_of(contract, columns, currencies), _personal_roles(contract, columns)
    note = f"; amounts in {currencies[0]}" if currencies else ""
    terms = {"dataset": contract.dataset, "amount": amount.sql, **dict(_expressions(contract, columns))}
    files = {}
    for table in (table for table in _TABLES if table.name not in lacking):
        noted = replace(table, description=table.description + note)
        files[f"contracts/prod/{table.name}.yaml"] = _contract_of(noted, personal, amount.sum_type)
        if table.query:
            files[f"{_MODELS}/{table.name}.sql"] = table.query.format(**terms)
    return SalesProject(columns, files, lacking, currencies)


def columns_for(contract: Contract, role: str) -> list[str]:
    """Return the columns of a file whose types fit a role."""
    return [column.name for column in contract.columns if column.type.kind in _KINDS[role]]


def _named_columns(contract: Contract, columns_by_role: Mapping[str, str]) -> dict[str, str]:
    """Return the columns chosen by a person, in the spelling of the contract."""
    names = {folded(name): name for name in contract.names}
    columns = {}
    for role, column in columns_by_role.items():
        name = names.get(folded(column))
        if name is None:
            raise ContractError(
                f"The file has no column {column!r} for the {role}. Its columns: {', '.join(contract.names)}."
            )
        if name not in (fitting := columns_for(contract, role)):
            raise ContractError(
                f"The values of column {name!r} are no {role}. Columns that may be: "
                f"{', '.join(fitting) or 'none'}."
            )
        columns[role] = name
    return columns


def _columns_of_roles(contract: Contract, sample: pa.Table, named: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each role: the chosen one, or found by the names of columns with fitting types."""
    kinds = {column.name: column.type.kind for column in contract.columns}
    names = [name for name in contract.names if name in sample.column_names and name not in named.values()]
    texts = [_texts_of(sample[name].slice(0, _SAMPLED_ROWS)) for name in names]
    sought = _contract_of_roles([role for role in ROLES if role not in named])
    matched = dict(named) | {
        pair.field: names[pair.position]
        for pair in match_columns([_plain(name) for name in names], texts, sought).pairs
        if pair.confidence >= _MIN_CONFIDENCE
        and pair.how != _BY_VALUE
        and kinds[names[pair.position]] in _KINDS[pair.field]
    }
    if "price" in named:
        matched.pop("amount", None)
    elif "amount" in matched:
        matched.pop("price", None)
    for role, only in (("date", _KINDS["date"]), ("amount", (Kind.DECIMAL,))):
        fitting = [name for name in names if kinds[name] in only and name not in matched.values()]
        if role not in matched and "price" not in matched and len(fitting) == 1:
            matched[role] = fitting[0]
    return {role: matched[role] for role in _KINDS if role in matched}


def _contract_of_roles(roles: Sequence[str]) -> Contract:
    """Return a contract with a field per role, to match columns against."""
    return Contract(
        "sales",
        "sales",
        "source",
        "1.0.0",
        tuple(Column(role, ColumnType(_KINDS[role][0]), "") for role in roles),
        properties={"headgate.aliases": {role: _NAMES[role].split() for role in roles}},
    )


def _plain(name: str) -> str:
    """Return a name without a unit in brackets, with the letters that aliases have.

    >>> _plain("Stückpreis (netto)")
    'stuckpreis'
    """
    return in_plain_letters(_BRACKETS.sub("", name)).strip() or name


def _texts_of(values: pa.ChunkedArray) -> pa.Array:
    """Return values as texts; of timestamps the day."""
    text = values.cast(pa.string()).combine_chunks()
    return pc.utf8_slice_codeunits(text, 0, 10) if pa.types.is_timestamp(values.type) else text


@dataclass(frozen=True)
class _Amount:
    """The SQL of a sale's amount, and the type of its sum, exact if the file has decimals."""

    sql: str
    sum_type: str


def _currencies(sample: pa.Table, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the currencies of the sample's rows, most frequent first."""
    if "currency" not in columns:
        return ()
    texts = pc.drop_null(pc.utf8_trim_whitespace(sample[columns["currency"]].cast(pa.string())))
    counts = Counter(texts.to_pylist())
    return tuple(sorted(counts, key=lambda text: (-counts[text], text)))


def _amount_of(contract: Contract, columns: Mapping[str, str], currencies: Sequence[str]) -> _Amount:
    """Return the SQL of a row's amount, or of its unit price times its quantity.

    Amounts in different currencies have no sum, so only rows in the most frequent currency have an amount.
    """
    types = {column.name: column.type for column in contract.columns}
    roles = ("amount",) if "amount" in columns else ("price", "quantity")
    factors = [columns[role] for role in roles if role in columns]
    sql = [f'{contract.dataset}."{name}"' for name in factors]
    digits = sum(types[name].precision or _DIGITS_OF_AN_INTEGER for name in factors)
    scale = sum(types[name].scale or 0 for name in factors)
    is_exact = all(types[name].kind is not Kind.DOUBLE for name in factors)
    is_decimal = bool(is_exact and scale and digits <= _MAX_DIGITS)
    product = " * ".join(sql if is_decimal else [f"cast({column} as double)" for column in sql])
    if currencies:
        counted = currencies[0].replace("'", "''")
        product = (
            f"case when trim({contract.dataset}.\"{columns['currency']}\") = '{counted}' then {product} end"
        )
    return _Amount(product, f"DECIMAL({_MAX_DIGITS},{scale})" if is_decimal else "DOUBLE")


def _expressions(contract: Contract, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Return the SQL of each role except the amount."""
    for role, name in columns.items():
        column = f'{contract.dataset}."{name}"'
        if role == "date":
            yield role, f"cast({column} as date)"
        elif role in {"customer", "item", "category"}:
            yield role, f"cast({column} as varchar)"


def _personal_roles(contract: Contract, columns: Mapping[str, str]) -> set[str]:
    """Return the roles with personal data in the file."""
    classified = {column.name for column in contract.columns if column.classification}
    return {role for role, name in columns.items() if name in classified}


def _contract_of(table: SalesTable, personal: Collection[str], amount_type: str) -> str:
    """Return the contract of a model or block as YAML.

    Args:
        personal: columns of models with personal data.
        amount_type: of a sum of amounts.
    """
    schema: dict[str, object] = {"name": table.name, "description": table.description}
    if table.block:
        kind, options = table.block
        schema["customProperties"] = [{"property": f"headgate.{kind}", "value": dict(options)}]
    else:
        schema["properties"] = list(_properties(table.columns or {}, personal, amount_type))
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
    columns: Mapping[str, tuple[str, bool]], personal: Collection[str], amount_type: str
) -> Iterator[dict[str, object]]:
    logical = {"DATE": "date", "DOUBLE": "number", "BIGINT": "integer", amount_type: "number"}
    place = 0
    for name, (type_of_column, is_key) in columns.items():
        physical = type_of_column or amount_type
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
