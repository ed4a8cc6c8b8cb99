"""Questions in Athena's SQL, and how to ask them of an engine that is not Athena."""

from headgate.query.dialects import translate
from headgate.query.reasons import reason_of

__all__ = ["reason_of", "translate"]
