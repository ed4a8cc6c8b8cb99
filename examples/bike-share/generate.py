"""Write generated rentals by hour, in the form of UCI Bike Sharing: python generate.py FILE [DAYS]."""

from __future__ import annotations

import csv
import math
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

FIRST_DAY, DAYS, SEED = date(2011, 1, 1), 400, 7
COLUMNS = (
    *("instant", "dteday", "season", "yr", "mnth", "hr", "holiday", "weekday", "workingday", "weathersit"),
    *("temp", "atemp", "hum", "windspeed", "casual", "registered", "cnt"),
)
COMMUTERS = (5, 2, 1, 1, 2, 8, 35, 90, 150, 75, 40, 45, 60, 60, 55, 70, 110, 180, 165, 110, 75, 55, 40, 20)
VISITORS = (20, 15, 10, 6, 2, 2, 4, 8, 20, 40, 65, 85, 100, 105, 105, 105, 100, 90, 75, 60, 45, 38, 32, 25)


def rows(days: int) -> list[tuple[object, ...]]:
    """Return the hours of the first days: a year's warmth, working days, weather that lasts for some days."""
    random, weather = np.random.default_rng(SEED), 0.0
    made: list[tuple[object, ...]] = []
    for number in range(days):
        day = FIRST_DAY + timedelta(days=number)
        weather = 0.6 * weather + float(random.normal(0, 0.15))
        warmth = 0.5 - 0.35 * math.cos(2 * math.pi * (number - 20) / 365)
        working = day.weekday() < 5
        level = (0.4 + 1.2 * warmth) * math.exp(weather)
        for hour in range(24):
            registered = int(random.poisson(level * (COMMUTERS if working else VISITORS)[hour]))
            casual = int(random.poisson(level * 0.3 * VISITORS[hour]))
            warm = warmth + 0.08 * math.sin((hour - 9) / 24 * 2 * math.pi) + 0.2 * weather
            temp = min(max(warm, 0.02), 0.98)
            sky = 1 if weather > -0.1 else 2 if weather > -0.35 else 3
            # Nobody counts an hour without rentals, as in the original.
            if registered + casual:
                season, year = day.month % 12 // 3 + 1, day.year - FIRST_DAY.year
                at = (f"{day.month}/{day.day}/{day.year}", season, year, day.month, hour)
                kind = (0, (day.weekday() + 1) % 7, int(working), sky)
                air = (round(temp, 2), round(temp * 0.97, 4), round(0.6 - 0.2 * weather, 2))
                wind = round(float(random.uniform(0, 0.5)), 4)
                made.append((len(made) + 1, *at, *kind, *air, wind, casual, registered, registered + casual))
    return made


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    days = int(sys.argv[2]) if len(sys.argv) > 2 else DAYS
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(days)])
    print(f"Wrote {path}")
