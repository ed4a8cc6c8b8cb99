"""An open lake: which engines read what the lake publishes.

    make bench-open

One module per figure. The last line is JSON.
"""

from __future__ import annotations

import json

from benchmarks.open_lake import dlt_sources, formats, iceberg, mcp_answers, postgres

MEASURES = [iceberg.measure, dlt_sources.measure, formats.measure, postgres.measure, mcp_answers.measure]


def main() -> None:
    """Print the figures of every module."""
    figures: dict[str, object] = {}
    for measure in MEASURES:
        figures |= measure()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
