"""Features of a card transaction at the time it is made, as Ibis expressions.

Windows end with the transaction itself. Fraud labels enter with a delay, because they are not known earlier.
Sums are in integer pence, so that they do not depend on the order. Card numbers and tokens are no features,
so that a model does not learn single cards.

Source:
    Le Borgne, Siblini, Lebichot & Bontempi (2022), Reproducible Machine Learning for Credit Card Fraud
    Detection, chapter 3.3, https://fraud-detection-handbook.github.io/fraud-detection-handbook/
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis

from headgate.engines.expressions import whole_seconds

if TYPE_CHECKING:
    import pandas as pd

DAY_S = 86_400
DELAY_DAYS = 7
"""Days until a fraud is known: until its card's owner has seen and reported it."""
WINDOWS_DAYS = (1, 7, 30)
MEMORY_DAYS = 90
"""Days over which a customer's usual amount is taken."""
COMPROMISE_DAYS = 28
"""Days for which a terminal that was once misused is watched."""
ORDINARY_BELOW = 2.0
"""Times a customer's usual amount below which a fraud does not stand out: then its terminal is the suspect,
not the card.
"""
HISTORY_DAYS = MEMORY_DAYS + COMPROMISE_DAYS + DELAY_DAYS
"""Days before a transaction whose other transactions its features may depend on: a fraud that a terminal is
watched for, and the usual amount of that fraud's customer.
"""
_TERMINAL_DAYS = max(*WINDOWS_DAYS, COMPROMISE_DAYS) + DELAY_DAYS
"""Days before a transaction whose other transactions of its terminal its features may depend on."""
_LAST_NIGHT_HOUR = 6
_SATURDAY = 5
_MONEY = "decimal(18, 2)"
_PENNY = ibis.literal(Decimal("0.01"), _MONEY)
_ORDER = ("transacted_at", "transaction_id")
MIN_AMOUNT = 0.5  # a usual amount below it would make every purchase look unusual

CUSTOMER = tuple(f"customer_{what}_{days}d" for days in WINDOWS_DAYS for what in ("count", "mean"))
TERMINAL = tuple(f"terminal_{what}_{days}d" for days in WINDOWS_DAYS for what in ("known", "risk"))
HANDBOOK = ("amount_gbp", "is_weekend", "is_night", *CUSTOMER, *TERMINAL)
"""The handbook's own features."""
ALL = (
    *HANDBOOK,
    "amount_to_usual",
    "usual_amount",
    "amount_spread",
    "highest_to_usual_7d",
    "highest_to_usual_14d",
    "terminal_frauds_7d",
    "terminal_frauds_30d",
    "terminal_hours_since_first_fraud",
    "terminal_hours_since_last_fraud",
    "terminal_ordinary_frauds_28d",
    "terminal_odd_frauds_28d",
    "terminal_hours_since_ordinary_fraud",
    "terminal_count_1d",
    "customer_frauds_30d",
    "account_age_days",
)
"""The handbook's features with what it leaves on the table: the customer's own scale, and for how long a
terminal has been misused.
"""
COUNTS = (
    *(name for name in ALL if "_count_" in name or "_known_" in name or "frauds" in name),
    "is_weekend",
    "is_night",
)
"""The features that are small whole numbers."""
UNLABELLED = tuple(name for name in ALL if "fraud" not in name and "risk" not in name)
"""The features that hold something where no fraud is known."""


def described(transactions: ibis.Table, customers: ibis.Table, as_of: date) -> pd.DataFrame:
    """Return every transaction up to the end of a day with its features, in the order of time and number.

    All of them in memory.
    """
    rows: pd.DataFrame
    rows, *parts = (question.to_pandas() for question in questions(transactions, customers, as_of))
    for part in parts:
        for name in part.columns.drop(list(_ORDER)):
            rows[name] = part.pop(
                name
            )  # one column at a time: `assign` would hold two copies of millions of rows
    rows["is_fraud"] = rows.is_fraud.astype("boolean")
    return rows


def questions(
    transactions: ibis.Table, customers: ibis.Table, as_of: date, since: date | None = None
) -> tuple[ibis.Table, ...]:
    """Return facts and features of each transaction up to the end of a day, by time and number.

    Three questions, because a window carries every column of its question along: together they take twice the
    memory.

    Args:
        since: the first day; then only customers and terminals with transactions since then are looked at.
    """
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    past = transactions.filter(transactions.transacted_at < end)
    if since is None:
        of_customer = _of_customer(_compared(_remembered(_timed(past))))
        of_terminal = _of_terminal(_suspected(_timed(past), _ordinary(transactions, end)))
        return tuple(_in_order(part) for part in (_plain(past, customers), of_customer, of_terminal))
    new = past.filter(past.transacted_at >= ibis.timestamp(since.isoformat()))
    begin = ibis.timestamp((since - timedelta(days=HISTORY_DAYS)).isoformat())
    history = transactions.filter(transactions.transacted_at >= begin)
    past = history.filter(history.transacted_at < end)
    lately = ibis.timestamp((since - timedelta(days=_TERMINAL_DAYS)).isoformat())
    rows_by = {"customer_id": past, "terminal_id": past.filter(past.transacted_at >= lately)}
    by_customer, by_terminal = (
        _timed(rows.semi_join(new.select(name), name)) for name, rows in rows_by.items()
    )
    of_customer = _of_customer(_compared(_remembered(by_customer)))
    moved, steady = _split_by_windows(by_terminal, since, as_of)
    of_terminal = _of_terminal(_with_steady(_suspected(moved, _ordinary(history, end)), steady))
    parts = (_plain(new, customers), *(_since(part, since) for part in (of_customer, of_terminal)))
    return tuple(_in_order(part) for part in parts)


def pounds(pence: ibis.Column) -> ibis.Column:
    """Return whole pence as pounds, exactly."""
    return (pence.cast(_MONEY) * _PENNY).cast(_MONEY)


def _since(table: ibis.Table, since: date) -> ibis.Table:
    return table.filter(table.transacted_at >= ibis.timestamp(since.isoformat()))


def sign_ups(customers: ibis.Table) -> ibis.Table:
    """Return the customers with the second of their registration: `customer_id` and `signed_up_s`."""
    return (
        customers.select("customer_id", signed_up_s=whole_seconds(customers.signed_up_at))
        .drop_null()
        .order_by("customer_id")
    )


def _in_order(table: ibis.Table) -> ibis.Table:
    """Return the rows in the order of time and number, counts in half the bytes."""
    narrow = table.mutate(**{name: table[name].cast("int32") for name in COUNTS if name in table.columns})
    return narrow.order_by(*_ORDER)


def _plain(transactions: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Return the columns that need no other transaction."""
    at_s = whole_seconds(transactions.transacted_at)
    since = customers.select("customer_id", signed_up_s=whole_seconds(customers.signed_up_at))
    joined = transactions.mutate(at_s=at_s).left_join(since, "customer_id")
    return joined.select(
        *_ORDER,
        "customer_id",
        "terminal_id",
        "card_token",
        "is_fraud",
        amount_gbp=joined.amount.cast("float64"),
        pence=(joined.amount * 100).cast("int64"),
        is_weekend=(joined.transacted_at.day_of_week.index() >= _SATURDAY).cast("int64"),
        is_night=(joined.transacted_at.hour() <= _LAST_NIGHT_HOUR).cast("int64"),
        account_age_days=(joined.at_s - joined.signed_up_s) / DAY_S,
    )


def _timed(transactions: ibis.Table) -> ibis.Table:
    """Return the columns that windows need; an unknown label counts as no known fraud."""
    fraud = transactions.is_fraud.fill_null(False).cast("int64")  # noqa: FBT003 a value, not a flag
    at_s = whole_seconds(transactions.transacted_at)
    return transactions.select(
        *_ORDER,
        "customer_id",
        "terminal_id",
        amount_gbp=transactions.amount.cast("float64"),
        pence=(transactions.amount * 100).cast("int64"),
        at_s=at_s,
        known_fraud=fraud,
        fraud_at_s=(fraud == 1).ifelse(at_s, ibis.null("int64")),
    )


def _remembered(timed: ibis.Table) -> ibis.Table:
    """Compare amounts with the customer's other transactions; a first transaction is compared with itself."""
    memory = _past("customer_id", MEMORY_DAYS)
    seen = timed.mutate(
        others_mean=(timed.pence.sum().over(memory) - timed.pence)
        / (timed.count().over(memory) - 1).nullif(0)
        / 100
    )
    others = ibis.greatest(seen.others_mean.fill_null(seen.amount_gbp), MIN_AMOUNT)
    return seen.mutate(amount_to_usual=seen.amount_gbp / others).drop("others_mean")


def _compared(remembered: ibis.Table) -> ibis.Table:
    """Add counts, means and known frauds over the windows of the customer."""
    windows = {
        f"customer_count_{days}d": remembered.count().over(_past("customer_id", days))
        for days in WINDOWS_DAYS
    }
    windows |= {
        f"customer_mean_{days}d": remembered.pence.mean().over(_past("customer_id", days)) / 100
        for days in WINDOWS_DAYS
    }
    return remembered.mutate(
        **windows,
        usual_amount=remembered.pence.mean().over(_past("customer_id", MEMORY_DAYS)) / 100,
        mean_square=(remembered.pence * remembered.pence).mean().over(_past("customer_id", 30)) / 10_000,
        customer_frauds_30d=remembered.known_fraud.sum().over(_delayed("customer_id", 30)).fill_null(0),
    )


def _of_customer(compared: ibis.Table) -> ibis.Table:
    """Return the features that the customer's other transactions give."""
    variance = ibis.greatest(
        compared.mean_square - compared.customer_mean_30d * compared.customer_mean_30d, 0.0
    )
    ratio = compared.mutate(
        amount_spread=variance.sqrt(),
        to_mean=compared.amount_gbp / ibis.greatest(compared.usual_amount, MIN_AMOUNT),
    )
    highest = {
        f"highest_to_usual_{days}d": ratio.to_mean.max().over(_past("customer_id", days)) for days in (7, 14)
    }
    own = ("amount_to_usual", "usual_amount", "amount_spread", "customer_frauds_30d")
    return ratio.select(*_ORDER, *CUSTOMER, *own, **highest)


def _ordinary(transactions: ibis.Table, end: ibis.Value) -> ibis.Table:
    """Return the numbers of the frauds before a moment whose amount does not stand out.

    Only customers with a fraud are compared with their other amounts. No expression is that of all
    transactions: DuckDB would keep the rows of an expression that a question has twice.
    """
    frauds = transactions.filter(transactions.is_fraud, transactions.transacted_at < end).select(
        "customer_id"
    )
    suspects = transactions.semi_join(frauds, "customer_id")
    remembered = _remembered(_timed(suspects.filter(suspects.transacted_at < end)))
    ordinary = remembered.filter(remembered.known_fraud == 1, remembered.amount_to_usual < ORDINARY_BELOW)
    return ordinary.select(ordinary_id="transaction_id")


def _suspected(timed: ibis.Table, ordinary: ibis.Table) -> ibis.Table:
    """Return a terminal's known frauds, separately for amounts that stand out and amounts that do not."""
    joined = timed.left_join(ordinary, timed.transaction_id == ordinary.ordinary_id)
    is_ordinary = joined.ordinary_id.notnull()  # noqa: PD004 an Ibis column, which has no notna
    marked = joined.select(
        *_ORDER,
        "terminal_id",
        "at_s",
        "known_fraud",
        "fraud_at_s",
        ordinary=is_ordinary.cast("int64"),
        ordinary_at_s=is_ordinary.ifelse(joined.at_s, ibis.null("int64")),
    )
    counts = {
        f"terminal_known_{days}d": marked.count().over(_delayed("terminal_id", days)) for days in WINDOWS_DAYS
    }
    frauds = {
        f"terminal_frauds_{days}d": marked.known_fraud.sum().over(_delayed("terminal_id", days))
        for days in WINDOWS_DAYS
    }
    watched = _delayed("terminal_id", COMPROMISE_DAYS)
    return marked.mutate(
        **counts,
        **frauds,
        terminal_count_1d=marked.count().over(_past("terminal_id", 1)),
        terminal_ordinary_frauds_28d=marked.ordinary.sum().over(watched).fill_null(0),
        terminal_odd_frauds_28d=(marked.known_fraud - marked.ordinary).sum().over(watched).fill_null(0),
        terminal_hours_since_first_fraud=(marked.at_s - marked.fraud_at_s.min().over(watched)) / 3600,
        terminal_hours_since_last_fraud=(marked.at_s - marked.fraud_at_s.max().over(watched)) / 3600,
        terminal_hours_since_ordinary_fraud=(marked.at_s - marked.ordinary_at_s.min().over(watched)) / 3600,
    )


def _split_by_windows(timed: ibis.Table, since: date, as_of: date) -> tuple[ibis.Table, ibis.Table]:
    """Return the rows that windows of terminals need individually, and the number of other rows per terminal.

    As the window moves from `since` to `as_of`, rows near its ends leave and enter it. All other rows are in
    the windows of all new transactions or of none, so only their number matters. Sums and times of frauds
    come from the windows, because frauds are few.
    """
    first_s, after_s = (_second_of(day) for day in (since, as_of + timedelta(days=1)))
    ends_days = {0, 1, DELAY_DAYS, *(days + DELAY_DAYS for days in WINDOWS_DAYS)}
    near = [timed.at_s.between(first_s - days * DAY_S, after_s - days * DAY_S - 1) for days in ends_days]
    is_moved = ibis.or_(timed.known_fraud == 1, *near)
    others = timed.filter(~is_moved, timed.at_s < first_s - DELAY_DAYS * DAY_S)
    steady = others.group_by("terminal_id").agg(
        **{
            f"steady_{days}d": others.count(where=others.at_s >= after_s - (days + DELAY_DAYS) * DAY_S)
            for days in WINDOWS_DAYS
        }
    )
    return timed.filter(is_moved), steady


def _with_steady(suspected: ibis.Table, steady: ibis.Table) -> ibis.Table:
    """Add the rows that are in all windows of a terminal to the counts of its windows."""
    joined = suspected.left_join(steady, "terminal_id")
    counts = {
        f"terminal_known_{days}d": joined[f"terminal_known_{days}d"] + joined[f"steady_{days}d"].fill_null(0)
        for days in WINDOWS_DAYS
    }
    return joined.mutate(**counts).select(suspected.columns)


def _second_of(day: date) -> int:
    """Return the second at which a day begins, as `whole_seconds` counts."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def _of_terminal(suspected: ibis.Table) -> ibis.Table:
    """Add known frauds of a terminal as counts and as shares of its transactions in the window.

    0 where it did nothing.
    """
    frauds = {
        name: suspected[name].fill_null(0) for name in (f"terminal_frauds_{days}d" for days in WINDOWS_DAYS)
    }
    risks = {
        f"terminal_risk_{days}d": (
            suspected[f"terminal_frauds_{days}d"] / suspected[f"terminal_known_{days}d"].nullif(0)
        ).fill_null(0.0)
        for days in WINDOWS_DAYS
    }
    rated = suspected.mutate(**frauds, **risks)
    return rated.select(*_ORDER, *(name for name in ALL if name.startswith("terminal_")))


def _past(key: str, days: int) -> object:
    """Return the transactions of a customer or terminal in the last days, with this one."""
    return ibis.range_window(group_by=key, order_by="at_s", preceding=days * DAY_S - 1, following=0)


def _delayed(key: str, days: int) -> object:
    """Return the same, as many days as the delay earlier: what is known of them now."""
    ends = ((days + DELAY_DAYS) * DAY_S - 1, DELAY_DAYS * DAY_S)
    return ibis.range_window(group_by=key, order_by="at_s", preceding=ends)
