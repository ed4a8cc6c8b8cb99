"""Raw to curated: the gate."""

from headgate.intake.curation import Curation
from headgate.intake.gate import Gated, gate_bytes

__all__ = ["Curation", "Gated", "gate_bytes"]
