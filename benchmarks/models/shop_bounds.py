"""The best forecasts of the library's generated shops: by one who knows how each shop is generated.

Such a person knows the shop's season, growth and level up to the origin, and draws the weeks to come from the
generator. No table knows these. A mark that these forecasts miss is out of reach of a better method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.models import shop_library
from headgate.analytics.forecast_errors import smape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.models.shop_library import GeneratedShop

    Array = shop_library.Array

_FUTURES = 200  # of each origin
_HORIZON = 13
_SEED = 7


class _ForkedGenerator:
    """Random numbers of a shop that are its own up to a week, and others afterwards.

    Single numbers are the shop's parameters, which stay. Numbers of years are known once the year has begun.
    """

    def __init__(self, own: np.random.Generator, ahead: np.random.Generator, weeks: int, years: int) -> None:
        self._own, self._ahead, self._weeks, self._years = own, ahead, weeks, years
        self._orders = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 a distribution of NumPy's
        def draw(*arguments: Any) -> Any:  # noqa: ANN401 as above
            own = getattr(self._own, name)(*arguments)
            if np.ndim(own) == 0:
                return own
            ahead = getattr(self._ahead, name)(*arguments)
            if name == "lognormal":  # the orders of one week
                self._orders += 1
                return own if self._orders <= self._weeks else ahead
            begun = self._weeks if len(own) == shop_library.WEEKS else self._years
            return np.where(np.arange(len(own)) < begun, own, ahead)

        return draw


def bounds_of_library() -> list[dict[str, object]]:
    """Return a row for each origin of the generated shops, as `rows_of_shop` has them."""
    return [row for shop in shop_library.generated() for row in _rows(shop)]


def _rows(shop: GeneratedShop) -> Iterator[dict[str, object]]:
    actual = shop.total(shop.generator())
    for origin in shop.origins:
        ahead = slice(origin, origin + _HORIZON)
        truth = actual[ahead]
        rng = np.random.default_rng([_SEED, origin])
        futures = np.stack([_future(shop, rng, origin)[ahead] for _ in range(_FUTURES)])
        low, median, high = np.quantile(futures, (0.1, 0.5, 0.9), axis=0)
        is_open = truth > 0
        yield {
            "shop": shop.name,
            "origin": origin,
            "smape": smape(truth[is_open], median[is_open]),
            "coverage80": float(((low <= truth) & (truth <= high))[is_open].mean()),
        }


def _future(shop: GeneratedShop, rng: np.random.Generator, origin: int) -> Array:
    """Return the sales of a shop that is the same up to the origin."""
    years = (origin - 1 + shop.begun_weeks) // shop_library.YEAR + 1
    return shop.total(_ForkedGenerator(shop.generator(), rng, origin, years))
