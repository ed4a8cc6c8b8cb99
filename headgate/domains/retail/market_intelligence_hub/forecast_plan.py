"""The series that the hub forecasts, their grain, and the horizon: one value that every module reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.analytics.periods import GRAINS, WEEK, Grain
from headgate.contracts.analytics_blocks import MAX_HORIZON
from headgate.errors import SettingsError

ALL = "(all)"
OTHER = "(other)"
UNKNOWN = "(unknown)"
UNIT = "GBP"

OPTIONS = ("forecast_grain", "forecast_horizon", "forecast_by")
DIMENSIONS = {"region": "region_id", "category": "category"}
LEVELS: Mapping[str, tuple[str, ...]] = {
    "total": (),
    "region": ("region_id",),
    "category": ("category",),
    "region_category": ("region_id", "category"),
}


@dataclass(frozen=True)
class Plan:
    """Grain and horizon of the hub.

    Attributes:
        by: the dimensions that the total is split by; none of them, one or both.
        horizon: periods ahead.
        top_regions, top_categories: how many of each are forecast by name; the long tail of the rest is
            summed into `(other)`. This bounds the number of series to (regions + 2) times (categories + 2),
            however large the shop is.
        windows: origins of the backtest.
    """

    grain: Grain = WEEK
    by: tuple[str, ...] = tuple(DIMENSIONS.values())
    horizon: int = WEEK.horizon
    top_regions: int = 6
    top_categories: int = 8
    windows: int = 4

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the hierarchy, from the total down.

        The last one's series are those that all others sum.
        """
        return tuple(level for level, kept in LEVELS.items() if set(kept) <= set(self.by))

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Plan:
        """Return the plan of the options, with defaults for absent or empty ones.

        Args:
            options: `forecast_grain` (day, week, month), `forecast_horizon` (periods), `forecast_by`
                (`region,category`, one, or `none`).

        Raises:
            SettingsError: an option is not valid; the message has the valid values.
        """
        grain = _grain(options.get("forecast_grain", "") or WEEK.name)
        return cls(
            grain,
            _dimensions(options.get("forecast_by", "")),
            _horizon(options.get("forecast_horizon", ""), grain),
        )


def _grain(name: str) -> Grain:
    of_days = {name: grain for name, grain in GRAINS.items() if not grain.is_of_hours}
    if name not in of_days:
        raise SettingsError(f"forecast_grain must be one of {', '.join(of_days)}")
    return of_days[name]


def _dimensions(text: str) -> tuple[str, ...]:
    if not text:
        return tuple(DIMENSIONS.values())
    names = [] if text == "none" else text.split(",")
    if len(set(names)) < len(names) or not set(names) <= set(DIMENSIONS):
        raise SettingsError(f"forecast_by must be none, or of {', '.join(DIMENSIONS)}, separated by commas")
    return tuple(column for name, column in DIMENSIONS.items() if name in names)


def _horizon(text: str, grain: Grain) -> int:
    if not text:
        return grain.horizon
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_HORIZON):
        raise SettingsError(f"forecast_horizon must be a whole number of periods from 1 to {MAX_HORIZON}")
    return int(text)
