"""Shorten the cold start of a function; import this module before all others.

- Imports create about 100,000 objects that live as long as the process, and the garbage collector scans them
  again and again. Without it imports take 6 % less time. `end_imports` excludes these objects from
  collection.
- OpenBLAS, a part of NumPy, starts a thread per core, and these spin for a while: 50 ms of processor time on
  two cores. The gate multiplies no large matrices.

docs/adr/0017-large-files.md has the measurements.
"""

import gc
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.disable()


def end_imports() -> None:
    """Enable garbage collection for objects created after the imports."""
    gc.freeze()
    gc.enable()
