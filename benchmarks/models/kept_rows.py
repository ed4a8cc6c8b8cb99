"""Rows of a benchmark that are kept until the code changes, so that a run that was stopped continues."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from benchmarks.systems.merged_shop import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MODELS = ("analytics", "domains/retail", "learning")
"""Folders of the package whose code decides the figures of all systems."""
FORECASTS = (
    "analytics",
    *(
        f"domains/retail/market_intelligence_hub/{module}.py"
        for module in ("calendar", "features", "forecast_plan", "hierarchy_forecast", "reconcile")
    ),
    "domains/retail/usual_season.py",
)
"""Folders and modules of the package whose code decides a sales forecast."""


def code_digest(*scripts: Path, of: Sequence[str] = MODELS) -> str:
    """Return a digest of these parts of the package and of these scripts."""
    digest = hashlib.sha256()
    for script in scripts:
        digest.update(script.read_bytes())
    for name in of:
        part = ROOT / "headgate" / name
        for path in [part] if part.is_file() else sorted(part.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def kept_json(path: Path, make: Callable[[], Any]) -> Any:  # noqa: ANN401 any JSON value
    """Return what `make` returned when the file was written, or now."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(make()))
    return json.loads(path.read_text())
