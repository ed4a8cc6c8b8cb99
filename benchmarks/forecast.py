"""How good the forecaster is on M4's weekly and hourly series, by the competition's own measures. Prints JSON as its last line.

Held back are the last 13 (weekly) and 48 (hourly) values of the training part; where `<Name>-test.csv[.gz]` lies beside it, the
official test part is forecast from the whole training part instead.

    python benchmarks/forecast.py [folder with Weekly-train.csv.gz, Hourly-train.csv.gz]
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

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.market_intelligence_hub.accuracy import mase, naive2, smape
from headgate.analytics.market_intelligence_hub.forecasting import LEVELS, forecast

Array = npt.NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Frequency:
    """One of M4's frequencies: its horizon, the season that MASE and Naive2 use by the rules, and those the forecaster looks for."""

    name: str
    horizon: int
    season: int
    season_lengths: tuple[int, ...]


FREQUENCIES = (Frequency("Weekly", 13, 1, (52,)), Frequency("Hourly", 48, 24, (24, 168)))


@dataclass(frozen=True)
class Split:
    """Series by id, each in a part that is known and a part to forecast."""

    known: dict[str, Array]
    ahead: dict[str, Array]


@dataclass(frozen=True)
class Result:
    """Measures of one frequency; `inside` has one flag per forecast value and level."""

    owa: float
    inside: dict[int, Array]
    seconds: float


def read_series(folder: Path, stem: str) -> dict[str, Array]:
    """Series by id from a file in M4's layout: a header, then one row per series, padded with nothing."""
    path = next((folder / f"{stem}{suffix}" for suffix in (".csv", ".csv.gz") if (folder / f"{stem}{suffix}").is_file()), None)
    if path is None:
        return {}
    body = path.read_bytes()
    text = (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8")
    rows = islice(csv.reader(text.splitlines()), 1, None)
    return {row[0]: np.array([float(value) for value in row[1:] if value not in {"", "NA"}]) for row in rows}


def split(folder: Path, frequency: Frequency) -> Split:
    """The official split where the test part is there, else the last values of the training part held back."""
    known, ahead = (read_series(folder, f"{frequency.name}-{part}") for part in ("train", "test"))
    if not known:
        raise SystemExit(f"{folder} holds no {frequency.name}-train.csv or .csv.gz; name the folder of M4 with DATA=<folder>")
    if ahead:
        return Split({name: known[name] for name in ahead}, ahead)
    horizon = frequency.horizon
    return Split({name: y[:-horizon] for name, y in known.items()}, {name: y[-horizon:] for name, y in known.items()})


def measured(data: Split, frequency: Frequency) -> Result:
    """Forecast and compare. OWA is of the means over all series, as the competition computes it."""
    began = time.perf_counter()
    panel = pd.concat([pd.DataFrame({"unique_id": name, "ds": np.arange(y.size), "y": y}) for name, y in data.known.items()])
    found = forecast(panel, frequency.horizon, frequency.season_lengths)
    seconds = time.perf_counter() - began
    by_series = dict(iter(found.groupby("unique_id", sort=False)))
    scores = [_scores(data.known[name], actual, by_series[name], frequency) for name, actual in data.ahead.items()]
    own_smape, own_mase, naive_smape, naive_mase = np.mean(scores, axis=0)
    actuals = np.concatenate([data.ahead[name] for name in by_series])
    inside = {level: ((found[f"lower_{level}"] <= actuals) & (actuals <= found[f"upper_{level}"])).to_numpy() for level in LEVELS}
    print(
        f"{frequency.name}: {len(scores)} series, sMAPE {own_smape:.3f} (Naive2 {naive_smape:.3f}), MASE {own_mase:.3f} ({naive_mase:.3f})",
        *(f"coverage of {level} % {flags.mean():.3f}" for level, flags in inside.items()),
        f"{seconds:.0f} s",
        sep=", ",
        flush=True,
    )
    return Result(0.5 * (own_smape / naive_smape + own_mase / naive_mase), inside, seconds)


def _scores(known: Array, actual: Array, found: pd.DataFrame, frequency: Frequency) -> tuple[float, float, float, float]:
    mean = found["mean"].to_numpy()[: actual.size]
    plain = naive2(known, actual.size, frequency.season)
    own = smape(actual, mean), mase(actual, mean, known, frequency.season)
    return *own, smape(actual, plain), mase(actual, plain, known, frequency.season)


def main() -> None:
    """Run both frequencies and print the summary."""
    known = Path(os.environ.get("HEADGATE_DATA") or ROOT.parent / "shared" / "data") / "m4"
    default = Path(os.environ.get("DATA") or known)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    folder = parser.parse_args().folder
    weekly, hourly = (measured(split(folder, frequency), frequency) for frequency in FREQUENCIES)
    covered = {level: float(np.mean([weekly.inside[level].mean(), hourly.inside[level].mean()])) for level in LEVELS}
    summary = {"weekly_owa": weekly.owa, "hourly_owa": hourly.owa, "coverage80": covered[80], "coverage95": covered[95]}
    print(json.dumps({name: round(float(value), 4) for name, value in summary.items()}))


if __name__ == "__main__":
    main()
