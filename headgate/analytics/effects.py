"""Remove effects of promotions, holidays and closures from histories, and add them to forecasts.

The methods that vote on a series know nothing of events, and a single one that did would be outvoted. So the
regression stands around all of them: its errors are what the ensemble forecasts.

Source:
    Hyndman & Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd ed., ch. 10 (regression with
    time-series errors); each series' own effects are the ridge estimate around the panel's, as for the
    autoregression in `pooled`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NEIGHBOURS = (
    13  # periods around one, those under events left out, whose median is the usual value without an event
)
# In periods wholly under an event: a panel with fewer of them than this has its effects drawn to none by more
# than half.
PANEL_PERIODS = 4.0
OWN_PERIODS = 4.0  # likewise; how strongly a series is shrunk towards the panel's effects
MAX_UPLIFT = 5.0  # one period's value over the usual one, less 1; beyond it is an accident, not an effect
MIN_LEVEL = 1e-12  # below it a series has no level, and an uplift has no meaning
MIN_FACTOR = 0.2  # of the usual value; a period with less says nothing, and its neighbours replace it


@dataclass(frozen=True)
class Effects:
    """By how much a period wholly under an event of each kind has more, as a share; shape (series, kinds)."""

    uplift: Array

    def factors(self, exposure: Array) -> Array:
        """Return factors for values without events.

        Shape (series, periods), for an exposure of shape (series, periods, kinds).
        """
        return np.asarray(
            np.maximum(1.0 + np.einsum("spk,sk->sp", exposure, self.uplift), 0.0), dtype=np.float64
        )


def effects_of(
    histories: tuple[Array, ...], exposure: Array, cycle: int, expected: Array | None = None
) -> Effects:
    """Return the effects that the panel's histories show.

    Args:
        exposure: shape (series, periods, kinds), 0..1; its last period is every history's last.
        cycle: periods after which one is like another again.
        expected: the effect of each kind while histories show none; shape (kinds,), none without it.
    """
    prior = np.zeros(exposure.shape[2]) if expected is None else expected
    sums_of_series = [
        _sums(history, exposed[exposed.shape[0] - history.size :], cycle)
        for history, exposed in zip(histories, exposure, strict=True)
    ]
    kinds = exposure.shape[2]
    inner, cross = (
        np.array([sums[part] for sums in sums_of_series]).reshape(-1, kinds, *rest)
        for part, rest in ((0, (kinds,)), (1, ()))
    )
    panel = np.linalg.solve(
        inner.sum(axis=0) + PANEL_PERIODS * np.eye(kinds), cross.sum(axis=0) + PANEL_PERIODS * prior
    )
    own = np.linalg.solve(inner + OWN_PERIODS * np.eye(kinds), (cross - inner @ panel)[..., None])[..., 0]
    return Effects(panel + own)


def without_events(
    histories: tuple[Array, ...], exposure: Array, effects: Effects, cycle: int
) -> tuple[Array, ...]:
    """Return the histories without the effects of events."""
    factors = effects.factors(exposure)
    return tuple(
        _divided(
            history, exposed[exposed.shape[0] - history.size :], factor[factor.size - history.size :], cycle
        )
        for history, exposed, factor in zip(histories, exposure, factors, strict=True)
    )


def _divided(history: Array, exposed: Array, factor: Array, cycle: int) -> Array:
    """Return one history without events.

    The usual values around it replace a period of which an event left next to nothing.
    """
    plain = history / np.maximum(factor, MIN_FACTOR)
    for place in np.flatnonzero(factor < MIN_FACTOR):
        usual = _usual(history, exposed, int(place), cycle)
        plain[place] = usual if np.isfinite(usual) else plain[place]
    return plain


def _sums(history: Array, exposed: Array, cycle: int) -> tuple[Array, Array]:
    """Return the least-squares sums of the uplift over the exposure, over periods under an event."""
    under = np.flatnonzero(exposed.any(axis=1))
    usual = np.array([_usual(history, exposed, int(at), cycle) for at in under])
    has_level = usual > MIN_LEVEL
    uplift = np.clip(history[under][has_level] / usual[has_level] - 1.0, -1.0, MAX_UPLIFT)
    given = exposed[under][has_level]
    return given.T @ given, given.T @ uplift


def _usual(history: Array, exposed: Array, at: int, cycle: int) -> float:
    """Return the median of the comparable periods around each one without an event, nearer ones first."""
    alike = np.arange(at % cycle, history.size, cycle)
    free = alike[~exposed[alike].any(axis=1)]
    if not free.size:
        return float("nan")
    near = np.abs(free - at) <= cycle * (NEIGHBOURS // 2)
    nearest = free[near] if near.any() else free[np.argsort(np.abs(free - at), kind="stable")[:2]]
    return float(np.median(history[nearest]))
