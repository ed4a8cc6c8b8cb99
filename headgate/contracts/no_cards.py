"""The declaration that a lake or a column holds no card numbers: who says so, when and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from headgate.errors import ContractError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class NoCards:
    """Who declared that there are no card numbers, on which day (ISO 8601), and why."""

    declared_by: str
    declared_on: str
    reason: str

    @classmethod
    def read(cls, place: str, declaration: object) -> NoCards:
        """Return the declaration that a contract or `headgate.toml` states.

        Raises:
            ContractError: one of its three fields is missing or empty, or it has others.
        """
        names = [each.name for each in fields(cls)]
        given = (
            {str(name): str(value).strip() for name, value in declaration.items()}
            if isinstance(declaration, dict)
            else {}
        )
        if (
            sorted(given) != sorted(names)
            or not all(given.values())
            or not _DAY.fullmatch(given["declared_on"])
        ):
            raise ContractError(
                f"{place} must have {', '.join(names)}: the day as 2026-01-31, the others as texts. "
                "Complete it or remove it."
            )
        return cls(**given)

    def as_stated(self) -> dict[str, str]:
        """Return the fields as a contract states them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}
