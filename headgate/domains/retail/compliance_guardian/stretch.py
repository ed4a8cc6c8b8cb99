"""The days of a period, and what is known when it begins."""

from dataclasses import dataclass

import pandas as pd

from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS


@dataclass(frozen=True)
class Stretch:
    """The days of a period: from `start` up to `end`, which is left out."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def labelled_to(self) -> pd.Timestamp:
        """Return the moment before which labels are known when the period begins."""
        return self.start - pd.Timedelta(days=DELAY_DAYS)
