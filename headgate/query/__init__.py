"""Questions in Athena's SQL, and how to ask them of an engine that is not Athena."""

from headgate.query.dialects import translate

__all__ = ["translate"]
