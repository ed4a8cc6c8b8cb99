"""How a function's process begins, so that its first event waits less: whoever imports this does it before everything else.

- Importing makes some 100,000 objects that live as long as the process; the collector goes over them again and again and frees next
  to none. Without it an import takes 6 % less, and `is_over` sets these objects aside for good.
- OpenBLAS, which NumPy brings, starts a thread for each core, and these spin for a while: 50 ms of processor time on two cores. The
  gate multiplies no large matrices.

docs/adr/0019-latency-of-the-gate.md has the measurements.
"""

from __future__ import annotations

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.disable()


def is_over() -> None:
    """Everything is imported: from now on garbage is collected, among what is made from now on."""
    gc.freeze()
    gc.enable()
