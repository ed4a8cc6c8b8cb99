import pyarrow as pa
import pyarrow.compute as pc


def ascends(keys: pa.Table) -> bool:
    """Return whether each row's key is greater than the one before, so that keys are unique.

    >>> ascends(pa.table({"a": [1, 1, 2], "b": ["x", "y", "a"]})), ascends(pa.table({"a": [1, 1]}))
    (True, False)
    """
    before, after = keys.slice(0, max(0, keys.num_rows - 1)), keys.slice(1)
    greater = pa.repeat(pa.scalar(value=False), before.num_rows)
    for name in reversed(keys.column_names):
        greater = pc.or_(
            pc.greater(after[name], before[name]), pc.and_(pc.equal(after[name], before[name]), greater)
        )
    return pc.all(pc.fill_null(greater, fill_value=False)).as_py() is not False


def in_order(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    """Return the rows sorted by their key; the sort is stable.

    >>> in_order(pa.table({"day": [3, 1, 2]}), ("day",))["day"].to_pylist()
    [1, 2, 3]
    """
    if not key or ascends(rows.select(list(key))):
        return rows
    return rows.take(pc.sort_indices(rows, sort_keys=[(name, "ascending") for name in key]))
