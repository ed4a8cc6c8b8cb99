"""An open lake: which engines read what the lake publishes.

    make bench-open

One module per figure. The last line is JSON; a part that failed is named in `failed`, has no figure, and
ends the command with 1.
"""

from __future__ import annotations

import json
import os
import sys

from benchmarks.open_lake import dlt_sources, formats, iceberg, mcp_answers, postgres
from benchmarks.open_lake.pytest_report import UnmeasuredError

PARTS = (iceberg, dlt_sources, formats, postgres, mcp_answers)


def main() -> None:
    """Print the figures of every module; each begins with this shell's environment."""
    figures: dict[str, object] = {}
    failed: dict[str, str] = {}
    environment = dict(os.environ)
    for part in PARTS:
        try:
            figures |= part.measure()
        except UnmeasuredError as error:
            failed[part.__name__.rpartition(".")[2]] = str(error)
        finally:
            os.environ.clear()
            os.environ.update(environment)
    print(json.dumps(figures | ({"failed": failed} if failed else {})))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
