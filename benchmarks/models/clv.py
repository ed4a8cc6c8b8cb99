"""BG/NBD and Gamma-Gamma on CDNOW against the published figures, and how long 100,000 customers take.

DATA: a text file in CDNOW's form (master id, id, day, discs, spent). For a file other than CDNOW's 1/10
sample there are no published figures; the parameters are then compared with those of a slow search that
shares no code with the fit.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from headgate.domains.retail.demand_insights_engine import bg_nbd, gamma_gamma
from headgate.domains.retail.demand_insights_engine.bg_nbd import Histories

Array = npt.NDArray[np.float64]

DEFAULT = Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "cdnow" / "CDNOW_sample.txt"
CALIBRATION_DAYS = 39 * 7
CUSTOMERS = 100_000
CDNOW_SHA256 = "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a"
# Source: Fader, Hardie & Lee (2005), table 2; Fader & Hardie (2013), p. 4.
PUBLISHED = {
    "r": 0.243,
    "alpha": 4.414,
    "a": 0.793,
    "b": 2.426,
    "log_likelihood": -9582.4,
    "p": 6.25,
    "q": 3.74,
    "gamma": 15.44,
}


def main() -> None:
    """Print the figures, the last line as JSON."""
    data = Path(os.environ.get("DATA") or DEFAULT)
    histories, frequency, monetary = calibration(data)
    purchases, spend = bg_nbd.fit(histories), gamma_gamma.fit(frequency, monetary)
    parameters = {name: getattr(purchases, name) for name in ("r", "alpha", "a", "b", "log_likelihood")}
    parameters |= {name: getattr(spend, name) for name in ("p", "q", "gamma")}
    is_cdnow = hashlib.sha256(data.read_bytes()).hexdigest() == CDNOW_SHA256
    reference = PUBLISHED if is_cdnow else searched(histories, frequency, monetary)
    for name, value in parameters.items():
        print(f"{name:>14} {value:12.4f}   {'published' if is_cdnow else 'searched'} {reference[name]:12.4f}")
    error = max(abs(value / reference[name] - 1) for name, value in parameters.items())
    print(
        json.dumps(
            {"max_relative_error": round(error, 6), "fit_100k_s": round(seconds_for_many(histories), 2)}
        )
    )


def calibration(data: Path) -> tuple[Histories, Array, Array]:
    """Histories in weeks over the calibration period, and frequency and mean value of the repeat buyers."""
    names = ["master", "customer", "day", "discs", "spent"]
    lines = pd.read_csv(data, sep=r"\s+", header=None, names=names, dtype={"day": str})
    lines["day"] = pd.to_datetime(lines.day, format="%Y%m%d")
    end = lines.day.min() + pd.Timedelta(days=CALIBRATION_DAYS - 1)
    # The third party's numbering restarts in some files; the master number is one person.
    days = lines[lines.day <= end].groupby(["master", "day"], as_index=False).spent.sum()
    first = days.groupby("master").day.transform("min")
    customers = days.groupby("master").day.agg(["min", "max", "size"])
    weeks = ((customers["max"] - customers["min"]).dt.days / 7, (end - customers["min"]).dt.days / 7)
    again = days[days.day > first].groupby("master").spent.agg(["size", "mean"]).query("mean > 0")
    histories = Histories(*(part.to_numpy(np.float64) for part in (customers["size"] - 1, *weeks)))
    return histories, again["size"].to_numpy(np.float64), again["mean"].to_numpy(np.float64)


def searched(histories: Histories, frequency: Array, monetary: Array) -> dict[str, float]:
    """The parameters by Nelder & Mead's simplex on the likelihoods as their papers print them."""
    x, last, age = histories.frequency, histories.recency, histories.age

    def purchases(log_parameters: Array) -> float:
        r, alpha, a, b = np.exp(log_parameters)
        alive = (
            betaln(a, b + x)
            - betaln(a, b)
            + gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            - (r + x) * np.log(alpha + age)
        )
        died = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) + gammaln(r + x) - gammaln(r)
        died = np.where(x > 0, died + r * np.log(alpha) - (r + x) * np.log(alpha + last), -np.inf)
        return -float(np.logaddexp(alive, died).sum())

    def spend(log_parameters: Array) -> float:
        p, q, gamma = np.exp(log_parameters)
        paid = frequency * monetary
        each = -betaln(p * frequency, q) + q * np.log(gamma) + p * frequency * np.log(paid) - np.log(monetary)
        return -float((each - (p * frequency + q) * np.log(gamma + paid)).sum())

    simplex = {"xatol": 1e-8, "fatol": 1e-8, "maxiter": 20_000, "maxfev": 20_000}
    result = minimize(purchases, np.log([0.5, age.mean() / 5, 1, 2]), method="Nelder-Mead", options=simplex)
    other = minimize(spend, np.log([3, 3, monetary.mean()]), method="Nelder-Mead", options=simplex)
    values = [*np.exp(result.x), -result.fun, *np.exp(other.x)]
    return dict(zip(PUBLISHED, (float(value) for value in values), strict=True))


def seconds_for_many(histories: Histories) -> float:
    """Seconds to fit 100,000 customers drawn from the histories, each with an age of their own."""
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, len(histories.age), CUSTOMERS)
    later = rng.random(CUSTOMERS)
    many = Histories(histories.frequency[drawn], histories.recency[drawn], histories.age[drawn] + later)
    started, busy = time.perf_counter(), time.process_time()
    bg_nbd.fit(many)
    seconds = time.perf_counter() - started
    print(
        f"{CUSTOMERS:,} customers fitted in {seconds:.2f} s, {time.process_time() - busy:.2f} s of processor"
    )
    return seconds


if __name__ == "__main__":
    main()
