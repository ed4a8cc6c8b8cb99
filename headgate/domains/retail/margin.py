"""The margin of the shop, which every proposal that weighs a cost against a sale assumes."""

from __future__ import annotations

MARGIN_SHARE = 0.30  # of the revenue
