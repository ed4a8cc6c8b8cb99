"""How a function's process begins, so that its first event waits less: whoever imports this does it before
everything else.

- Importing makes some 100,000 objects that live as long as the process; the collector goes over them again
  and again and frees next to none. Without it an import takes 6 % less, and `end_imports` excludes these
  objects from collection.
- OpenBLAS, which NumPy brings, starts a thread for each core, and these spin for a while: 50 ms of processor
  time on two cores. The gate multiplies no large matrices.

docs/adr/0017-large-files.md has the measurements.
"""

from __future__ import annotations

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.disable()


def end_imports() -> None:
    """Collect garbage again, among the objects that are made after the imports."""
    gc.freeze()
    gc.enable()
