"""Draw the customers that models learn from: all of them, or a sample of bounded size where there are more
than they need.

A customer is drawn by a hash of the number alone, so neither the order of the rows, nor when the customer
came, nor the engine decides it, and a customer who is drawn stays drawn until there are more customers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from headgate.engines.write_rows import write_batches, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import ibis

    from headgate.engines.stored_rows import StoredRows

Array = npt.NDArray[np.float64]

MOST = 200_000
"""Customers that all models learn from; of more, about as many.

See docs/adr/0093-fraud-features-on-disk.md.
"""
_ID = "customer_id"


def is_drawn(customer_ids: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.bool_]:
    """Return whether each customer is one of about `MOST` that are drawn of `count`.

    All are where they are not more.
    """
    if count <= MOST:
        return np.ones(len(customer_ids), dtype=np.bool_)
    return np.asarray(_hashed(customer_ids) < np.uint64(MOST * 2**64 // count))


def _hashed(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return a number of 64 bits that looks random for each number.

    Source: Steele, Lea & Flood (2014), Fast Splittable Pseudorandom Number Generators: the step and mixer of
    SplitMix64.
    """
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def drawn_rows(customers: StoredRows, described: StoredRows, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of the customers that models learn from, as floats, in their order.

    Args:
        customers: all customers with their numbers.
        described: rows of the same customers in the same order, with the columns.
    """
    parts = zip(customers.parts((_ID,)), described.parts(columns), strict=True)
    drawn = [
        part[is_drawn(ids[_ID].to_numpy(), len(customers))].to_numpy(dtype=np.float64).T
        for ids, part in parts
    ]
    return pd.DataFrame(
        np.concatenate([np.empty((len(columns), 0)), *drawn], axis=1).T, columns=list(columns), copy=False
    )


@dataclass(frozen=True)
class Sample:
    """The customers that models learn from, where they are not all.

    Attributes:
        days: their purchase days.
        share: of all customers, 0..1.
    """

    days: ibis.Table
    share: float


def sample_of(customers: StoredRows, days: ibis.Table, folder: Path) -> Sample | None:
    """Return the customers that models learn from, in files of the folder; None where they are all.

    Args:
        days: purchase days on this machine.
    """
    count, ids = len(customers), folder / "drawn_customers.parquet"
    if count <= MOST:
        return None
    write_batches(
        (pa.table({_ID: part}) for part in _drawn_ids(customers)), pa.schema([(_ID, pa.int64())]), ids
    )
    backend = days.get_backend()
    drawn = backend.read_parquet(str(ids), table_name="drawn_customers")
    write_rows(days.semi_join(drawn, _ID), folder / "drawn_days.parquet")
    share = drawn.count().to_pyarrow().as_py() / count
    return Sample(backend.read_parquet(str(folder / "drawn_days.parquet"), table_name="drawn_days"), share)


def _drawn_ids(customers: StoredRows) -> Iterator[npt.NDArray[np.int64]]:
    for part in customers.parts((_ID,)):
        numbers = part[_ID].to_numpy()
        yield numbers[is_drawn(numbers, len(customers))]


def sum_of(parts: Iterable[Array]) -> float:
    """Return the sum of figures of customers, which come some at a time.

    Of more than `MOST` it is the exact sum, rounded once, so that it does not depend on how many come at a
    time. Of fewer it is the sum that NumPy gives of all of them together.
    """
    coming, arrays, count = iter(parts), [np.empty(0)], 0
    for part in coming:
        arrays.append(part)
        count += len(part)
        if count > MOST:
            return math.fsum(chain.from_iterable(array.tolist() for array in chain(arrays, coming)))
    return float(np.concatenate(arrays).sum())
