"""What the hub forecasts, and how far: one value that every module reads."""

from __future__ import annotations

from dataclasses import dataclass

ALL = "(all)"
OTHER = "(other)"
UNKNOWN = "(unknown)"
UNIT = "GBP"


@dataclass(frozen=True)
class Plan:
    """Grain and horizon of the hub.

    Attributes:
        top_regions, top_categories: how many of each are forecast by name; the long tail of the rest is summed into `(other)`.
            This bounds the number of series to (regions + 2) times (categories + 2), however large the shop is.
        horizon: weeks ahead; 13 is a quarter, and the horizon of the M4 competition's weekly series.
        windows: rolling origins of the backtest.
        window_step: weeks between two origins.
        season_lengths: seasons looked for, in weeks; each needs two whole seasons of history.
    """

    top_regions: int = 6
    top_categories: int = 8
    horizon: int = 13
    windows: int = 4
    window_step: int = 4
    season_lengths: tuple[int, ...] = (52,)
