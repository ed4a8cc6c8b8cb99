"""How good the forecaster is on M4's weekly and hourly series, by the competition's own measures.

Prints JSON as its last line.

Held back are the last 13 (weekly) and 48 (hourly) values of the training part; where `<Name>-test.csv[.gz]`
is next to it, the official test part is forecast from the whole training part instead.

    python -m benchmarks.models.forecast [folder with Weekly-train.csv.gz, Hourly-train.csv.gz]

Of M4's frequencies those are measured that the folder holds; OWA of a kind it lacks is null.

`weekly_short_owa` is of the weekly series of which less than 150 values are known.

Settings are chosen on earlier windows, never on the last one: `--earlier 1` leaves the last window out and
forecasts the one before it, and so on. `--ensemble listed` measures ETS, CES, Theta and ARIMA beside MSTL
instead of the ensemble in use.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.models.panel_forecast import forecast
from headgate.analytics.forecast_errors import mase, smape
from headgate.analytics.forecasting import LEVELS, Task
from headgate.analytics.point_forecasts import Ensemble
from headgate.domains.retail.market_intelligence_hub.accuracy import naive2

Array = npt.NDArray[np.float64]
Scores: TypeAlias = tuple[float, float, float, float]  # sMAPE and MASE, then the same of Naive2

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Frequency:
    """A frequency of M4: its horizon, the season of MASE and Naive2, and the forecaster's seasons."""

    name: str
    horizon: int
    season: int
    season_lengths: tuple[int, ...]


# Source: M4 Competitor's Guide (2018), horizons and seasons of MASE by frequency.
FREQUENCIES = (
    Frequency("Weekly", 13, 1, (52,)),
    Frequency("Hourly", 48, 24, (24, 168)),
    Frequency("Daily", 14, 1, (7,)),
    Frequency("Monthly", 18, 12, (12,)),
    Frequency("Quarterly", 8, 4, (4,)),
    Frequency("Yearly", 6, 1, ()),
)
REPORTED = FREQUENCIES[:2]  # their OWA is reported in any case
SHORT_SERIES = 150  # known values: less than three years of weeks


@dataclass(frozen=True)
class Split:
    """Series by id, each as a history and a part to forecast."""

    history: dict[str, Array]
    ahead: dict[str, Array]


@dataclass(frozen=True)
class Result:
    """Measures of one frequency.

    `covered` is the share of values inside each level's interval, `short_owa` of short series, or NaN.
    """

    owa: float
    short_owa: float
    covered: dict[int, float]


def read_series(folder: Path, stem: str) -> dict[str, Array]:
    """Series by id from a file in M4's layout: a header, then one row per series, padded with nothing."""
    path = next(
        (
            folder / f"{stem}{suffix}"
            for suffix in (".csv", ".csv.gz")
            if (folder / f"{stem}{suffix}").is_file()
        ),
        None,
    )
    if path is None:
        return {}
    body = path.read_bytes()
    text = (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8-sig")
    rows = islice(csv.reader(text.splitlines()), 1, None)
    return {row[0]: np.array([float(value) for value in row[1:] if value not in {"", "NA"}]) for row in rows}


def split(folder: Path, frequency: Frequency, earlier: int = 0) -> Split | None:
    """The official split where the test part is there, else the last values of the training part held back.

    None without either.

    Args:
        earlier: windows at the end of the training part to leave out; the one before them is then held back.
    """
    history, ahead = (read_series(folder, f"{frequency.name}-{part}") for part in ("train", "test"))
    if not history:
        return None
    if unknown := sorted(set(ahead) - set(history)):
        raise SystemExit(
            f"{frequency.name}-test has {len(unknown)} series that {frequency.name}-train has not, first "
            f"{unknown[0]}"
        )
    if ahead and not earlier:
        return Split({name: history[name] for name in ahead}, ahead)
    horizon = frequency.horizon
    shown = {
        name: y[: y.size - horizon * earlier]
        for name, y in history.items()
        if y.size > horizon * (earlier + 1)
    }
    return Split(
        {name: y[:-horizon] for name, y in shown.items()}, {name: y[-horizon:] for name, y in shown.items()}
    )


def measured(data: Split, frequency: Frequency, ensemble: Ensemble) -> Result:
    """Forecast and compare. OWA is of the means over all series, as the competition computes it."""
    began, began_cpu = time.perf_counter(), _cpu_seconds()
    horizon = max(actual.size for actual in data.ahead.values())
    print(
        f"{frequency.name}: {len(data.ahead)} series, {horizon} values ahead of each, now and from three "
        "earlier origins ...",
        flush=True,
    )
    panel = pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": np.arange(y.size), "y": y})
            for name, y in data.history.items()
        ]
    )
    predicted = forecast(panel, Task(horizon, frequency.season_lengths, ensemble))
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - began_cpu
    by_series = dict(iter(predicted.groupby("unique_id", sort=False)))
    scores = [
        _scores(data.history[name], actual, by_series[name], frequency) for name, actual in data.ahead.items()
    ]
    own_smape, own_mase, naive_smape, naive_mase = _means(scores)
    covered = {
        level: float(np.mean([_inside(by_series[name], ahead, level) for name, ahead in data.ahead.items()]))
        for level in LEVELS
    }
    short = [
        score
        for name, score in zip(data.ahead, scores, strict=True)
        if data.history[name].size < SHORT_SERIES
    ]
    result = Result(_owa(scores), _owa(short) if short else float("nan"), covered)
    print(
        f"{frequency.name}: {len(scores)} series, OWA {result.owa:.3f}",
        f"sMAPE {own_smape:.3f} (Naive2 {naive_smape:.3f}), MASE {own_mase:.3f} ({naive_mase:.3f})",
        *([f"OWA of {len(short)} short series {result.short_owa:.3f}"] if short else []),
        *(f"coverage of {level} % {share:.3f}" for level, share in covered.items()),
        f"{seconds:.0f} s, {cpu_seconds:.0f} CPU s",
        sep=", ",
        flush=True,
    )
    return result


def _owa(scores: list[Scores]) -> float:
    own_smape, own_mase, naive_smape, naive_mase = _means(scores)
    return float(0.5 * (own_smape / naive_smape + own_mase / naive_mase))


def _means(scores: list[Scores]) -> Array:
    return np.asarray(np.nanmean(scores, axis=0), dtype=float)  # no MASE of a series that never moved


def _cpu_seconds() -> float:
    """Of this process; what the other processes took is known only once they have ended."""
    return sum(os.times()[:4])


def _inside(predicted: pd.DataFrame, actual: Array, level: int) -> float:
    rows = predicted.iloc[: actual.size]
    return float(((rows[f"lower_{level}"] <= actual) & (actual <= rows[f"upper_{level}"])).mean())


def _scores(history: Array, actual: Array, predicted: pd.DataFrame, frequency: Frequency) -> Scores:
    mean = predicted["mean"].to_numpy()[: actual.size]
    plain = naive2(history, actual.size, frequency.season)
    own = smape(actual, mean), mase(actual, mean, history, frequency.season)
    return *own, smape(actual, plain), mase(actual, plain, history, frequency.season)


def main() -> None:
    """Run both frequencies and print the summary."""
    folder = Path(os.environ.get("HEADGATE_DATA") or ROOT.parent / "shared" / "data") / "m4"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(os.environ.get("DATA") or folder))
    parser.add_argument(
        "--ensemble", type=Ensemble, default=Ensemble(os.environ.get("ENSEMBLE") or Ensemble.MEASURED)
    )
    parser.add_argument("--earlier", type=int, default=int(os.environ.get("EARLIER") or 0))
    given = parser.parse_args()
    splits = {frequency: split(given.folder, frequency, given.earlier) for frequency in FREQUENCIES}
    if not any(splits.values()):
        raise SystemExit(
            f"{given.folder} holds no Weekly-train.csv[.gz] or Hourly-train.csv[.gz]; name the folder of "
            "M4 with DATA=<folder>"
        )
    results = {
        frequency.name.lower(): measured(data, frequency, given.ensemble)
        for frequency, data in splits.items()
        if data
    }
    summary: dict[str, float | None] = {f"{frequency.name.lower()}_owa": None for frequency in REPORTED}
    summary |= {f"{name}_owa": result.owa for name, result in results.items()}
    if weekly := results.get("weekly"):
        summary["weekly_short_owa"] = None if np.isnan(weekly.short_owa) else weekly.short_owa
    summary |= {
        f"coverage{level}": float(np.mean([result.covered[level] for result in results.values()]))
        for level in LEVELS
    }
    summary |= {
        f"{name}_coverage{level}": share
        for name, result in results.items()
        for level, share in result.covered.items()
    }
    print(
        json.dumps(
            {name: value if value is None else round(float(value), 4) for name, value in summary.items()}
        )
    )


if __name__ == "__main__":
    main()
