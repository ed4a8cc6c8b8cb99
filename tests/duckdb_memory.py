"""One DuckDB for all merges of a test process: to open and to close one takes longer than a merge of a few
rows.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from headgate.merge.merge_files import Memory

MEMORY = Memory(
    Path(tempfile.gettempdir()) / f"headgate-spill-{os.getpid()}"
)  # no test merges enough to write there
