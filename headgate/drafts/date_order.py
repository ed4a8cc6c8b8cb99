from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.values.cells import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
_DATE = r"^\s*(?P<first>[0-9]{1,2})(?P<sign>[./-])(?P<second>[0-9]{1,2})[./-][0-9]{2}"
_MAX_MONTH = "12"


def orders_shown(columns: Iterable[pa.Array]) -> dict[str, str]:
    """Return the order of dates by their separator, where a day after the twelfth shows one order alone.

    A file may have dates of several programs, so that dots say nothing about slashes; neither do names of
    months, nor a day of the first twelve.
    """
    orders = defaultdict[str, set[str]](set)
    for texts in columns:
        parts = pc.extract_regex(texts, _DATE).drop_null()
        for place, order in (("first", DAY_FIRST), ("second", MONTH_FIRST)):
            number = pc.utf8_lpad(pc.struct_field(parts, place), 2, "0")
            signs = pc.struct_field(parts, "sign").filter(
                pc.greater(number, literal(_MAX_MONTH, number.type))
            )
            for sign in pc.unique(signs).to_pylist():
                orders[sign].add(order)
    return {sign: order for sign, (order, *others) in orders.items() if not others}
