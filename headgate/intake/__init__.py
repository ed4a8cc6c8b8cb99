"""Raw to curated: the gate."""

from headgate.intake.curation import Curation
from headgate.intake.gate import Gated, pass_gate

__all__ = ["Curation", "Gated", "pass_gate"]
