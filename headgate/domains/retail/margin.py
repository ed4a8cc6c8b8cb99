"""The margin of the shop, which every proposal that weighs a cost against a sale assumes."""

from collections.abc import Mapping

from headgate.domains.retail.measures import Measure
from headgate.errors import SettingsError

OPTION = "margin_share"
MARGIN_SHARE = 0.30
"""Share of the revenue that the shop keeps, unless the option states another one."""


def margin_share(options: Mapping[str, str]) -> float:
    """Return the margin of the shop as a share of its revenue.

    Raises:
        SettingsError: the option is not a share above 0.
    """
    text = options.get(OPTION, "")
    if not text:
        return MARGIN_SHARE
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise SettingsError(
            f"{OPTION} is {text!r}. It must be a number above 0 and at most 1, such as 0.35 for a margin of "
            "35 %; correct it below [settings] in headgate.toml and deploy again."
        )
    return share


def assumed(model: str, period: str, share: float) -> Measure:
    """Return the row of a quality table that records the margin its system was built with."""
    return Measure(model, OPTION, period, share, note="share of the revenue that the shop keeps")
