from __future__ import annotations

import re
from dataclasses import dataclass, fields

from headgate.errors import ContractError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class NoCards:
    """A declaration that there are no card numbers: author, day (ISO 8601) and reason."""

    declared_by: str
    declared_on: str
    reason: str

    @classmethod
    def read(cls, place: str, declaration: object) -> NoCards:
        """Read the declaration of a contract or of `headgate.toml`.

        Raises:
            ContractError: one of its three fields is missing or empty, or it has other fields.
        """
        names = [each.name for each in fields(cls)]
        values = (
            {str(name): str(value).strip() for name, value in declaration.items()}
            if isinstance(declaration, dict)
            else {}
        )
        if (
            sorted(values) != sorted(names)
            or not all(values.values())
            or not _DAY.fullmatch(values["declared_on"])
        ):
            raise ContractError(
                f"{place} must have {', '.join(names)}: the day as 2026-01-31, the others as texts. "
                "Complete it or remove it."
            )
        return cls(**values)

    def as_stated(self) -> dict[str, str]:
        """Return the fields in the form of a contract."""
        return {each.name: getattr(self, each.name) for each in fields(self)}
