"""Forecast a series as a level that drifts times a season, each as far as the history shows it.

On the logarithmic scale a history is the sum of a level that drifts and may have a trend, a smooth season,
peaks of a few weeks, seasons of shapes that other series have, and noise. Each part has several possible
sizes; a forecast is the mean over all of them, weighted by how probable they make the history. So a year
that was seen once is repeated as far as it deviates more than the drift explains, and the interval contains
what is not known of the season. The level of the first weeks is free: a launch is neither a season nor
growth.

A series is compared with the sum of its panel as well: where its share has less noise than its values, it has
the panel's season.

Source:
    Rasmussen & Williams (2006), "Gaussian Processes for Machine Learning", ch. 2 and 5.4.3 (trend, season and
    noise as one process); Hoeting et al. (1999), "Bayesian Model Averaging". The weights in `_ODDS` were
    chosen on generated series, of which half were held out; see docs/adr/0040-next-year.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError
from scipy.linalg.lapack import dpotrf, dtrtrs

Array = npt.NDArray[np.float64]

# Sizes are standard deviations in units of a week's noise: of a week's drift, a week's
# trend, the values of each kind of season, and the level of the first weeks.
# Beside each size are the logarithms of its odds.
_ODDS = {
    "drift": {0.03: 0.0, 0.1: -0.5, 0.3: -1.5, 1.0: -2.0},
    "trend": {0.0: 0.0, 0.1: -0.6},
    "smooth": {0.0: 0.0, 1.0: -0.8, 4.0: -1.8},
    "peaks": {0.0: 0.0, 1.0: -1.7, 4.0: -0.8, 16.0: -1.0},
    "launch": {0.0: 0.0, 20.0: 4.6},
    "shape": {0.0: 0.0, 2.0: -3.5},
}
_SMOOTHNESS, _PEAKEDNESS, _EDGE = (
    1.2,
    0.3,
    0.2,
)  # width of what repeats, as the sine of half the angle of a year
_WEEKS = 52
_ANY_LEVEL, _LAUNCH_WEEKS = 30.0, 6.0
_FIRST, _LOW = 4, 0.5  # a launch begins with so many values that are lower than the usual one, as a logarithm
_IMPOSSIBLE = 1e3  # less, as a logarithm, than any other evidence
_NOISE, _NOISE_WEIGHT = 0.1, 1.0  # expected noise of a week, with the weight of so many weeks
_LEAST = 0.05  # of the usual value: a smaller one is an accident of the logarithm
_RECENT = 8  # values, whose mean the level is measured from
_ROUNDED = 4  # series shorter than others, whose lengths differ by less, are cut to the same one
_LONGEST = 4  # years of history; older ones say little, and cost more
_SKEW = 0.5  # of the difference between mean and median: nearer to neither than half
_MAX_VARIANCE = 1.0  # of a logarithm, from which the mean follows
_PATTERN_CYCLES = 13  # newest cycles, whose shares the steps of a cycle have
_MAX_SHARED = 112  # periods of a history whose processes, at most 30 MB, are kept for the next series


class Sizes(NamedTuple):
    """The size of each part of a series, in units of a week's noise."""

    drift: float
    trend: float
    smooth: float
    peaks: float
    launch: float
    shape: float


@dataclass(frozen=True)
class Outlook:
    """Means of the coming periods, and the standard deviation of their logarithms; shape (series, steps).

    Attributes:
        shaped: how probable it is that a series has one of the given shapes; shape (series,).
    """

    means: Array
    doubt: Array
    shaped: Array


@dataclass(frozen=True)
class _Posterior:
    """For each of the sizes: logarithm of a history's probability, means and variances ahead.

    Shape (sizes, series[, steps]).
    """

    evidence: Array
    means: Array
    variance: Array


# A launch and a shape together would cost a third more, and no series needed both.
_ALL_SIZES = (Sizes(*each) for each in product(*(_ODDS[name] for name in Sizes._fields)))
SIZES = tuple(sizes for sizes in _ALL_SIZES if not (sizes.launch and sizes.shape))
ODDS = np.array([sum(_ODDS[name][getattr(sizes, name)] for name in Sizes._fields) for sizes in SIZES])
_HAS_SHAPE = np.array([sizes.shape > 0 for sizes in SIZES])


def level_and_season(
    histories: Sequence[Array], horizon: int, year: int, cycle: int = 1, shapes: Array | None = None
) -> Outlook:
    """Forecast every series of a panel; zero, without doubt, for a series of zeros.

    Args:
        histories: each series, oldest first; the last value of each is of the same period.
        year: periods of a year.
        cycle: periods of a shorter season, such as the days of a week; its steps have the shares that they
            lately had.
        shapes: seasons that other series have, of which this one may have any, as high as it shows; shape
            (periods, shapes), with the horizon as its last periods, and not shorter than a history and it.
    """
    newest = [_by_cycle(history, cycle)[-_LONGEST * (year // cycle) :] for history in histories]
    longest = max((each.size for each in newest), default=0)
    sums = [_cut(each, longest) for each in newest]
    together = sum((np.pad(each, (longest - each.size, 0)) for each in sums), start=np.zeros(longest))
    means, doubt, shaped = np.zeros((len(sums), horizon)), np.zeros((len(sums), horizon)), np.zeros(len(sums))
    living = [place for place, each in enumerate(sums) if (each > 0).any()]
    for size in {sums[place].size for place in living}:
        places = [place for place in living if sums[place].size == size]
        alike = np.stack([sums[place] for place in places])
        steps = -(-horizon // cycle)
        by_cycle = _outlook(
            alike,
            together[longest - size :],
            year // cycle,
            _shapes_by_cycle(shapes, size, steps, horizon, cycle),
        )
        patterns = np.stack([_pattern(histories[place], cycle) for place in places])
        means[places] = (by_cycle.means[:, :, None] * patterns[:, None, :]).reshape(len(places), -1)[
            :, :horizon
        ]
        of_steps = np.stack([_noise_of_steps(histories[place], cycle) for place in places])
        of_cycles = np.repeat(by_cycle.doubt, cycle, axis=1)
        doubt[places] = np.hypot(of_cycles, np.tile(of_steps, by_cycle.doubt.shape[1]))[:, :horizon]
        shaped[places] = by_cycle.shaped
    return Outlook(means, doubt, shaped)


def _outlook(histories: Array, together: Array, year: int, shapes: Array) -> Outlook:
    """Forecast series of one length, each by itself and by its share in all."""
    steps = len(shapes) - histories.shape[1]
    (of_all,), _ = _logs(together[None])
    logs, levels = _logs(histories)
    posterior = _posterior(np.concatenate([logs, logs - of_all, of_all[None]]), year, shapes)
    ahead, variance = _mixed(
        *(part[:, -1] for part in (posterior.evidence, posterior.means, posterior.variance))
    )
    shape_of_all = float(_weights(posterior.evidence[:, -1])[_HAS_SHAPE].sum())
    means, doubt, shaped = np.empty((len(logs), steps)), np.empty((len(logs), steps)), np.empty(len(logs))
    for place in range(len(logs)):
        both = [place] if np.allclose(logs[place], of_all) else [place, len(logs) + place]
        shared = np.array([number >= len(logs) for number in both], dtype=float)[:, None]
        offered = (
            posterior.evidence[:, both].T.ravel(),
            np.concatenate(posterior.means[:, both].swapaxes(0, 1) + (shared * ahead)[:, None]),
            np.concatenate(posterior.variance[:, both].swapaxes(0, 1) + (shared * variance)[:, None]),
        )
        mean, square = _mixed(*offered)
        means[place] = levels[place] * np.exp(mean + _SKEW * np.minimum(square, _MAX_VARIANCE) / 2)
        doubt[place] = np.sqrt(square)
        weights = _weights(offered[0]).reshape(len(both), -1)
        of_panel = float(weights[1:].sum()) * shape_of_all  # a share in all has the shape that all have
        shaped[place] = weights[0, _HAS_SHAPE].sum() + of_panel
    return Outlook(means, doubt, shaped)


def _logs(histories: Array) -> tuple[Array, Array]:
    """Return logarithms around the recent level, and that level; shapes (series, periods) and (series,)."""
    usual = np.array([np.median(history[history > 0]) for history in histories])[:, None]
    logs = np.log(np.maximum(histories, _LEAST * usual))
    level = logs[:, -_RECENT:].mean(axis=1, keepdims=True)
    return logs - level, np.exp(level[:, 0])


def _mixed(evidence: Array, means: Array, variance: Array) -> tuple[Array, Array]:
    """Return the mean and variance over all sizes, weighted by evidence."""
    weights = _weights(evidence)
    mean = weights @ means
    return mean, weights @ (variance + (means - mean) ** 2)


def _weights(evidence: Array) -> Array:
    """Return how probable each of the sizes is, of a series and of its share one after the other."""
    odds = evidence + np.resize(ODDS, evidence.shape)
    weights = np.exp(odds - odds.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _posterior(logs: Array, year: int, shapes: Array) -> _Posterior:
    """Return the forecasts by all sizes; the noise is unknown, with an inverse gamma prior."""
    size = logs.shape[1]
    steps = len(shapes) - size
    shape = (_NOISE_WEIGHT + size) / 2
    begins_low = logs[:, :_FIRST].mean(axis=1) < np.median(logs, axis=1) - _LOW
    evidence, means, variance = (
        np.empty((len(SIZES), len(logs), *rest)) for rest in ((), (steps,), (steps,))
    )
    is_shared = not shapes.size and size <= _MAX_SHARED
    processes = _without_shapes(size, steps, year) if is_shared else _processes(size, year, shapes)
    for number, (sizes, process) in enumerate(zip(SIZES, processes, strict=True)):
        if process is None:
            evidence[number], means[number], variance[number] = -np.inf, 0.0, 0.0
            continue
        white, _ = dtrtrs(process.root, logs.T, lower=1)
        rate = (_NOISE_WEIGHT * _NOISE**2 + (white**2).sum(axis=0)) / 2
        impossible = (sizes.launch > 0) & ~begins_low
        evidence[number] = process.log_scale - shape * np.log(rate) - np.where(impossible, _IMPOSSIBLE, 0.0)
        means[number] = white.T @ process.cross
        variance[number] = np.outer(rate / shape, process.doubt)
    return _Posterior(evidence, means, variance)


class _Process(NamedTuple):
    """One of `SIZES` for histories of one length, in units of the noise.

    Attributes:
        root: the lower triangle of the Cholesky factor of the history's covariance.
        cross: the steps ahead, shape (periods, steps), whitened by it.
        doubt: the variance of each step that the history leaves.
        log_scale: minus half of the logarithm of the covariance's determinant.
    """

    root: Array
    cross: Array
    doubt: Array
    log_scale: float


@lru_cache(maxsize=1)
def _without_shapes(size: int, steps: int, year: int) -> tuple[_Process | None, ...]:
    """Return the processes of series without shapes; the series of a panel ask for the same ones in turn."""
    return tuple(_processes(size, year, np.empty((size + steps, 0))))


def _processes(size: int, year: int, shapes: Array) -> Iterator[_Process | None]:
    """Yield the process by each of `SIZES`; None for those with a shape where there are no shapes."""
    parts = (*_parts(len(shapes), size, year), shapes @ shapes.T)
    for sizes, covariance in zip(SIZES, _covariances(parts), strict=True):
        if sizes.shape and not shapes.size:
            yield None
            continue
        # `scipy.linalg.cholesky` and `solve_triangular` take longer to check their arguments.
        root, failed = dpotrf(covariance[:size, :size], lower=1, clean=0)
        if failed:
            raise LinAlgError("The covariance of level and season is not positive definite.")
        cross, _ = dtrtrs(root, covariance[:size, size:], lower=1)
        doubt = np.diag(covariance)[size:] - (cross**2).sum(axis=0)
        yield _Process(root, cross, doubt, -float(np.log(np.diag(root)).sum()))


def _covariances(parts: tuple[Array, ...]) -> Iterator[Array]:
    """Yield the covariance by each of `SIZES`; neighbours share the sums of their first parts."""
    sums: list[Array | float] = [0.0] * len(parts)  # of the parts up to each one
    before: Sequence[float] = ()
    for sizes in SIZES:
        changed = next(end for end in range(len(sizes)) if sizes[: end + 1] != before[: end + 1])
        for place in range(changed, len(sizes)):
            amount = sizes[place]
            sums[place + 1] = sums[place] + amount**2 * parts[place + 1] if amount else sums[place]
        before = sizes
        yield parts[0] + sums[-1]


def _parts(count: int, size: int, year: int) -> tuple[Array, ...]:
    """Return the covariances of what every series has, then of each part of `Sizes` but the last one.

    Time is in weeks, whatever the periods are.
    """
    time = np.arange(count) * (_WEEKS / year)
    earlier = np.minimum(time[:, None], time[None, :])
    sine = np.sin(np.pi * (time[:, None] - time[None, :]) / _WEEKS) ** 2
    since = time - time[size - 1]
    return (
        _ANY_LEVEL**2 + year / _WEEKS * np.eye(count),  # longer periods have less noise
        earlier,
        np.outer(since, since),
        np.exp(-2 * sine / _SMOOTHNESS**2),
        (np.exp(-2 * sine / _PEAKEDNESS**2) + np.exp(-np.sqrt(sine) / _EDGE)) / 2,
        1 - np.exp(-earlier / _LAUNCH_WEEKS),
    )


def _cut(history: Array, longest: int) -> Array:
    """Return a history without up to three of its oldest values, so that series share a length.

    The longest ones share theirs anyway: the first weeks of a seller may be the only ones of a season that
    comes again, such as those before Christmas at the end of the first year.
    """
    is_whole = history.size == longest or history.size <= _ROUNDED * _RECENT
    return history if is_whole else history[history.size % _ROUNDED :]


def _by_cycle(history: Array, cycle: int) -> Array:
    """Return the sums of complete cycles, the last one to the end."""
    return np.asarray(history[history.size % cycle :].reshape(-1, cycle).sum(axis=1), dtype=np.float64)


def _shapes_by_cycle(shapes: Array | None, size: int, steps: int, horizon: int, cycle: int) -> Array:
    """Return the means of the shapes over so many cycles up to now and ahead; shape (cycles, shapes)."""
    if shapes is None:
        return np.empty((size + steps, 0))
    lacking = np.repeat(shapes[-1:], steps * cycle - horizon, axis=0)
    complete = np.concatenate([shapes, lacking])[-(size + steps) * cycle :]
    return np.asarray(complete.reshape(size + steps, cycle, -1).mean(axis=1), dtype=np.float64)


def _pattern(history: Array, cycle: int) -> Array:
    """Return the share of each step of a cycle in the newest cycles; equal where those sum to nothing."""
    newest = np.maximum(_newest_cycles(history, cycle).sum(axis=0), 0.0)
    return newest / newest.sum() if newest.any() else np.full(cycle, 1 / cycle)


def _noise_of_steps(history: Array, cycle: int) -> Array:
    """Return the deviation of each step of a cycle from its share in the newest cycles; 0 for one step."""
    newest = np.maximum(_newest_cycles(history, cycle), 0.0)
    expected = newest.sum(axis=1, keepdims=True) * _pattern(history, cycle)
    ratios = np.divide(newest, expected, out=np.ones(newest.shape), where=expected > 0)
    return np.asarray(np.sqrt(((ratios - 1) ** 2).mean(axis=0)), dtype=np.float64)


def _newest_cycles(history: Array, cycle: int) -> Array:
    return history[history.size % cycle :].reshape(-1, cycle)[-_PATTERN_CYCLES:]
