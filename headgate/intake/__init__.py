"""Raw to curated: the gate."""

from headgate.intake.files.process_file import Curation
from headgate.intake.rows.check_rows import Gated, gate_bytes

__all__ = ["Curation", "Gated", "gate_bytes"]
